"""Deadlines of holds and offers, in order; overtaken ones stay until they surface or are the most.

Holds of one length come in the order of their deadlines, and so a queue keeps them at
the same cost however many there are; a heap keeps all others.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush, merge
from typing import Protocol

STALE_MIN = 1_024
"""Fewer overtaken leases than this are never worth a clean-up."""

Lease = tuple[int, int, str]
"""Deadline in ms, number, reservation."""


class Leased(Protocol):
    """Whatever has a lease: the number of the one in force, 0 for none."""

    @property
    def lease(self) -> int: ...


class Leases:
    """A lease is live while its reservation bears its number."""

    __slots__ = ("_heap", "_last_ms", "_queue", "_stale")

    def __init__(self) -> None:
        self._queue: deque[Lease] = deque()
        self._last_ms = 0
        """The deadline at the end of the queue."""
        self._heap: list[Lease] = []
        self._stale = 0

    def __len__(self) -> int:
        return len(self._queue) + len(self._heap)

    def add_hold(self, expires_at_ms: int, lease: int, reservation: str) -> None:
        """One of the usual length, likely the latest of its kind."""
        if expires_at_ms >= self._last_ms or not self._queue:
            self._queue.append((expires_at_ms, lease, reservation))
            self._last_ms = expires_at_ms
        else:
            heappush(self._heap, (expires_at_ms, lease, reservation))

    def add(self, expires_at_ms: int, lease: int, reservation: str) -> None:
        """One of any length."""
        heappush(self._heap, (expires_at_ms, lease, reservation))

    def restore(self, leases: list[Lease]) -> None:
        """Takes these live leases instead of all there are."""
        heapify(leases)
        self._queue.clear()
        self._heap = leases
        self._stale = 0

    def drop_one(self, standing: Mapping[str, Leased]) -> None:
        """One lease is live no more: clears such from the front, and all of them once they are the most."""
        queue, heap = self._queue, self._heap
        self._stale += 1
        while queue and not _live(queue[0], standing):
            queue.popleft()
            self._stale -= 1
        while heap and not _live(heap[0], standing):
            heappop(heap)
            self._stale -= 1
        if self._stale > STALE_MIN and self._stale * 2 > len(self):
            self._queue = deque(lease for lease in queue if _live(lease, standing))
            self._heap = [lease for lease in heap if _live(lease, standing)]
            heapify(self._heap)
            self._stale = 0

    def earliest_ms(self) -> int:
        """The earliest live deadline; 0 when there is none."""
        if not self._heap:
            return self._queue[0][0] if self._queue else 0
        return min(self._queue[0][0], self._heap[0][0]) if self._queue else self._heap[0][0]

    def passed(self, now_ms: int, limit: int, standing: Mapping[str, Leased]) -> list[Lease]:
        """At most ``limit`` live leases whose deadline has passed, earliest first; changes nothing."""
        found: list[Lease] = []
        for lease in merge(self._queue, _in_order(self._heap)):
            if lease[0] > now_ms or len(found) == limit:
                break
            if _live(lease, standing):
                found.append(lease)
        return found


def _in_order(heap: list[Lease]) -> Iterator[Lease]:
    """Walks the heap as the tree it is, so that the cost is that of the leases looked at."""
    front = [(heap[0], 0)] if heap else []
    while front:
        lease, index = heappop(front)
        yield lease
        for child in (2 * index + 1, 2 * index + 2):
            if child < len(heap):
                heappush(front, (heap[child], child))


def _live(lease: Lease, standing: Mapping[str, Leased]) -> bool:
    reservation = standing.get(lease[2])
    return reservation is not None and reservation.lease == lease[1]

"""Deadlines of holds and offers: a heap whose overtaken entries stay until they surface or are too many."""

from collections.abc import Mapping
from heapq import heapify, heappop, heappush
from typing import Protocol

STALE_MIN = 1_024
"""Fewer overtaken leases than this are never worth a clean-up."""


class Leased(Protocol):
    """Whatever has a lease: the one in force, 0 for none."""

    @property
    def lease(self) -> int: ...


class Leases:
    """A heap of ``(deadline in ms, lease, reservation)``; a lease is live while its reservation bears it."""

    __slots__ = ("_heap", "_stale")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, str]] = []
        self._stale = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, expires_at_ms: int, lease: int, reservation: str) -> None:
        heappush(self._heap, (expires_at_ms, lease, reservation))

    def restore(self, leases: list[tuple[int, int, str]]) -> None:
        """Takes these live leases instead of all there are."""
        heapify(leases)
        self._heap = leases
        self._stale = 0

    def drop_one(self, standing: Mapping[str, Leased]) -> None:
        """One lease is live no more: clears the top of the heap of such, and all of it once most are."""
        heap = self._heap
        self._stale += 1
        while heap and not _live(heap[0], standing):
            heappop(heap)
            self._stale -= 1
        if self._stale > STALE_MIN and self._stale * 2 > len(heap):
            self.restore([entry for entry in heap if _live(entry, standing)])

    def earliest_ms(self) -> int:
        """The earliest live deadline; 0 when there is none."""
        return self._heap[0][0] if self._heap else 0

    def passed(self, now_ms: int, limit: int, standing: Mapping[str, Leased]) -> list[tuple[int, int, str]]:
        """At most ``limit`` live leases whose deadline has passed, earliest first; changes nothing.

        Walks the heap as the tree it is, so that the cost is that of the leases found.
        """
        heap = self._heap
        found: list[tuple[int, int, str]] = []
        front = [(heap[0], 0)] if heap else []
        while front and len(found) < limit:
            entry, index = heappop(front)
            if entry[0] > now_ms:
                break
            if _live(entry, standing):
                found.append(entry)
            for child in (2 * index + 1, 2 * index + 2):
                if child < len(heap):
                    heappush(front, (heap[child], child))
        return found


def _live(entry: tuple[int, int, str], standing: Mapping[str, Leased]) -> bool:
    reservation = standing.get(entry[2])
    return reservation is not None and reservation.lease == entry[1]

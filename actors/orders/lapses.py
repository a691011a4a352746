"""Deadlines of unpaid orders: a heap whose settled entries stay until they surface."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush

Awaits = Callable[[str], bool]
"""Whether the order of this id still waits for its payment."""


class Lapses:
    """A heap of ``(deadline in ms, order)``: one entry per order, from when it was placed."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[tuple[int, str]] = []

    def add(self, pay_by_ms: int, order: str) -> None:
        heappush(self._heap, (pay_by_ms, order))

    def restore(self, deadlines: list[tuple[int, str]]) -> None:
        """Takes these instead of all there are."""
        heapify(deadlines)
        self._heap = deadlines

    def settle(self, awaits: Awaits) -> None:
        """Some order waits no more: clears the top of the heap of such."""
        while self._heap and not awaits(self._heap[0][1]):
            heappop(self._heap)

    def earliest_ms(self) -> int:
        """The earliest deadline; 0 when there is none."""
        return self._heap[0][0] if self._heap else 0

    def passed(self, now_ms: int, limit: int, awaits: Awaits) -> list[str]:
        """At most ``limit`` orders whose deadline has passed, earliest first; changes nothing.

        Walks the heap as the tree it is, so that the cost is that of the deadlines passed.
        """
        heap = self._heap
        found: list[str] = []
        front = [(heap[0], 0)] if heap else []
        while front and len(found) < limit:
            (pay_by_ms, order), index = heappop(front)
            if pay_by_ms > now_ms:
                break
            if awaits(order):
                found.append(order)
            for child in (2 * index + 1, 2 * index + 2):
                if child < len(heap):
                    heappush(front, (heap[child], child))
        return found

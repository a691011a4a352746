"""The wait-list under its two policies. Serving never walks the list: it looks at heads only.

``OrderedDict`` and not ``dict``: the first key of a plain dict costs ever more to find
the more keys before it were deleted.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heapreplace
from typing import Protocol

from msgspec import Struct

from actors.messages.seats import Policy

Queue = OrderedDict[int, "Waiter"]
"""Waiters by their place, the first in order at the front."""

Signature = tuple[bool, tuple[tuple[str, int], ...]]
"""What waiters with the same request have in common: they fit or fail to fit together."""


class Waiter(Struct, frozen=True, array_like=True, gc=False):
    """An entry of the wait-list: whoever has the smaller ``sequence`` came first.

    ``wanted`` pairs seat types with seats; ``subject`` names the waiting person in the vault.
    """

    reservation: str
    sequence: int
    wanted: tuple[tuple[str, int], ...]
    accept_fewer: bool
    keep_place: bool
    subject: str


class Turns(Protocol):
    """What happens to a waiter whose turn it may be. Seats only get fewer from one call to the next."""

    def ends(self, waiter: Waiter) -> bool:
        """Whether the waiter can't be served any more and so leaves the list."""
        ...

    def takes(self, waiter: Waiter) -> bool:
        """Whether the waiter's request fits: it takes its seats and leaves the list."""
        ...


class WaitList(Protocol):
    """Who waits, and whose turn it is."""

    def __len__(self) -> int: ...

    def join(self, waiter: Waiter) -> None:
        """Adds a waiter, whose sequence is larger than all others'."""
        ...

    def leave(self, waiter: Waiter) -> None:
        """Removes a waiter that is on the list."""
        ...

    def head(self, seat_type: str) -> Waiter | None:
        """The first in order that asks for the seat type."""
        ...

    def leads(self, waiter: Waiter) -> bool:
        """Whether nobody before this head of a line keeps it from its turn."""
        ...

    def serve(self, freed: Iterable[str], turns: Turns, joining: Waiter | None = None) -> None:
        """Gives turns to those who ask for the freed seat types, in the policy's order; changes nothing.

        ``joining`` is someone who comes to the end of the list in the same decision.
        """
        ...


class Strict:
    """The head blocks the seat types it asks for: served is only who is first for each of their types."""

    __slots__ = ("_count", "_queues")

    def __init__(self) -> None:
        self._queues: dict[str, Queue] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def join(self, waiter: Waiter) -> None:
        for seat_type, _ in waiter.wanted:
            self._queues.setdefault(seat_type, OrderedDict())[waiter.sequence] = waiter
        self._count += 1

    def leave(self, waiter: Waiter) -> None:
        for seat_type, _ in waiter.wanted:
            del self._queues[seat_type][waiter.sequence]
        self._count -= 1

    def head(self, seat_type: str) -> Waiter | None:
        return next(iter(self._queues.get(seat_type, {}).values()), None)

    def leads(self, waiter: Waiter) -> bool:
        return all(self.head(seat_type) is waiter for seat_type, _ in waiter.wanted)

    def serve(self, freed: Iterable[str], turns: Turns, joining: Waiter | None = None) -> None:
        fronts = _Fronts(self._queues, joining)
        candidates: dict[int, Waiter] = {}
        look: Iterable[str] = freed
        while True:
            for seat_type in look:
                if (head := fronts.head(seat_type)) is not None:
                    candidates[head.sequence] = head
            if not candidates:
                return
            waiter = candidates.pop(min(candidates))
            if turns.ends(waiter) or (fronts.leads(waiter) and turns.takes(waiter)):
                fronts.gone.add(waiter.sequence)
                look = [seat_type for seat_type, _ in waiter.wanted]
            else:
                look = ()


class _Fronts:
    """The heads of the order queues as one decision moves them on, the queues themselves staying as they are."""

    __slots__ = ("_heads", "_joining", "_queues", "_rests", "gone")

    def __init__(self, queues: dict[str, Queue], joining: Waiter | None) -> None:
        self._queues = queues
        self._joining = joining
        self._rests: dict[str, Iterator[Waiter]] = {}
        self._heads: dict[str, Waiter | None] = {}
        self.gone: set[int] = set()

    def leads(self, waiter: Waiter) -> bool:
        return all(self.head(seat_type) is waiter for seat_type, _ in waiter.wanted)

    def head(self, seat_type: str) -> Waiter | None:
        if seat_type not in self._rests:
            self._rests[seat_type] = iter(self._line(seat_type))
            self._heads[seat_type] = next(self._rests[seat_type], None)
        head = self._heads[seat_type]
        while head is not None and head.sequence in self.gone:
            head = self._heads[seat_type] = next(self._rests[seat_type], None)
        return head

    def _line(self, seat_type: str) -> Iterator[Waiter]:
        yield from self._queues.get(seat_type, {}).values()
        if self._joining is not None and any(seat_type == wanted for wanted, _ in self._joining.wanted):
            yield self._joining


class FirstFit:
    """The first in order whose request fits; those skipped keep their places.

    Equal requests stand in one queue, so that one look at its head speaks for all of them.
    """

    __slots__ = ("_by_type", "_count")

    def __init__(self) -> None:
        self._by_type: dict[str, dict[Signature, Queue]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def join(self, waiter: Waiter) -> None:
        signature = _signature(waiter)
        found = self._by_type.get(waiter.wanted[0][0], {}).get(signature)
        queue: Queue = OrderedDict() if found is None else found
        queue[waiter.sequence] = waiter
        if found is None:
            for seat_type, _ in waiter.wanted:
                self._by_type.setdefault(seat_type, {})[signature] = queue
        self._count += 1

    def leave(self, waiter: Waiter) -> None:
        signature = _signature(waiter)
        queue = self._by_type[waiter.wanted[0][0]][signature]
        del queue[waiter.sequence]
        if not queue:
            for seat_type, _ in waiter.wanted:
                del self._by_type[seat_type][signature]
        self._count -= 1

    def head(self, seat_type: str) -> Waiter | None:
        heads = (next(iter(queue.values())) for queue in self._by_type.get(seat_type, {}).values())
        return min(heads, key=lambda waiter: waiter.sequence, default=None)

    def leads(self, waiter: Waiter) -> bool:
        return True

    def serve(self, freed: Iterable[str], turns: Turns, joining: Waiter | None = None) -> None:
        queues = {
            signature: queue for seat_type in freed for signature, queue in self._by_type.get(seat_type, {}).items()
        }
        lines = [iter(queue.values()) for queue in queues.values()]
        fronts = [(head.sequence, head, line) for line in lines for head in (next(line),)]
        if joining is not None:
            fronts.append((joining.sequence, joining, iter(())))
        heapify(fronts)
        while fronts:
            _, waiter, line = fronts[0]
            left = turns.ends(waiter) or turns.takes(waiter)
            following = next(line, None) if left else None
            if following is None:  # Nobody behind it, or all behind it ask for as much and fit as little.
                heappop(fronts)
            else:
                heapreplace(fronts, (following.sequence, following, line))


def _signature(waiter: Waiter) -> Signature:
    return waiter.accept_fewer, tuple(sorted(waiter.wanted))


def wait_list(policy: Policy, waiters: Sequence[Waiter]) -> WaitList:
    """A list under the policy with these waiters, head first."""
    waiting: WaitList = FirstFit() if policy == "first_fit" else Strict()
    for waiter in waiters:
        waiting.join(waiter)
    return waiting

"""The checker's own fold of a seats stream: who holds, who waits, what is taken."""

from collections import Counter
from dataclasses import dataclass
from typing import assert_never

from gateway.loadtest.feed import (
    Configured,
    Confirmed,
    Event,
    GivenBack,
    Held,
    Joined,
    Left,
    ListClosed,
    Offered,
    Prolonged,
    QuotaSet,
    Released,
    Unknown,
)
from gateway.loadtest.history import Items


@dataclass(frozen=True)
class Hold:
    """Seats of one reservation; ``expires_at_ms`` 0 once confirmed."""

    items: Items
    lease: int
    expires_at_ms: int


@dataclass(frozen=True)
class Waiting:
    """One entry of the wait-list; ``place`` grows with the time of joining."""

    items: Items
    accept_fewer: bool
    place: int


class Ledger:
    """State after each event, in O(what the event touches)."""

    def __init__(self) -> None:
        self.quotas: dict[str, int] = {}
        self.policy = "strict"
        self.taken: Counter[str] = Counter()
        self.holds: dict[str, Hold] = {}
        self.waiting: dict[str, Waiting] = {}
        self.lists: dict[str, dict[str, None]] = {}
        """Per seat type, who waits for it, in order."""
        self.waiting_seats: Counter[str] = Counter()
        self.unknown_events: Counter[str] = Counter()
        self._places = 0

    def free(self, seat_type: str) -> int:
        return self.quotas.get(seat_type, 0) - self.taken[seat_type]

    def fits(self, items: Items) -> bool:
        return all(self.free(seat_type) >= number for seat_type, number in items)

    def available(self, seat_type: str) -> int:
        """What a newcomer could take: nothing while anyone waits for that type."""
        return 0 if self.lists.get(seat_type) else self.free(seat_type)

    def evolve(self, event: Event) -> None:
        """Apply one event, also an impossible one: judging is the verdict's."""
        match event:
            case Configured(quotas, policy):
                self.quotas = dict(quotas)
                self.policy = policy or self.policy
            case QuotaSet(seat_type, quota):
                self.quotas[seat_type] = quota
            case Held(reservation, items, lease, expires_at_ms) | Offered(reservation, items, lease, expires_at_ms):
                self._unlist(reservation)
                self._take(reservation, Hold(items, lease, expires_at_ms))
            case Joined(reservation, items, accept_fewer):
                self._enlist(reservation, items, accept_fewer)
            case Prolonged(reservation, lease, expires_at_ms):
                if (hold := self.holds.get(reservation)) is not None:
                    self.holds[reservation] = Hold(hold.items, lease, expires_at_ms)
            case Confirmed(reservation, items):
                standing = self.holds.get(reservation)
                self._take(reservation, Hold(standing.items if standing else items, 0, 0))
            case Released(reservation):
                self._give(reservation)
            case GivenBack(reservation, items):
                self._give_some(reservation, items)
            case Left(reservation):
                self._unlist(reservation)
            case ListClosed():
                for reservation in list(self.waiting):
                    self._unlist(reservation)
            case Unknown(name):
                self.unknown_events[name] += 1
            case unreachable:
                assert_never(unreachable)

    def _take(self, reservation: str, hold: Hold) -> None:
        self._give(reservation)
        self.holds[reservation] = hold
        self.taken.update(dict(hold.items))

    def _give(self, reservation: str) -> None:
        hold = self.holds.pop(reservation, None)
        if hold is not None:
            self.taken.subtract(dict(hold.items))

    def _give_some(self, reservation: str, items: Items) -> None:
        hold = self.holds.get(reservation)
        if hold is None:
            return
        left = Counter(dict(hold.items))
        left.subtract(dict(items))
        self._take(reservation, Hold(tuple(sorted((+left).items())), hold.lease, hold.expires_at_ms))

    def _enlist(self, reservation: str, items: Items, accept_fewer: bool) -> None:
        self._unlist(reservation)
        self._places += 1
        self.waiting[reservation] = Waiting(items, accept_fewer, self._places)
        self.waiting_seats.update(dict(items))
        for seat_type, _ in items:
            self.lists.setdefault(seat_type, {})[reservation] = None

    def _unlist(self, reservation: str) -> None:
        entry = self.waiting.pop(reservation, None)
        if entry is None:
            return
        self.waiting_seats.subtract(dict(entry.items))
        for seat_type, _ in entry.items:
            self.lists[seat_type].pop(reservation, None)

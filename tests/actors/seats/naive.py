"""The rules of the seat inventory once more, as plainly as they can be said, to hold the real ones against.

Reads events only as facts (who got what, until when) and never calls the code it checks.
Walks the whole list where the real code must not: correctness is all that counts here.
"""

from dataclasses import dataclass, field
from typing import Any

from actors.messages.seats import Configuration, Line, SeatTerms
from actors.seats import events as e


@dataclass
class Party:
    """A reservation: what it asked for, what it has, and how it stands."""

    status: str
    asked: dict[str, int]
    has: dict[str, int]
    expires_at_ms: int = 0
    lease: int = 0
    accept_fewer: bool = False
    client: str = ""


@dataclass
class NaiveInventory:
    """Folds events while it checks them."""

    terms: dict[str, SeatTerms] = field(default_factory=dict)
    quota: dict[str, int] = field(default_factory=dict)
    state: str = "draft"
    policy: str = "strict"
    parties: dict[str, Party] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    leases: set[int] = field(default_factory=set)
    holds_max: int = 0

    def taken(self, seat_type: str) -> int:
        return sum(party.has.get(seat_type, 0) for party in self.parties.values())

    def free(self, seat_type: str) -> int:
        return self.quota[seat_type] - self.taken(seat_type)

    def waited_for(self, seat_type: str) -> bool:
        return any(seat_type in self.parties[name].asked for name in self.waiting)

    def on_sale(self, seat_type: str, now_ms: int) -> bool:
        terms = self.terms[seat_type]
        opens, closes = terms.sale_opens_at_ms or 0, terms.sale_closes_at_ms
        return not terms.retired and opens <= now_ms and (closes is None or now_ms < closes)

    def share(self, asked: dict[str, int], accept_fewer: bool, left: dict[str, int]) -> dict[str, int] | None:
        """What a request gets of what is left, by rule 2; ``None`` for nothing."""
        got = {name: min(quantity, left[name]) for name, quantity in asked.items()}
        if got == asked:
            return got
        if not accept_fewer:
            return None
        if not any(got[name] for name in got if self.terms[name].kind == "admission"):
            got = {name: 0 if self.terms[name].requires_admission else number for name, number in got.items()}
        return got if any(got.values()) else None

    def share_now(self, name: str, now_ms: int) -> dict[str, int] | None:
        """What a waiter gets if nobody stands before it."""
        party = self.parties[name]
        left = {kind: self.free(kind) if self.on_sale(kind, now_ms) else 0 for kind in party.asked}
        return self.share(party.asked, party.accept_fewer, left)

    def turn_of(self, name: str, now_ms: int) -> dict[str, int] | None:
        """What a waiter is to be offered, by rule 3, as the list and the seats are now; ``None`` if not its turn."""
        if self.state in ("cancelled", "archived"):
            return None
        for before in self.waiting[: self.waiting.index(name)]:
            stands_before = self.policy == "strict" or self.share_now(before, now_ms) is not None
            if stands_before and self.parties[before].asked.keys() & self.parties[name].asked.keys():
                return None
        return self.share_now(name, now_ms)

    def idle(self, now_ms: int) -> bool:
        """Whether seats lie idle while it is somebody's turn.

        Known and allowed: a sale that begins while people wait is noticed by the first in
        line only, and by nobody who accepts fewer of several seat types.
        """
        for name in self.waiting:
            party = self.parties[name]
            late_start = any(self.terms[kind].sale_opens_at_ms for kind in party.asked)
            unnoticed = self.policy == "first_fit" or (party.accept_fewer and len(party.asked) > 1)
            if self.turn_of(name, now_ms) is not None and not (late_start and unnoticed):
                return True
        return False

    def apply(self, event: e.SeatEvent, now_ms: int) -> None:
        """Takes an event in, complaining where it breaks a rule."""
        match event:
            case e.InventoryConfigured(configuration=configuration):
                self._configure(configuration)
            case e.QuotaCut(seat_type=seat_type, quota=quota):
                self.quota[seat_type] = quota
            case e.SeatsHeld(reservation=name, lines=lines):
                self._hold(event, now_ms)
            case e.WaitListJoined(reservation=name, lines=lines):
                assert name not in self.parties
                assert event.position == len(self.waiting) + 1
                asked = {line.seat_type: line.requested for line in lines}
                self.parties[name] = Party("waiting", asked, {}, accept_fewer=event.accept_fewer)
                self.waiting.append(name)
            case e.SeatsOffered(reservation=name, lines=lines):
                self._offer(event, now_ms)
            case e.HoldExtended(reservation=name) | e.HoldKept(reservation=name):
                self._lease(self.parties[name], event)
            case e.SeatsConfirmed(reservation=name, lines=lines, retaken=retaken):
                if retaken:
                    assert name not in self.parties
                    assert not any(line.taken and self.waited_for(line.seat_type) for line in lines)
                    self.parties[name] = Party("held", *_asked_and_has(lines))
                assert self.parties[name].has == _asked_and_has(lines)[1]
                self.parties[name].status = "confirmed"
                self.parties[name].lease = 0
            case e.SeatsReleased(reservation=name, lines=lines, reason=reason):
                party = self.parties.pop(name)
                assert party.has == _asked_and_has(lines)[1]
                if reason == "expired":
                    assert now_ms >= party.expires_at_ms, "released early"
            case e.SeatsGivenBack(reservation=name, lines=lines):
                self.parties[name].has = _asked_and_has(lines)[1]
            case e.WaitListLeft(reservation=name):
                self.waiting.remove(name)
                del self.parties[name]
            case e.WaitListClosed():
                for name in self.waiting:
                    del self.parties[name]
                self.waiting.clear()
        for seat_type, quota in self.quota.items():
            assert 0 <= self.taken(seat_type) <= quota, "oversold"

    def _configure(self, configuration: Configuration) -> None:
        self.state, self.policy = configuration.state, configuration.policy
        self.holds_max = configuration.holds_per_client_max
        for terms in configuration.seat_types:
            self.terms[terms.id], self.quota[terms.id] = terms, terms.quota

    def _hold(self, event: e.SeatsHeld, now_ms: int) -> None:
        assert event.reservation not in self.parties
        assert self.state == "published"
        asked, has = _asked_and_has(event.lines)
        for seat_type, number in has.items():
            assert self.on_sale(seat_type, now_ms)
            assert not number or not self.waited_for(seat_type), "a newcomer overtook"
        party = Party("held", asked, has, client=event.client)
        self.parties[event.reservation] = party
        self._lease(party, event)
        if event.client and self.holds_max:
            mine = [each for each in self.parties.values() if each.status == "held" and each.client == event.client]
            assert len(mine) <= self.holds_max

    def _offer(self, event: e.SeatsOffered, now_ms: int) -> None:
        asked, has = _asked_and_has(event.lines)
        assert self.turn_of(event.reservation, now_ms) == has, "not its turn, or not its share"
        party = self.parties[event.reservation]
        assert party.asked == asked
        self.waiting.remove(event.reservation)
        party.status, party.has = "offered", has
        self._lease(party, event)

    def _lease(self, party: Party, event: Any) -> None:
        assert event.lease not in self.leases, "a lease was given out twice"
        self.leases.add(event.lease)
        assert event.expires_at_ms > party.expires_at_ms or party.status != "held"
        party.lease, party.expires_at_ms = event.lease, event.expires_at_ms


def _asked_and_has(lines: tuple[Line, ...]) -> tuple[dict[str, int], dict[str, int]]:
    return {line.seat_type: line.requested for line in lines}, {line.seat_type: line.taken for line in lines}

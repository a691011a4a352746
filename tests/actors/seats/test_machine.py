"""Any order of commands and times against the naive model: the invariants hold after every event."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from actors.messages.refusals import Refused
from actors.messages.seats import (
    Cancel,
    CancelSeats,
    Configuration,
    Configure,
    Confirm,
    CutQuota,
    Expire,
    Extend,
    Keep,
    Line,
    Reserve,
    SeatTerms,
)
from actors.seats import events as e
from actors.seats.kind import SEATS
from tests.actors.seats.naive import NaiveInventory

TYPES = ("general", "dinner", "workshop")
names = st.integers(0, 14).map(lambda number: f"r{number}")
items = st.dictionaries(st.sampled_from(TYPES), st.integers(1, 3), min_size=1, max_size=3)
times = st.none() | st.integers(0, 2_000)


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    seat_types = tuple(
        SeatTerms(
            id=name,
            kind="admission" if name == "general" else "event",
            price_minor=100,
            quota=draw(st.integers(0, 6)),
            sale_opens_at_ms=draw(st.none() | st.integers(0, 800)),
            sale_closes_at_ms=draw(st.none() | st.integers(500, 3_000)),
            max_per_reservation=draw(st.sampled_from([None, None, 2])),
            requires_admission=name == "dinner" and draw(st.booleans()),
            retired=draw(st.integers(0, 12)) == 0,
        )
        for name in TYPES
    )
    return Configuration(
        version=0,
        state=draw(st.sampled_from(["published"] * 8 + ["unpublished", "cancelled", "archived"])),
        currency="EUR",
        policy=draw(st.sampled_from(["strict", "first_fit"])),
        hold_ms=draw(st.sampled_from([50, 200])),
        offer_ms=draw(st.sampled_from([80, 400])),
        seats_per_reservation_max=draw(st.sampled_from([0, 4])),
        holds_per_client_max=draw(st.sampled_from([0, 2])),
        seat_types=seat_types,
    )


class InventoryMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.state = SEATS.initial()
        self.naive = NaiveInventory()
        self.log: list[tuple[Any, int]] = []
        self.now_ms = 0
        self.version = 0

    def command(self, command: Any) -> tuple[Any, ...] | Refused:
        """Decides, checks and takes in; the state must not change before the events do it."""
        frozen = SEATS.freeze(self.state)
        outcome = SEATS.decide(self.state, command, self.now_ms)
        assert SEATS.freeze(self.state) == frozen
        thawed = SEATS.thaw(frozen)
        assert SEATS.decide(thawed, command, self.now_ms) == outcome, "a thawed state decides differently"
        assert SEATS.freeze(thawed) == frozen
        if isinstance(outcome, Refused):
            return outcome
        for event in outcome:
            self.naive.apply(event, self.now_ms)
            SEATS.evolve(self.state, event, self.now_ms)
            self.log.append((event, self.now_ms))
        assert self.naive.next_turn(self.now_ms) is None or not outcome, "seats lie idle while somebody's turn has come"
        if outcome:
            SEATS.answer(self.state, outcome, len(self.log))
        else:
            SEATS.unchanged(self.state, command, len(self.log))
        return outcome

    def settle(self) -> None:
        """What the shell does when it wakes: until nothing is due."""
        for _ in range(1_000):
            due = SEATS.due(self.state, self.now_ms, 3)
            deadline_ms = SEATS.next_deadline_ms(self.state)
            assert bool(due) == (0 < deadline_ms <= self.now_ms)
            if not due:
                return
            assert len(due) <= 3
            caused = [self.command(command) for command in due]
            assert any(caused), "woken for nothing, again and again"
        raise AssertionError("never settles")

    @initialize(configuration=configurations())
    def open(self, configuration: Configuration) -> None:
        self.configure(replace(configuration, state="published"))

    @rule(configuration=configurations())
    def configure(self, configuration: Configuration) -> None:
        self.version += 1
        outcome = self.command(Configure(replace(configuration, version=self.version)))
        below = [terms for terms in configuration.seat_types if terms.quota < self.naive.taken(terms.id)]
        assert isinstance(outcome, Refused) == bool(below)

    @rule(seat_type=st.sampled_from(TYPES), quota=st.integers(0, 6))
    def raise_or_lower_one_quota(self, seat_type: str, quota: int) -> None:
        self.version += 1
        current = self.state.configuration
        seat_types = tuple(
            replace(terms, quota=quota if terms.id == seat_type else self.naive.quota[terms.id])
            for terms in current.seat_types
        )
        self.command(Configure(replace(current, version=self.version, seat_types=seat_types)))

    @rule(seat_type=st.sampled_from(TYPES), quota=st.integers(0, 6))
    def cut_quota(self, seat_type: str, quota: int) -> None:
        outcome = self.command(CutQuota(seat_type, quota))
        if quota < self.naive.taken(seat_type):
            assert isinstance(outcome, Refused)
            assert outcome.number == self.naive.taken(seat_type)

    @rule(
        name=names, items=items, client=st.sampled_from(["", "a", "b"]), fewer=st.booleans(), wait=st.booleans(),
        keep=st.booleans(),
    )  # fmt: skip
    def reserve(self, name: str, items: dict[str, int], client: str, fewer: bool, wait: bool, keep: bool) -> None:
        left = {
            kind: 0 if self.naive.waited_for(kind) else self.naive.free(kind)
            for kind in items
        }  # fmt: skip
        stood = name in self.naive.parties
        outcome = self.command(Reserve(name, client, items, fewer, wait, keep))
        if stood:
            assert isinstance(outcome, Refused)
            assert outcome.reason == "already-standing"
        elif isinstance(outcome, Refused):
            if outcome.reason == "sold-out":
                assert outcome.available == left
                assert self.naive.share(items, fewer, left) is None
                assert not wait
        elif isinstance(outcome[0], e.SeatsHeld):
            assert {line.seat_type: line.taken for line in outcome[0].lines} == self.naive.share(items, fewer, left)
        else:
            assert wait
            assert self.naive.share(items, fewer, left) is None

    @rule(name=names)
    def cancel(self, name: str) -> None:
        stood = name in self.naive.parties
        assert isinstance(self.command(Cancel(name)), Refused) != stood

    @rule(name=names, items=items)
    def cancel_seats(self, name: str, items: dict[str, int]) -> None:
        self.command(CancelSeats(name, items))

    @rule(name=names, items=items)
    def confirm(self, name: str, items: dict[str, int]) -> None:
        status = self.status(name)
        lines = tuple(Line(kind, quantity, quantity, 100) for kind, quantity in items.items())
        outcome = self.command(Confirm(name, lines))
        if status == "confirmed":
            assert outcome == ()
        elif self.naive.state == "cancelled":
            assert isinstance(outcome, Refused)
        elif status in ("held", "offered"):
            assert not isinstance(outcome, Refused)

    @rule(name=names)
    def extend(self, name: str) -> None:
        party = self.naive.parties.get(name)
        deadline_ms = party.expires_at_ms if party is not None else 0
        outcome = self.command(Extend(name))
        if not isinstance(outcome, Refused):
            assert party is not None
            assert self.now_ms < deadline_ms
            assert not any(self.naive.waited_for(kind) for kind in party.asked)

    @rule(name=names, span_ms=st.integers(0, 500))
    def keep(self, name: str, span_ms: int) -> None:
        self.command(Keep(name, self.now_ms + span_ms))

    @rule(name=names, lease=st.integers(0, 30))
    def expire_any_lease(self, name: str, lease: int) -> None:
        party = self.naive.parties.get(name)
        stale = party is None or party.lease != lease or (lease > 0 and self.now_ms < party.expires_at_ms)
        outcome = self.command(Expire(name, lease))
        assert outcome == () or not stale

    @rule(span_ms=st.sampled_from([1, 30, 60, 200, 500]))
    def time_passes(self, span_ms: int) -> None:
        self.now_ms += span_ms
        self.settle()

    @rule(span_ms=st.sampled_from([1, 30, 60, 200, 500]))
    def time_passes_and_the_timer_is_late(self, span_ms: int) -> None:
        self.now_ms += span_ms

    @invariant()
    def the_state_is_the_fold_of_the_log(self) -> None:
        folded = SEATS.initial()
        for event, at_ms in self.log:
            SEATS.evolve(folded, event, at_ms)
        assert SEATS.freeze(folded) == SEATS.freeze(self.state)

    @invariant()
    def counts_agree_with_the_naive_model(self) -> None:
        for stock in self.state.stocks.values():
            assert stock.taken == self.naive.taken(stock.id)
            assert bool(stock.waiting) == self.naive.waited_for(stock.id)
        assert {name: party.status for name, party in self.naive.parties.items()} == {
            name: standing.status for name, standing in self.state.standing.items()
        }
        live = [party.expires_at_ms for party in self.naive.parties.values() if party.lease]
        assert self.state.leases.earliest_ms() == min(live, default=0)

    def status(self, name: str) -> str:
        return self.naive.parties[name].status if name in self.naive.parties else ""


InventoryMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestInventory = InventoryMachine.TestCase

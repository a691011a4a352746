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
names = st.integers(0, 30).map(lambda number: f"r{number}")
picks = st.integers(0, 30)
few_items = st.dictionaries(st.sampled_from(TYPES), st.integers(1, 3), min_size=1, max_size=2)
items = few_items | st.dictionaries(st.sampled_from(TYPES), st.integers(1, 3), min_size=1, max_size=3)


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """The usual value in most cases."""
    return st.sampled_from([usual] * 9 + [*others])


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    requires_admission = draw(st.booleans())
    seat_types = tuple(
        SeatTerms(
            id=name,
            kind="admission" if name == "general" else "event",
            price_minor=100,
            quota=draw(st.integers(0, 6)),
            sale_opens_at_ms=draw(mostly(None, 60, 300)),
            sale_closes_at_ms=draw(mostly(None, 150, 400, 1_000)),
            max_per_reservation=draw(mostly(None, 2)),
            requires_admission=name == "dinner" and requires_admission,
            retired=draw(mostly(False, True)),
        )
        for name in TYPES
    )
    return Configuration(
        version=0,
        state=draw(mostly("published", "unpublished", "cancelled", "archived")),
        currency="EUR",
        policy=draw(st.sampled_from(["strict", "first_fit"])),
        hold_ms=draw(st.sampled_from([50, 200])),
        offer_ms=draw(st.sampled_from([80, 400])),
        seats_per_reservation_max=draw(mostly(0, 4)),
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
        if outcome and self.naive.idle(self.now_ms):
            assert SEATS.due(self.state, self.now_ms, 100), "seats lie idle while somebody's turn has come"
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
                assert not self.naive.idle(self.now_ms), "seats lie idle while somebody's turn has come"
                return
            assert len(due) <= 3
            caused = [self.command(command) for command in due]
            assert any(caused), "woken for nothing, again and again"
        raise AssertionError("never settles")

    @initialize(configuration=configurations(), quotas=st.lists(st.integers(1, 5), min_size=3, max_size=3))
    def open(self, configuration: Configuration, quotas: list[int]) -> None:
        seat_types = tuple(
            replace(terms, quota=quota, retired=False)
            for terms, quota in zip(configuration.seat_types, quotas, strict=True)
        )
        self.configure(replace(configuration, state="published", seat_types=seat_types))

    @rule(
        configuration=configurations(), seat_type=st.sampled_from(TYPES), quota=st.integers(0, 7),
        what=st.sampled_from(["quota", "quota", "cut", "policy", "all"]),
    )  # fmt: skip
    def administer(self, configuration: Configuration, seat_type: str, quota: int, what: str) -> None:
        current = self.state.configuration
        if what == "cut":
            self.cut_quota(seat_type, quota)
        elif what == "policy":
            self.configure(replace(current, policy=configuration.policy, seat_types=self.terms()))
        elif what == "quota":
            self.configure(replace(current, seat_types=self.terms(**{seat_type: quota})))
        else:
            self.configure(configuration)

    def terms(self, **quotas: int) -> tuple[SeatTerms, ...]:
        """The seat types as they are, with some quotas changed."""
        quotas = self.naive.quota | quotas
        return tuple(replace(terms, quota=quotas[terms.id]) for terms in self.state.configuration.seat_types)

    def configure(self, configuration: Configuration) -> None:
        self.version += 1
        below = [terms for terms in configuration.seat_types if terms.quota < self.naive.taken(terms.id)]
        outcome = self.command(Configure(replace(configuration, version=self.version)))
        assert isinstance(outcome, Refused) == bool(below)

    def cut_quota(self, seat_type: str, quota: int) -> None:
        outcome = self.command(CutQuota(seat_type, quota))
        if quota < self.naive.taken(seat_type):
            assert isinstance(outcome, Refused)
            assert outcome.number == self.naive.taken(seat_type)

    @rule(name=names, items=few_items, client=st.sampled_from(["", "a"]))
    def reserve_or_be_refused(self, name: str, items: dict[str, int], client: str) -> None:
        self.reserve(Reserve(name, client, items))

    @rule(name=names, items=few_items, keep=st.booleans())
    def reserve_or_wait(self, name: str, items: dict[str, int], keep: bool) -> None:
        self.reserve(Reserve(name, "", items, False, True, keep))

    @rule(name=names, items=items, client=st.sampled_from(["", "a"]), wait=st.booleans(), keep=st.booleans())
    def reserve_fewer_or_wait(self, name: str, items: dict[str, int], client: str, wait: bool, keep: bool) -> None:
        self.reserve(Reserve(name, client, items, True, wait, keep))

    def reserve(self, command: Reserve) -> None:
        left = {kind: 0 if self.naive.waited_for(kind) else self.naive.free(kind) for kind in command.items}
        share = self.naive.share(command.items, command.accept_fewer, left)
        stood = command.reservation in self.naive.parties
        outcome = self.command(command)
        if stood:
            assert isinstance(outcome, Refused)
            assert outcome.reason == "already-standing"
        elif isinstance(outcome, Refused):
            if outcome.reason == "sold-out":
                assert (outcome.available, share, command.wait) == (left, None, False)
        elif isinstance(outcome[0], e.SeatsHeld):
            assert {line.seat_type: line.taken for line in outcome[0].lines} == share
        else:
            assert command.wait
            assert share is None

    def someone(self, pick: int, *statuses: str) -> str:
        """One of those who stand (and so), or, where nobody does, a stranger."""
        names = [name for name, party in self.naive.parties.items() if not statuses or party.status in statuses]
        return names[pick % len(names)] if names else "stranger"

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        name = self.someone(pick)
        stood = name in self.naive.parties
        assert isinstance(self.command(Cancel(name)), Refused) != stood

    @rule(pick=picks, items=few_items)
    def cancel_seats(self, pick: int, items: dict[str, int]) -> None:
        name = self.someone(pick, "confirmed")
        self.command(CancelSeats(name, items))

    @rule(pick=picks)
    def confirm(self, pick: int) -> None:
        name = self.someone(pick)
        status = self.naive.parties[name].status if name in self.naive.parties else ""
        outcome = self.command(Confirm(name, ()))
        if status == "confirmed":
            assert outcome == ()
        elif status in ("held", "offered"):
            assert isinstance(outcome, Refused) == (self.naive.state == "cancelled")
        else:
            assert isinstance(outcome, Refused)

    @rule(name=names, items=few_items)
    def confirm_what_has_expired(self, name: str, items: dict[str, int]) -> None:
        lines = tuple(Line(kind, quantity, quantity, 100) for kind, quantity in items.items())
        if name in self.naive.parties:
            return
        free = all(
            not self.naive.waited_for(kind) and quantity <= self.naive.free(kind) for kind, quantity in items.items()
        )
        outcome = self.command(Confirm(name, lines))
        assert isinstance(outcome, Refused) == (not free or self.naive.state == "cancelled")

    @rule(pick=picks)
    def extend(self, pick: int) -> None:
        name = self.someone(pick, "held", "offered")
        party = self.naive.parties.get(name)
        deadline_ms = party.expires_at_ms if party is not None else 0
        outcome = self.command(Extend(name))
        if not isinstance(outcome, Refused):
            assert party is not None
            assert self.now_ms < deadline_ms
            assert not any(self.naive.waited_for(kind) for kind in party.asked)

    @rule(pick=picks, span_ms=st.integers(0, 500))
    def keep(self, pick: int, span_ms: int) -> None:
        self.command(Keep(self.someone(pick, "held", "offered"), self.now_ms + span_ms))

    @rule(pick=picks, older=st.sampled_from([0, 0, 1, 3]))
    def expire(self, pick: int, older: int) -> None:
        name = self.someone(pick)
        party = self.naive.parties.get(name)
        lease = max(0, party.lease - older) if party is not None else older
        stale = party is None or party.lease != lease or (lease > 0 and self.now_ms < party.expires_at_ms)
        outcome = self.command(Expire(name, lease))
        assert outcome == () or not stale

    @rule(span_ms=st.sampled_from([1, 30, 60, 200]))
    def time_passes(self, span_ms: int) -> None:
        self.now_ms += span_ms
        self.settle()

    @rule(span_ms=st.sampled_from([1, 30, 60, 200]))
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


InventoryMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=40)
TestInventory = InventoryMachine.TestCase

"""Any commands in any order: what must hold of a conference after each."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from actors.conference.configuration import configuration, cuts
from actors.conference.events import ConferenceEvent
from actors.conference.kind import CONFERENCE
from actors.conference.validity import check_details, check_seat_type
from actors.kernel.upcasting import EventReader
from actors.messages.codec import encode
from actors.messages.conference import (
    AddSeatType,
    Archive,
    CancelConference,
    ConferenceCommand,
    CreateConference,
    DetailsChanges,
    EditConference,
    EditSeatType,
    EditTerms,
    Publish,
    RetireSeatType,
    SeatType,
    SeatTypeChanges,
    SetCharacteristics,
    Unpublish,
)
from actors.messages.fees import FeeStructure
from actors.messages.refusals import Refused
from actors.messages.terms import BadgeField, Papers, TermsChanges
from tests.actors.conference.given import DETAILS, fold

IDS = st.sampled_from(["st1", "st2", "st3"])
CURRENCIES = st.sampled_from(["EUR", "CHF"])
DAYS = st.sampled_from(["2027-05-01", "2027-05-02", "2027-05-03", "soon"])
KINDS = st.sampled_from(["admission", "event"])
TIMES = st.none() | st.integers(0, 5)
STEPS: list[ConferenceCommand] = [Publish(), Unpublish(), Publish(), Unpublish(), CancelConference(), Archive()]


class AnyCommands(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.state = CONFERENCE.initial()
        self.log: list[ConferenceEvent] = []
        self.read = EventReader(CONFERENCE.events, CONFERENCE.lifts)
        self.known: set[str] = set()
        self.currency_once_published: str | None = None
        self.kinds_once_published: dict[str, str] = {}

    def send(self, command: ConferenceCommand) -> Any:
        asked = cuts(self.state, command)
        if asked is not None:
            refused = CONFERENCE.decide(self.state, command, 0)
            assert isinstance(refused, Refused), "what needs leave was done without"
            command = CONFERENCE.informed(command, None)
        outcome = CONFERENCE.decide(self.state, command, 0)
        if isinstance(outcome, Refused):
            assert asked is None, "nothing is asked for what is refused"
            return outcome
        for event in outcome:
            self.log.append(self.read(encode(event)))
            CONFERENCE.evolve(self.state, event, 0)
        if not outcome:
            return CONFERENCE.unchanged(self.state, command, len(self.log))
        return CONFERENCE.answer(self.state, outcome, len(self.log))

    @rule()
    def create(self) -> None:
        self.send(CreateConference("c1", "o1", "slug", DETAILS))

    @precondition(lambda self: self.log)
    @rule(starts=DAYS, ends=DAYS, currency=CURRENCIES, hold=st.integers(0, 10), stale=st.booleans())
    def edit(self, starts: str, ends: str, currency: str, hold: int, stale: bool) -> None:
        changes = DetailsChanges(starts_on=starts, ends_on=ends, currency=currency, hold_seconds=hold)
        answer = self.send(EditConference(len(self.log) - stale, changes))
        assert not stale or (answer.reason, answer.number) == ("stale-version", len(self.log))

    @precondition(lambda self: self.log)
    @rule(step=st.sampled_from(STEPS))
    def move(self, step: ConferenceCommand) -> None:
        self.send(step)

    @precondition(lambda self: self.log)
    @rule(name=IDS, kind=KINDS, price=st.integers(-1, 2), quota=st.integers(-1, 9), opens=TIMES, closes=TIMES)
    def add(self, name: str, kind: Any, price: int, quota: int, opens: int | None, closes: int | None) -> None:
        answer = self.send(AddSeatType(SeatType(name, name, kind, price, quota, opens, closes)))
        if not isinstance(answer, Refused):
            assert name not in self.known
            self.known.add(name)

    @precondition(lambda self: self.log)
    @rule(name=IDS, kind=KINDS, quota=st.integers(-1, 9), closes=TIMES)
    def edit_seat_type(self, name: str, kind: Any, quota: int, closes: int | None) -> None:
        changes = SeatTypeChanges(kind=kind, quota=quota, sale_closes_at_ms=closes)
        self.send(EditSeatType(len(self.log), name, changes))

    @precondition(lambda self: self.log)
    @rule(name=IDS)
    def retire(self, name: str) -> None:
        answer = self.send(RetireSeatType(len(self.log), name))
        assert isinstance(answer, Refused) or self.state.seat_types[name].retired

    @precondition(lambda self: self.log)
    @rule(reviewers=st.integers(0, 2), bp=st.integers(9_999, 10_001), day=DAYS)
    def set_characteristics(self, reviewers: int, bp: int, day: str) -> None:
        papers = Papers("reviewed" if reviewers else "open", reviewers)
        self.send(SetCharacteristics(len(self.log), papers, FeeStructure(percent_bp=bp, starts_on=day), ()))

    @precondition(lambda self: self.log)
    @rule(kept=st.integers(9_999, 10_001), name=IDS)
    def edit_terms(self, kept: int, name: str) -> None:
        fields: dict[str, tuple[BadgeField, ...]] = {name: (BadgeField("company", "Company"),)}
        self.send(EditTerms(len(self.log), TermsChanges(refund_kept_bp=kept, badge_fields=fields)))

    @invariant()
    def version_counts_the_events_and_the_log_folds_to_the_state(self) -> None:
        assert self.state.version == len(self.log)
        assert fold(*self.log) == self.state

    @invariant()
    def a_snapshot_decides_as_the_fold_does(self) -> None:
        assert CONFERENCE.thaw(CONFERENCE.freeze(self.state)) == self.state

    @invariant()
    def no_seat_type_is_ever_lost(self) -> None:
        assert set(self.state.seat_types) == self.known
        assert {terms.id for terms in configuration(self.state).seat_types} == self.known

    @invariant()
    def all_that_stands_is_valid(self) -> None:
        if self.log:
            assert check_details(self.state.details) is None
        assert not [problem for s in self.state.seat_types.values() if (problem := check_seat_type(s))]

    @invariant()
    def currency_and_kinds_stay_once_published(self) -> None:
        if not self.state.ever_published:
            return
        self.currency_once_published = self.currency_once_published or self.state.details.currency
        assert self.state.details.currency == self.currency_once_published
        for seat_type in self.state.seat_types.values():
            assert self.kinds_once_published.setdefault(seat_type.id, seat_type.kind) == seat_type.kind


TestAnyCommands = AnyCommands.TestCase
TestAnyCommands.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

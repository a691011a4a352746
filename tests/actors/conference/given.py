"""Given these events, when this command comes, then these events or this refusal; and a conference to start from."""

from typing import Any

from actors.conference.decider import decide
from actors.conference.events import ConferenceCreated, ConferenceEvent, ConferencePublished, SeatTypeAdded
from actors.conference.evolve import evolve
from actors.conference.state import Conference
from actors.messages.codec import Decoder, encode
from actors.messages.conference import ConferenceCommand, Details, SeatType
from actors.messages.refusals import Refused

DETAILS = Details(
    name="PyCon",
    description="Three days of Python",
    starts_on="2027-05-01",
    ends_on="2027-05-03",
    time_zone="Europe/Berlin",
    currency="EUR",
)
GENERAL = SeatType(id="stgeneral0", name="General", kind="admission", price_minor=12_500, quota=100)
CREATED = ConferenceCreated("c000000000001", "o1", "pycon", DETAILS)

_read_command: Decoder[ConferenceCommand] = Decoder(ConferenceCommand)
_read_event: Decoder[ConferenceEvent] = Decoder(ConferenceEvent)


def fold(*events: ConferenceEvent) -> Conference:
    conference = Conference()
    for event in events:
        evolve(conference, event)
    return conference


class Given:
    """A past; ``when`` decides one command, which has gone through its bytes."""

    def __init__(self, *events: ConferenceEvent) -> None:
        self.events = events

    def given(self, *events: ConferenceEvent) -> "Given":
        return Given(*self.events, *events)

    @property
    def conference(self) -> Conference:
        return fold(*self.events)

    def when(self, command: ConferenceCommand) -> "Outcome":
        conference = self.conference
        outcome = decide(conference, _read_command(encode(command)))
        assert conference == self.conference, "deciding changes nothing"
        return Outcome(outcome)


class Outcome:
    def __init__(self, outcome: tuple[ConferenceEvent, ...] | Refused) -> None:
        self._outcome = outcome

    def then(self, *events: ConferenceEvent) -> None:
        assert self._outcome == events
        assert tuple(_read_event(encode(event)) for event in events) == events

    def refused(self, reason: str, **expected: Any) -> None:
        assert isinstance(self._outcome, Refused), self._outcome
        assert self._outcome.reason == reason, self._outcome
        assert {name: getattr(self._outcome, name) for name in expected} == expected


NOTHING = Given()
DRAFT = Given(CREATED, SeatTypeAdded(GENERAL))
PUBLISHED = DRAFT.given(ConferencePublished())

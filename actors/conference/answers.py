"""What a conference answers: it, or the seat type that the command was about, as it stands then."""

from collections.abc import Sequence
from typing import assert_never

from actors.conference.events import (
    ConferenceArchived,
    ConferenceCancelled,
    ConferenceCreated,
    ConferenceEvent,
    ConferencePublished,
    ConferenceUnpublished,
    DetailsEdited,
    FeeAgreed,
    PapersSet,
    PersonnelSet,
    SeatTypeAdded,
    SeatTypeEdited,
    SeatTypeRetired,
    TermsEdited,
)
from actors.conference.state import Conference
from actors.messages.conference import (
    AddSeatType,
    Archive,
    CancelConference,
    ConferenceCommand,
    ConferenceStands,
    CreateConference,
    EditConference,
    EditSeatType,
    EditTerms,
    Publish,
    RetireSeatType,
    SeatTypeStands,
    SetCharacteristics,
    Unpublish,
)


def answer(conference: Conference, events: Sequence[ConferenceEvent]) -> ConferenceStands | SeatTypeStands:
    """The reply for a decision's events; ``conference`` is the fold up to the last of them."""
    match events[-1]:
        case SeatTypeAdded(seat_type=seat_type):
            return _seat_type(conference, seat_type.id)
        case SeatTypeEdited(seat_type=name) | SeatTypeRetired(seat_type=name):
            return _seat_type(conference, name)
        case (
            ConferenceCreated()
            | DetailsEdited()
            | ConferencePublished()
            | ConferenceUnpublished()
            | ConferenceCancelled()
            | ConferenceArchived()
            | PapersSet()
            | FeeAgreed()
            | PersonnelSet()
            | TermsEdited()
        ):
            return stands(conference)
        case unreachable:
            assert_never(unreachable)


def unchanged(conference: Conference, command: ConferenceCommand) -> ConferenceStands | SeatTypeStands:
    """The reply for a command that found nothing to change."""
    match command:
        case EditSeatType(seat_type=name) | RetireSeatType(seat_type=name):
            return _seat_type(conference, name)
        case AddSeatType(seat_type=seat_type):
            return _seat_type(conference, seat_type.id)
        case (
            CreateConference()
            | EditConference()
            | Publish()
            | Unpublish()
            | CancelConference()
            | Archive()
            | SetCharacteristics()
            | EditTerms()
        ):
            return stands(conference)
        case unreachable:
            assert_never(unreachable)


def stands(conference: Conference) -> ConferenceStands:
    """The whole conference as it stands."""
    return ConferenceStands(
        conference=conference.conference,
        organiser=conference.organiser,
        slug=conference.slug,
        state=conference.state,
        details=conference.details,
        seat_types=tuple(conference.seat_types.values()),
        version=conference.version,
        papers=conference.papers,
        fees=conference.fees,
        personnel=conference.personnel,
        terms=conference.terms,
    )


def _seat_type(conference: Conference, name: str) -> SeatTypeStands:
    return SeatTypeStands(conference.conference, conference.seat_types[name], conference.version)

"""How each event changes a conference."""

from typing import assert_never

from msgspec.structs import replace

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
from actors.messages.changes import changed


def evolve(conference: Conference, event: ConferenceEvent) -> None:
    """Takes the event into the state, in place."""
    conference.version += 1
    match event:
        case ConferenceCreated():
            conference.conference = event.conference
            conference.organiser = event.organiser
            conference.slug = event.slug
            conference.details = event.details
        case DetailsEdited(changes=changes):
            conference.details = changed(conference.details, changes)
        case ConferencePublished():
            conference.state = "published"
            conference.ever_published = True
        case ConferenceUnpublished():
            conference.state = "unpublished"
        case ConferenceCancelled():
            conference.state = "cancelled"
        case ConferenceArchived():
            conference.state = "archived"
        case SeatTypeAdded(seat_type=seat_type):
            conference.seat_types[seat_type.id] = seat_type
        case SeatTypeEdited(seat_type=name, changes=changes):
            conference.seat_types[name] = changed(conference.seat_types[name], changes)
        case SeatTypeRetired(seat_type=name):
            conference.seat_types[name] = replace(conference.seat_types[name], retired=True)
        case PapersSet(papers=papers):
            conference.papers = papers
        case FeeAgreed(fee=fee):
            conference.fees = (*conference.fees, fee)
        case PersonnelSet(personnel=personnel):
            conference.personnel = personnel
        case TermsEdited(changes=terms):
            conference.terms = changed(conference.terms, terms)
        case unreachable:
            assert_never(unreachable)

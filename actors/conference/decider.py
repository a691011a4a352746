"""Rules of one conference: plan it, put it on sale, take it off, end it; and its seat types.

Pure: ids come with the command. An edit names the version that its editor saw. How
many seats are taken is not known here: ``actors.conference.configuration.cuts`` says
what to ask the inventory before a lower quota is recorded.
"""

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
    SeatTypeAdded,
    SeatTypeEdited,
    SeatTypeRetired,
)
from actors.conference.laying_down import edit_terms, set_characteristics
from actors.conference.state import Conference
from actors.conference.validity import SEAT_TYPES_MAX, check_details, check_seat_type
from actors.messages.changes import changed, effective
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
    SeatTypeChanges,
    SetCharacteristics,
    Unpublish,
)
from actors.messages.refusals import Refused

Decision = tuple[ConferenceEvent, ...] | Refused


def decide(conference: Conference, command: ConferenceCommand) -> Decision:
    """Events that the command causes, ``()`` when it would change nothing, or why not."""
    if conference.version == 0 and not isinstance(command, CreateConference):
        return Refused("not-standing", "there is no such conference")
    match command:
        case CreateConference():
            return _create(conference, command)
        case EditConference():
            return _edit(conference, command)
        case Publish() | Unpublish() | CancelConference() | Archive():
            return _move(conference, command)
        case AddSeatType():
            return _add(conference, command)
        case EditSeatType() | RetireSeatType():
            return _change_seat_type(conference, command)
        case SetCharacteristics() | EditTerms():
            return _lay_down(conference, command)
        case unreachable:
            assert_never(unreachable)


def _create(conference: Conference, command: CreateConference) -> Decision:
    if conference.version > 0:
        return _wrong_state("the conference was created before")
    if refused := check_details(command.details):
        return refused
    return (ConferenceCreated(command.conference, command.organiser, command.slug, command.details),)


def _edit(conference: Conference, command: EditConference) -> Decision:
    if refused := _stale(conference, command.expected_version):
        return refused
    if conference.state == "archived":
        return _wrong_state("the conference is archived")
    changes = effective(conference.details, command.changes)
    if changes == DetailsChanges():
        return ()
    details = changed(conference.details, changes)
    if conference.ever_published and details.currency != conference.details.currency:
        return Refused("invalid", "stays as it is once the conference was published", subject="currency")
    return check_details(details) or (DetailsEdited(changes),)


def _lay_down(conference: Conference, command: SetCharacteristics | EditTerms) -> Decision:
    if refused := _stale(conference, command.expected_version):
        return refused
    if conference.state == "archived":
        return _wrong_state("the conference is archived")
    if isinstance(command, EditTerms):
        return edit_terms(conference, command)
    return set_characteristics(conference, command)


def _move(conference: Conference, command: Publish | Unpublish | CancelConference | Archive) -> Decision:
    match command, conference.state:
        case Publish(), "draft" | "unpublished":
            return (ConferencePublished(),)
        case Unpublish(), "published":
            return (ConferenceUnpublished(),)
        case CancelConference(), "draft" | "published" | "unpublished":
            return (ConferenceCancelled(),)
        case Archive(), "draft" | "published" | "unpublished" | "cancelled":
            return (ConferenceArchived(),)
        case _:  # Every other pair of step and state; commands are exhausted by ``decide``.
            return _wrong_state(f"the conference is {conference.state}")


def _add(conference: Conference, command: AddSeatType) -> Decision:
    if refused := _over(conference):
        return refused
    seat_type = replace(command.seat_type, retired=False)
    if seat_type.id in conference.seat_types:
        return Refused("invalid", "is the id of another seat type", subject="id")
    if len(conference.seat_types) >= SEAT_TYPES_MAX:
        return Refused("invalid", "are too many, retired ones included", number=SEAT_TYPES_MAX, subject="seat_types")
    return check_seat_type(seat_type) or (SeatTypeAdded(seat_type),)


def _change_seat_type(conference: Conference, command: EditSeatType | RetireSeatType) -> Decision:
    seat_type = conference.seat_types.get(command.seat_type)
    if seat_type is None:
        return Refused("unknown-seat-type", "the conference has no such seat type", subject=command.seat_type)
    if refused := _stale(conference, command.expected_version) or _over(conference):
        return refused
    if isinstance(command, RetireSeatType):
        return () if seat_type.retired else (SeatTypeRetired(seat_type.id),)
    if seat_type.retired:
        return _wrong_state("the seat type is retired")
    changes = effective(seat_type, command.changes)
    if changes == SeatTypeChanges():
        return ()
    edited = changed(seat_type, changes)
    if conference.ever_published and edited.kind != seat_type.kind:
        return Refused("invalid", "stays as it is once the conference was published", subject="kind")
    if edited.quota < seat_type.quota and conference.ever_published and not command.granted:
        # It was not asked for when the batch came: an earlier command of the batch made this one possible.
        return Refused("stale-version", "the conference has changed since you read it", number=conference.version)
    return check_seat_type(edited) or (SeatTypeEdited(seat_type.id, changes),)


def _stale(conference: Conference, expected_version: int) -> Refused | None:
    if expected_version == conference.version:
        return None
    return Refused("stale-version", "the conference has changed since you read it", number=conference.version)


def _over(conference: Conference) -> Refused | None:
    """Seat types stand still once the conference has ended."""
    return _wrong_state(f"the conference is {conference.state}") if _ended(conference) else None


def _ended(conference: Conference) -> bool:
    return conference.state in ("cancelled", "archived")


def _wrong_state(detail: str) -> Refused:
    return Refused("wrong-state", detail)

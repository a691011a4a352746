"""Read model of conferences: what stands of each, for its organiser and, once published, for everyone. Pure."""

from collections.abc import Sequence
from typing import NamedTuple, assert_never

import msgspec
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
from actors.messages.changes import changed
from actors.messages.conference import ConferenceStands, SeatType

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(ConferenceStands).decode


class ConferenceRow(NamedTuple):
    """One row of ``conferences``, column by column."""

    conference: str
    organiser: str
    slug: str
    state: str
    starts_on: str
    search: str
    version: int
    document: bytes


def fold(stands: ConferenceStands | None, version: int, events: Sequence[ConferenceEvent]) -> ConferenceStands:
    """The conference after the events, the last of which has ``version``. Raises ``LookupError`` for a misfit."""
    for event in events:
        stands = _after(stands, event)
    if stands is None:
        raise LookupError("no event to begin with")
    return replace(stands, version=version)


def row(stands: ConferenceStands) -> ConferenceRow:
    """The conference as a row."""
    details = stands.details
    return ConferenceRow(
        stands.conference,
        stands.organiser,
        stands.slug,
        stands.state,
        details.starts_on,
        "\n".join((details.name, details.tagline, details.location)).casefold(),
        stands.version,
        encode(stands),
    )


def _after(stands: ConferenceStands | None, event: ConferenceEvent) -> ConferenceStands:
    if isinstance(event, ConferenceCreated):
        return ConferenceStands(event.conference, event.organiser, event.slug, "draft", event.details, (), 0)
    if stands is None:
        raise LookupError(f"{type(event).__name__} before the conference was created")
    match event:
        case DetailsEdited(changes=changes):
            return replace(stands, details=changed(stands.details, changes))
        case ConferencePublished():
            return replace(stands, state="published")
        case ConferenceUnpublished():
            return replace(stands, state="unpublished")
        case ConferenceCancelled():
            return replace(stands, state="cancelled")
        case ConferenceArchived():
            return replace(stands, state="archived")
        case SeatTypeAdded(seat_type=seat_type):
            return replace(stands, seat_types=(*stands.seat_types, seat_type))
        case SeatTypeEdited(seat_type=name, changes=changes):
            return _with(stands, changed(_seat_type(stands, name), changes))
        case SeatTypeRetired(seat_type=name):
            return _with(stands, replace(_seat_type(stands, name), retired=True))
        case PapersSet(papers=papers):
            return replace(stands, papers=papers)
        case FeeAgreed(fee=fee):
            return replace(stands, fees=(*stands.fees, fee))
        case PersonnelSet(personnel=personnel):
            return replace(stands, personnel=personnel)
        case TermsEdited(changes=terms):
            return replace(stands, terms=changed(stands.terms, terms))
        case unreachable:
            assert_never(unreachable)


def _seat_type(stands: ConferenceStands, name: str) -> SeatType:
    for seat_type in stands.seat_types:
        if seat_type.id == name:
            return seat_type
    raise LookupError(f"no seat type {name}")


def _with(stands: ConferenceStands, seat_type: SeatType) -> ConferenceStands:
    others = (seat_type if old.id == seat_type.id else old for old in stands.seat_types)
    return replace(stands, seat_types=tuple(others))

"""Read model of availability: seats taken, waited for and left, by seat type. Pure.

The counts are kept with the row, so that whoever projects next goes on from there.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import assert_never

import msgspec
from msgspec import Struct, field

from actors.messages.seats import Configuration, Line, SalesState
from actors.seats.events import (
    HoldExtended,
    HoldKept,
    InventoryConfigured,
    QuotaCut,
    SeatEvent,
    SeatsConfirmed,
    SeatsGivenBack,
    SeatsHeld,
    SeatsOffered,
    SeatsReleased,
    WaitListClosed,
    WaitListJoined,
    WaitListLeft,
)

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class SeatCounts(Struct, gc=False):
    """One seat type. ``waiting`` counts seats, not entries."""

    quota: int
    taken: int = 0
    waiting: int = 0
    retired: bool = False


class Counts(Struct):
    """All seat types of one conference, in the organiser's order; ``configured`` is the conference's version then."""

    state: SalesState = "draft"
    currency: str = ""
    seat_types: dict[str, SeatCounts] = field(default_factory=dict)
    configured: int = 0


class SeatsLeft(Struct, gc=False):
    """As it is served: ``available`` is what a newcomer could take now."""

    quota: int
    available: int
    waiting: int


class Availability(Struct):
    """As it is served."""

    version: int
    as_of: datetime.datetime
    seat_types: dict[str, SeatsLeft]


encode = msgspec.json.Encoder().encode
decode_counts = msgspec.json.Decoder(Counts).decode


def fold(counts: Counts, events: Sequence[SeatEvent]) -> None:
    """Takes the events into the counts, in place. Raises ``LookupError`` for a seat type that is not known."""
    seat_types = counts.seat_types
    for event in events:
        match event:
            case SeatsHeld(lines=lines) | SeatsConfirmed(lines=lines, retaken=True):
                for line in lines:
                    seat_types[line.seat_type].taken += line.taken
            case SeatsReleased(lines=lines):
                for line in lines:
                    seat_types[line.seat_type].taken -= line.taken
            case SeatsOffered(lines=lines):
                for line in lines:
                    seat_types[line.seat_type].taken += line.taken
                _wait(seat_types, lines, -1)
            case WaitListJoined(lines=lines):
                _wait(seat_types, lines, 1)
            case WaitListLeft(lines=lines):
                _wait(seat_types, lines, -1)
            case SeatsGivenBack(items=items):
                for name, number in items.items():
                    seat_types[name].taken -= number
            case QuotaCut(seat_type=name, quota=quota):
                seat_types[name].quota = quota
            case InventoryConfigured(configuration=configuration):
                _configure(counts, configuration)
                seat_types = counts.seat_types
            case WaitListClosed():
                for seats in seat_types.values():
                    seats.waiting = 0
            case HoldExtended() | HoldKept() | SeatsConfirmed():
                pass  # The same seats stay taken.
            case unreachable:
                assert_never(unreachable)


def _wait(seat_types: dict[str, SeatCounts], lines: Iterable[Line], sign: int) -> None:
    for line in lines:
        seat_types[line.seat_type].waiting += sign * line.requested


def _configure(counts: Counts, configuration: Configuration) -> None:
    """Takes over state and quotas; a seat type that is not named any more counts as retired."""
    before = counts.seat_types
    counts.state, counts.currency = configuration.state, configuration.currency
    counts.configured = configuration.version
    counts.seat_types = {}
    for terms in configuration.seat_types:
        known = before.pop(terms.id, SeatCounts(0))
        counts.seat_types[terms.id] = SeatCounts(terms.quota, known.taken, known.waiting, terms.retired)
    for name, known in before.items():
        counts.seat_types[name] = SeatCounts(known.quota, known.taken, known.waiting, retired=True)


def document(counts: Counts, version: int, at_ms: int) -> bytes:
    """What is served as of an event's version and time; retired seat types are not on offer.

    Nothing is available while anyone waits for the type, nor unless the conference is published.
    """
    selling = counts.state == "published"
    left = {
        name: SeatsLeft(
            seats.quota,
            max(0, seats.quota - seats.taken) if selling and not seats.waiting else 0,
            seats.waiting,
        )
        for name, seats in counts.seat_types.items()
        if not seats.retired
    }
    return encode(Availability(version, EPOCH + datetime.timedelta(milliseconds=at_ms), left))


def taken(counts: Counts) -> bytes:
    """Seats taken by seat type, retired ones included, as JSON."""
    return encode({name: seats.taken for name, seats in counts.seat_types.items()})

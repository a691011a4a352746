"""Read model of reservations: one row each, ended ones too, from its first event to its last. Pure.

What is written comes in two parts, so that the many first rows can go into the database
together: new holds first (no earlier event speaks of them), then all else in order.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any, NamedTuple, assert_never

import msgspec

from actors.messages.seats import Line
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

HELD_COLUMNS = 5

encode = msgspec.json.Encoder().encode


class Step(Enum):
    """What to do to the table, and the parameters of each row it is done to."""

    STAND = "status, lines, expires_at_ms, reservation"
    JOIN = "place, reservation, lines, created_at_ms, wait_place, since_ms, subject"
    CLOSE = "first place, last place of the conference"


class Rows(NamedTuple):
    """``held``: place, reservation, lines, expires_at_ms, created_at_ms of each new hold, one after the other.

    ``steps``: then these, in order, those of one kind together.
    """

    held: list[Any]
    steps: list[tuple[Step, list[tuple[Any, ...]]]]


def fold(first_place: int, last_place: int, events: Iterable[tuple[int, int, SeatEvent]]) -> Rows:
    """Row changes for events given as (version, at_ms, event) of one inventory."""
    held: list[Any] = []
    steps: list[tuple[Step, list[tuple[Any, ...]]]] = []
    for version, at_ms, event in events:
        match event:
            case SeatsHeld():
                held += (first_place + version, event.reservation, encode(event.lines), event.expires_at_ms, at_ms)
            case SeatsConfirmed():
                _add(steps, Step.STAND, _stands(event.reservation, "confirmed", event.lines))
            case SeatsReleased():
                status = "expired" if event.reason == "expired" else "cancelled"
                _add(steps, Step.STAND, _stands(event.reservation, status, event.lines))
            case SeatsOffered():
                _add(steps, Step.STAND, _stands(event.reservation, "offered", event.lines, event.expires_at_ms))
            case HoldExtended() | HoldKept():
                status = "offered" if event.offered else "held"
                _add(steps, Step.STAND, _stands(event.reservation, status, event.lines, event.expires_at_ms))
            case SeatsGivenBack():
                _add(steps, Step.STAND, _stands(event.reservation, "confirmed", event.lines))
            case WaitListLeft():
                _add(steps, Step.STAND, _stands(event.reservation, "cancelled", event.lines))
            case WaitListJoined():
                place = first_place + version
                row = (place, event.reservation, encode(event.lines), at_ms, place, at_ms, event.subject)
                _add(steps, Step.JOIN, row)
            case WaitListClosed():
                _add(steps, Step.CLOSE, (first_place, last_place))
            case InventoryConfigured() | QuotaCut():
                pass  # Concerns no reservation.
            case unreachable:
                assert_never(unreachable)
    return Rows(held, steps)


def _stands(
    reservation: str, status: str, lines: tuple[Line, ...], expires_at_ms: int | None = None
) -> tuple[str, bytes, int | None, str]:
    return status, encode(lines), expires_at_ms, reservation


def _add(steps: list[tuple[Step, list[tuple[Any, ...]]]], step: Step, row: tuple[Any, ...]) -> None:
    if not steps or steps[-1][0] is not step:
        steps.append((step, []))
    steps[-1][1].append(row)

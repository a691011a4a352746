"""The reply for a decision's events: the same when the command comes again under its key, however much later."""

from collections.abc import Sequence
from typing import assert_never

from actors.messages.seats import (
    Cancel,
    CancelSeats,
    Configure,
    Configured,
    Confirm,
    Confirmed,
    CutQuota,
    Ended,
    Expire,
    Extend,
    Held,
    Keep,
    Reserve,
    SeatCommand,
    SeatReply,
    Unchanged,
    WaitListed,
)
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
from actors.seats.inventory import Inventory


def answer(state: Inventory, events: Sequence[SeatEvent], version: int) -> SeatReply:
    """The first event tells what became of the command; of ``state`` only what never changes is used."""
    currency = state.configuration.currency
    match events[0]:
        case SeatsHeld(reservation=reservation, lines=lines, expires_at_ms=expires_at_ms):
            return Held(reservation, lines, currency, expires_at_ms, False, version)
        case HoldExtended() | HoldKept() as prolonged:
            return Held(
                prolonged.reservation,
                prolonged.lines,
                currency,
                prolonged.expires_at_ms,
                prolonged.offered,
                version,
            )
        case SeatsOffered(reservation=reservation, lines=lines, expires_at_ms=expires_at_ms):
            return Held(reservation, lines, currency, expires_at_ms, True, version)
        case WaitListJoined(reservation=reservation, lines=lines, position=position):
            for event in events:  # Free seats may fit a newcomer and nobody before it.
                if isinstance(event, SeatsOffered) and event.reservation == reservation:
                    return answer(state, (event,), version)
            return WaitListed(reservation, lines, currency, position, version)
        case (
            SeatsConfirmed(reservation=reservation, lines=lines) | SeatsGivenBack(reservation=reservation, lines=lines)
        ):
            return Confirmed(reservation, lines, currency, version)
        case SeatsReleased(reservation=reservation, lines=lines, reason=reason):
            return Ended(reservation, lines, currency, "expired" if reason == "expired" else "cancelled", version)
        case WaitListLeft(reservation=reservation, lines=lines):
            return Ended(reservation, lines, currency, "cancelled", version)
        case InventoryConfigured(configuration=configuration):
            return Configured(configuration.version, version)
        case QuotaCut():
            return Configured(state.configuration.version, version)
        case WaitListClosed():
            return Unchanged(version)
        case unreachable:
            assert_never(unreachable)


def unchanged(state: Inventory, command: SeatCommand, version: int) -> SeatReply:
    """The reply for a command whose effect stands already: what stands."""
    match command:
        case Confirm(reservation=reservation) | Keep(reservation=reservation):
            return _as_it_stands(state, reservation, version)
        case Configure() | CutQuota():
            return Configured(state.configuration.version, version)
        case Reserve() | Extend() | Cancel() | CancelSeats() | Expire():
            return Unchanged(version)
        case unreachable:
            assert_never(unreachable)


def _as_it_stands(state: Inventory, reservation: str, version: int) -> SeatReply:
    standing = state.standing.get(reservation)
    if standing is None or standing.status == "waiting":
        return Unchanged(version)
    currency = state.configuration.currency
    if standing.status == "confirmed":
        return Confirmed(reservation, standing.lines, currency, version)
    offered = standing.status == "offered"
    return Held(reservation, standing.lines, currency, standing.expires_at_ms, offered, version)

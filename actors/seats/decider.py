"""Rules of one seat inventory: hold, wait, offer, confirm, release.

Pure: the clock is an argument and ids come with the command. Freed seats go to
the wait-list in the same decision, and no newcomer overtakes someone who waits.
"""

from typing import assert_never

from actors.messages.refusals import Refused
from actors.messages.seats import (
    Cancel,
    CancelSeats,
    Configure,
    Confirm,
    CutQuota,
    Expire,
    Extend,
    Keep,
    Reserve,
    SeatCommand,
)
from actors.seats.configuring import configure, cut_quota
from actors.seats.events import SeatEvent
from actors.seats.holding import confirm, extend, keep
from actors.seats.inventory import Inventory
from actors.seats.releasing import cancel, cancel_seats, expire
from actors.seats.reserving import reserve


def decide(state: Inventory, command: SeatCommand, now_ms: int) -> tuple[SeatEvent, ...] | Refused:
    """What the command causes now; the commonest come first."""
    match command:
        case Reserve():
            return reserve(state, command, now_ms)
        case Confirm():
            return confirm(state, command)
        case Expire():
            return expire(state, command, now_ms)
        case Cancel():
            return cancel(state, command, now_ms)
        case Extend():
            return extend(state, command, now_ms)
        case Keep():
            return keep(state, command)
        case CancelSeats():
            return cancel_seats(state, command, now_ms)
        case CutQuota():
            return cut_quota(state, command)
        case Configure():
            return configure(state, command, now_ms)
        case unreachable:
            assert_never(unreachable)

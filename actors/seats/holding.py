"""What becomes of a hold or an offer that stands: extended, kept for an order, confirmed."""

from actors.messages.refusals import Refused
from actors.messages.seats import Confirm, Extend, Keep, Line
from actors.seats.allotment import deadline_ms
from actors.seats.events import HoldExtended, HoldKept, SeatEvent, SeatsConfirmed
from actors.seats.inventory import Inventory


def not_standing(reservation: str) -> Refused:
    return Refused("not-standing", "no such reservation stands", subject=reservation)


def extend(state: Inventory, command: Extend, now_ms: int) -> tuple[SeatEvent, ...] | Refused:
    """Once, by its own length, before its deadline, while nobody waits for its seat types."""
    hold = state.standing.get(command.reservation)
    if hold is None:
        return not_standing(command.reservation)
    if hold.status not in ("held", "offered") or not state.offering:
        return Refused("not-extendable", "only a hold can be extended")
    if hold.extended:
        return Refused("not-extendable", "a hold is extended once")
    if now_ms >= hold.expires_at_ms:
        return Refused("not-extendable", "the hold has expired")
    if any(state.stocks[line.seat_type].waiting for line in hold.lines):
        return Refused("not-extendable", "somebody waits for these seats")
    expires_at_ms = deadline_ms(state.stocks, hold.lines, hold.expires_at_ms + hold.length_ms)
    if expires_at_ms <= hold.expires_at_ms:
        return Refused("not-extendable", "the sale ends with this hold")
    return (HoldExtended(command.reservation, hold.lines, state.lease + 1, expires_at_ms, hold.status == "offered"),)


def keep(state: Inventory, command: Keep) -> tuple[SeatEvent, ...] | Refused:
    """Until the order's own due date, which may lie after the end of the sale; never shortens."""
    hold = state.standing.get(command.reservation)
    if hold is None or hold.status == "waiting":
        return Refused("hold-expired", "nothing is held under this reservation any more: reserve again")
    if hold.status == "confirmed" or command.until_ms <= hold.expires_at_ms:
        return ()
    return (HoldKept(command.reservation, hold.lines, state.lease + 1, command.until_ms, hold.status == "offered"),)


def confirm(state: Inventory, command: Confirm) -> tuple[SeatEvent, ...] | Refused:
    """Final while it stands, even past its deadline; after that only if the seats are still free and unclaimed."""
    hold = state.standing.get(command.reservation)
    if hold is not None and hold.status == "confirmed":
        return ()
    if state.configuration.state == "cancelled":
        return Refused("hold-expired", "the conference is cancelled")
    if hold is not None and hold.status != "waiting":
        if command.exactly and _seats(command.lines) != _seats(hold.lines):
            return Refused("hold-expired", "the hold has expired and other seats are held by now")
        return (SeatsConfirmed(command.reservation, hold.lines, False),)
    if hold is None and _free_again(state, command.lines):
        return (SeatsConfirmed(command.reservation, command.lines, True),)
    return Refused("hold-expired", "the hold has expired and its seats are not free any more")


def _seats(lines: tuple[Line, ...]) -> dict[str, int]:
    return {line.seat_type: line.taken for line in lines if line.taken}


def _free_again(state: Inventory, lines: tuple[Line, ...]) -> bool:
    asked: dict[str, int] = {}
    for line in lines:
        asked[line.seat_type] = asked.get(line.seat_type, 0) + line.taken
        if line.seat_type not in state.stocks or line.taken < 0:
            return False
    return any(asked.values()) and all(
        not taken or taken <= state.stocks[seat_type].available() for seat_type, taken in asked.items()
    )

"""Who sits where, and who has come: names by subjects of the vault, check-in and its undoing."""

from actors.messages.orders import CheckIn, NameAttendee, UndoCheckIn
from actors.messages.refusals import Refused
from actors.orders.events import AttendeeNamed, CheckInUndone, OrderEvent, SeatCheckedIn
from actors.orders.refusing import checked_in, no_such_seat, not_standing, wrong_state
from actors.orders.state import Orders, Seat

WHERE_LENGTH_MAX = 200
SUBJECT_LENGTH_MAX = 64

Decision = tuple[OrderEvent, ...] | Refused


def name_attendee(state: Orders, command: NameAttendee, now_ms: int) -> Decision:
    """Changeable until the organiser's deadline and the check-in; the organiser may later, too."""
    seat = _seat(state, command.order, command.seat)
    if isinstance(seat, Refused):
        return seat
    if seat.attendee == command.subject:
        return ()
    if len(command.subject) > SUBJECT_LENGTH_MAX:
        return Refused("invalid", "is no subject of the vault", subject="subject")
    until_ms = state.terms.naming_until_ms
    if command.by == "buyer" and until_ms is not None and now_ms >= until_ms:
        return Refused("too-late", "names can't be changed any more", number=until_ms)
    if command.by == "buyer" and seat.checked_in_at_ms:
        return checked_in(seat.checked_in_at_ms, seat.checked_in_where)
    return (AttendeeNamed(command.order, command.seat, command.subject),)


def check_in(state: Orders, command: CheckIn, now_ms: int) -> Decision:
    """Once; a second time is told when and where the first was."""
    seat = _seat(state, command.order, command.seat)
    if isinstance(seat, Refused):
        return seat
    if seat.checked_in_at_ms:
        return checked_in(seat.checked_in_at_ms, seat.checked_in_where)
    if len(command.where) > WHERE_LENGTH_MAX:
        return Refused("invalid", f"is at most {WHERE_LENGTH_MAX} characters long", subject="where")
    at_ms = max(now_ms, 1)
    return (SeatCheckedIn(command.order, command.seat, seat.seat_type, seat.attendee, at_ms, command.where),)


def undo_check_in(state: Orders, command: UndoCheckIn) -> Decision:
    """The ticket admits again."""
    seat = _seat(state, command.order, command.seat)
    if isinstance(seat, Refused):
        return seat
    return (CheckInUndone(command.order, command.seat),) if seat.checked_in_at_ms else ()


def _seat(state: Orders, order_name: str, seat_name: str) -> Seat | Refused:
    """A valid seat of a confirmed order, or why there is none."""
    order = state.orders.get(order_name)
    if order is None:
        return not_standing(order_name)
    seat = order.seat(seat_name)
    if seat is None:
        return no_such_seat(seat_name)
    if order.phase not in ("confirmed", "cancelled"):
        return wrong_state("the order is not confirmed")
    return seat if seat.valid else wrong_state("the seat was given up")

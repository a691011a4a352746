"""Rules of a conference's orders: place, pay, secure, name, check in, give up, give back.

Pure: the clock is an argument, ids and days come with the command. Every path ends in seats or in an automatic refund:
what is paid and not yet secured stands in the state as a wish to the inventory, what is owed to a buyer as a refund
that is due.
"""

from typing import assert_never

from actors.messages.orders import (
    CancelOrder,
    CancelSeat,
    CheckIn,
    CloseOrder,
    ConfigureOrders,
    Lapse,
    MarkPaid,
    NameAttendee,
    NoteDecline,
    NotePayment,
    NoteRefund,
    NoteReturned,
    NoteSecured,
    NoteUnsecured,
    OrderCommand,
    PlaceOrder,
    RefundOrder,
    UndoCheckIn,
)
from actors.messages.refusals import Refused
from actors.orders import attending, cancelling, paying, placing, refunding
from actors.orders.events import OrderEvent, SeatsReturned
from actors.orders.state import Orders


def decide(state: Orders, command: OrderCommand, now_ms: int) -> tuple[OrderEvent, ...] | Refused:
    """What the command causes now."""
    match command:
        case PlaceOrder():
            return placing.place(state, command)
        case NotePayment():
            return paying.note_payment(state, command)
        case NoteSecured():
            return paying.note_secured(state, command)
        case CheckIn():
            return attending.check_in(state, command, now_ms)
        case NameAttendee():
            return attending.name_attendee(state, command, now_ms)
        case Lapse():
            return paying.lapse(state, command, now_ms)
        case NoteUnsecured():
            return paying.note_unsecured(state, command)
        case NoteRefund():
            return refunding.note_refund(state, command)
        case NoteReturned(order=name, number=number):
            order = state.orders.get(name)
            return () if order is None or number not in order.returning else (SeatsReturned(name, number),)
        case CancelOrder():
            return cancelling.cancel_order(state, command, now_ms)
        case CancelSeat():
            return cancelling.cancel_seat(state, command, now_ms)
        case RefundOrder():
            return cancelling.refund_order(state, command)
        case CloseOrder():
            return cancelling.close_order(state, command)
        case MarkPaid():
            return paying.mark_paid(state, command)
        case NoteDecline():
            return paying.note_decline(state, command)
        case UndoCheckIn():
            return attending.undo_check_in(state, command)
        case ConfigureOrders():
            return placing.configure(state, command)
        case unreachable:
            assert_never(unreachable)

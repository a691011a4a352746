"""Money comes, or not: every payment leads to seats or goes back by itself, however late, often or out of order.

``awaiting`` → ``securing`` (all is paid; the inventory is asked) → ``confirmed``, or ``unsecured`` when the seats have
gone. Unpaid until the deadline: ``lapsed``; money that comes then asks for the seats once more.
"""

from actors.messages.orders import Lapse, MarkPaid, NoteDecline, NotePayment, NoteSecured, NoteUnsecured
from actors.messages.refusals import Refused
from actors.orders.events import (
    OrderConfirmed,
    OrderEvent,
    OrderLapsed,
    OrderNotSecured,
    PaymentCaptured,
    PaymentDeclined,
    SecuringStarted,
)
from actors.orders.refunding import refund_of, refunds
from actors.orders.refusing import invalid, not_standing, wrong_state
from actors.orders.state import Order, Orders, capture_key

DECLINES_MAX = 100
"""Declined attempts of one order that are recorded; those after it change nothing more."""


def note_payment(state: Orders, command: NotePayment) -> tuple[OrderEvent, ...] | Refused:
    """The same payment again changes nothing, whatever else the notice says."""
    order = state.orders.get(command.order)
    if order is None:
        return not_standing(command.order)
    if capture_key(command.provider, command.payment) in order.captures:
        return ()
    if command.amount_minor <= 0:
        return invalid("amount", "is more than nothing")
    return _captured(
        state,
        order,
        PaymentCaptured(command.order, command.provider, command.payment, command.amount_minor, command.currency),
    )


def mark_paid(state: Orders, command: MarkPaid) -> tuple[OrderEvent, ...] | Refused:
    """All that is still owed has come, by the invoice."""
    order = state.orders.get(command.order)
    if order is None:
        return not_standing(command.order)
    if order.payment != "invoice":
        return wrong_state("the order is not paid by invoice")
    payment = f"invoice-{command.order}"
    if capture_key("invoice", payment) in order.captures or order.phase in ("securing", "confirmed"):
        return ()
    if order.phase not in ("awaiting", "lapsed"):
        return wrong_state("the order has ended")
    owed_minor = order.total_minor - order.left_minor()
    return _captured(state, order, PaymentCaptured(command.order, "invoice", payment, owed_minor, order.currency))


def _captured(state: Orders, order: Order, captured: PaymentCaptured) -> tuple[OrderEvent, ...]:
    amount_minor = captured.amount_minor
    if captured.currency != order.currency or order.phase in ("securing", "confirmed"):
        return captured, refund_of(captured, order, amount_minor, "overpaid")
    replaced = state.by_reservation[order.reservation] != captured.order
    if order.phase in ("unsecured", "cancelled") or replaced:
        return captured, refund_of(captured, order, amount_minor, "too-late")
    over_minor = order.left_minor() + amount_minor - order.total_minor
    if over_minor < 0:
        if order.phase == "awaiting":
            return (captured,)
        return captured, refund_of(captured, order, amount_minor, "too-late")
    securing = SecuringStarted(captured.order, order.attempt + 1)
    if over_minor == 0:
        return captured, securing
    return captured, securing, refund_of(captured, order, over_minor, "overpaid")


def note_decline(state: Orders, command: NoteDecline) -> tuple[OrderEvent, ...] | Refused:
    """Of interest while the order waits; the buyer may try again."""
    order = state.orders.get(command.order)
    if order is None:
        return not_standing(command.order)
    if order.phase != "awaiting" or order.declines >= DECLINES_MAX:
        return ()
    return (PaymentDeclined(command.order, command.provider, command.payment),)


def note_secured(state: Orders, command: NoteSecured) -> tuple[OrderEvent, ...]:
    """The answer to the attempt under way; an earlier one's changes nothing."""
    order = state.orders.get(command.order)
    if order is None or order.phase != "securing" or order.attempt != command.attempt:
        return ()
    seats = order.valid_seats()
    turnover_minor = sum(seat.price_minor for seat in seats)
    fee_minor = sum(seat.fee_minor for seat in seats)
    return (OrderConfirmed(command.order, len(seats), turnover_minor, fee_minor, order.currency),)


def note_unsecured(state: Orders, command: NoteUnsecured) -> tuple[OrderEvent, ...]:
    """The seats have gone: all the money goes back."""
    order = state.orders.get(command.order)
    if order is None or order.phase != "securing" or order.attempt != command.attempt:
        return ()
    back = refunds(command.order, order, order.left_minor(), "not-secured")
    return OrderNotSecured(command.order), *back


def lapse(state: Orders, command: Lapse, now_ms: int) -> tuple[OrderEvent, ...]:
    """Never early. What came, but did not suffice, goes back."""
    order = state.orders.get(command.order)
    if order is None or order.phase != "awaiting" or now_ms < order.pay_by_ms:
        return ()
    return OrderLapsed(command.order), *refunds(command.order, order, order.left_minor(), "too-late")

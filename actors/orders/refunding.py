"""Money goes back: out of which payments, and what comes of it."""

from actors.messages.orders import NoteRefund, RefundReason
from actors.messages.refusals import Refused
from actors.orders.events import OrderEvent, PaymentCaptured, RefundDone, RefundDue, RefundFailed
from actors.orders.refusing import not_standing
from actors.orders.state import Order, Orders

FAILURES_MAX = 100
"""Failures of one refund that are recorded; those after it change nothing more."""


def refunds(name: str, order: Order, amount_minor: int, reason: RefundReason, note: str = "") -> tuple[RefundDue, ...]:
    """The amount out of the payments of the order's currency, those that came first before the others."""
    due: list[RefundDue] = []
    for capture in order.captures.values():
        part_minor = min(amount_minor, capture.left_minor) if capture.currency == order.currency else 0
        if part_minor:
            amount_minor -= part_minor
            refund = _id(name, order, len(due))
            due.append(
                RefundDue(name, refund, capture.provider, capture.payment, part_minor, order.currency, reason, note)
            )
    assert amount_minor == 0, f"order {name} can't give back {amount_minor} more than came"
    return tuple(due)


def refund_of(captured: PaymentCaptured, order: Order, amount_minor: int, reason: RefundReason) -> RefundDue:
    """Part or all of a payment that comes in the same decision."""
    refund = _id(captured.order, order, 0)
    return RefundDue(
        captured.order, refund, captured.provider, captured.payment, amount_minor, captured.currency, reason
    )


def note_refund(state: Orders, command: NoteRefund) -> tuple[OrderEvent, ...] | Refused:
    """A refund is done once; a failure leaves it due."""
    order = state.orders.get(command.order)
    refund = None if order is None else order.refunds.get(command.refund)
    if refund is None:
        return not_standing(command.order)
    if refund.done:
        return ()
    if command.outcome == "done":
        return (RefundDone(command.order, command.refund, command.reference),)
    if refund.failures >= FAILURES_MAX:
        return ()
    return (RefundFailed(command.order, command.refund, command.problem),)


def _id(name: str, order: Order, offset: int) -> str:
    return f"{name}-f{len(order.refunds) + offset + 1}"

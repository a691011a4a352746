"""What orders answer: the order as it stands, or the welcome of a check-in.

A key that comes again gets what its first use led to: for an order placed and a check-in exactly what was said then;
for changes of an order, whose effect stands, the order as it stands by now, under the version of then.
"""

from collections.abc import Sequence

from actors.messages.order_replies import (
    CheckedIn,
    OrderRefund,
    OrderReply,
    OrdersConfigured,
    OrderSeat,
    OrderStands,
    OrderStatus,
)
from actors.messages.orders import ConfigureOrders, OrderCommand
from actors.messages.refusals import Refused
from actors.orders.events import OrderEvent, OrderPlaced, OrderTermsChanged, SeatCheckedIn
from actors.orders.evolve import placed
from actors.orders.refusing import not_standing
from actors.orders.state import Order, Orders, Refund, Seat


def answer(state: Orders, events: Sequence[OrderEvent], version: int) -> OrderReply:
    """The first event tells what became of the command."""
    first = events[0]
    if isinstance(first, OrderTermsChanged):
        return OrdersConfigured(first.terms.version, version)
    if isinstance(first, OrderPlaced):
        order = placed(first, state.orders[first.order].placed_at_ms)
        if len(events) > 1:
            order.phase = "securing"
        return stands(first.order, order, version)
    if isinstance(first, SeatCheckedIn):
        return CheckedIn(first.order, first.seat, first.seat_type, first.attendee, first.at_ms, first.where, version)
    return stands(first.order, state.orders[first.order], version)


def unchanged(state: Orders, command: OrderCommand, version: int) -> OrderReply | Refused:
    """The reply for a command whose effect stands already: what stands."""
    if isinstance(command, ConfigureOrders):
        return OrdersConfigured(state.terms.version, version)
    order = state.orders.get(command.order)
    return not_standing(command.order) if order is None else stands(command.order, order, version)


def stands(name: str, order: Order, version: int) -> OrderStands:
    """The order as everyone who may see it sees it."""
    return OrderStands(
        order=name,
        reservation=order.reservation,
        status=status(order),
        securing=order.phase == "securing",
        buyer=order.buyer,
        payment=order.payment,
        language=order.language,
        placed_on=order.placed_on,
        placed_at_ms=order.placed_at_ms,
        pay_by_ms=order.pay_by_ms,
        currency=order.currency,
        total_minor=order.total_minor,
        fee_minor=sum(seat.fee_minor for seat in order.seats),
        captured_minor=order.captured_minor(),
        seats=tuple(_seat(seat) for seat in order.seats),
        refunds=tuple(_refund(refund, each) for refund, each in order.refunds.items()),
        version=version,
    )


def status(order: Order) -> OrderStatus:
    """In the words of the HTTP interface. An order that has ended is about its money first."""
    match order.phase:
        case "awaiting" | "securing":
            return "awaiting_payment"
        case "confirmed":
            return "confirmed"
        case "cancelled" | "lapsed" | "unsecured":
            if order.refunds:
                return "refunded" if all(refund.done for refund in order.refunds.values()) else "refunding"
            return "cancelled" if order.phase == "cancelled" else "lapsed"


def _seat(seat: Seat) -> OrderSeat:
    return OrderSeat(
        seat.id,
        seat.seat_type,
        seat.price_minor,
        seat.fee_minor,
        "valid" if seat.valid else "cancelled",
        seat.attendee,
        seat.checked_in_at_ms,
        seat.checked_in_where,
    )


def _refund(name: str, refund: Refund) -> OrderRefund:
    return OrderRefund(
        name,
        refund.provider,
        refund.payment,
        refund.amount_minor,
        refund.currency,
        refund.reason,
        "done" if refund.done else "pending",
        refund.note,
    )

"""How events change the orders: in place, each in the time of the order that it touches."""

from typing import assert_never

from actors.orders.events import (
    AttendeeNamed,
    CheckInUndone,
    OrderCancelled,
    OrderConfirmed,
    OrderEvent,
    OrderLapsed,
    OrderNotSecured,
    OrderPlaced,
    OrderTermsChanged,
    PaymentCaptured,
    PaymentDeclined,
    PricesReturned,
    RefundDone,
    RefundDue,
    RefundFailed,
    SeatCancelled,
    SeatCheckedIn,
    SeatsReturned,
    SecuringStarted,
)
from actors.orders.pricing import seats_of
from actors.orders.state import Capture, Order, Orders, Phase, Refund, Seat, capture_key
from actors.orders.wishes import return_wish, secure_name, secure_wish


def evolve(state: Orders, event: OrderEvent, at_ms: int) -> None:
    """Takes the event in."""
    if isinstance(event, OrderTermsChanged):
        state.configure(event.terms)
        return
    if isinstance(event, OrderPlaced):
        _place(state, event, at_ms)
        return
    order = state.orders[event.order]
    match event:
        case PaymentCaptured():
            _capture(order, event)
        case PaymentDeclined():
            order.declines += 1
        case SecuringStarted(attempt=attempt):
            order.attempt = attempt
            _move(state, event.order, order, "securing")
        case OrderConfirmed():
            order.sold = True
            _move(state, event.order, order, "confirmed")
        case OrderNotSecured():
            _move(state, event.order, order, "unsecured")
        case OrderLapsed():
            _move(state, event.order, order, "lapsed")
        case OrderCancelled(seats=seats, release=release):
            for name in seats:
                _seat(order, name).valid = False
            _move(state, event.order, order, "cancelled")
            _release(state, event.order, order, release, {})
        case SeatCancelled(seat=name, seat_type=seat_type, release=release):
            _seat(order, name).valid = False
            _release(state, event.order, order, release, {seat_type: 1})
        case PricesReturned(shares=shares):
            for share in shares:
                seat = _seat(order, share.seat)
                seat.returned_minor += share.price_minor
                seat.fee_back_minor += share.fee_minor
        case RefundDue():
            _owe(order, event)
        case RefundDone(refund=refund):
            order.refunds[refund].done = True
        case RefundFailed(refund=refund):
            order.refunds[refund].failures += 1
        case SeatsReturned(release=release):
            del order.returning[release]
            del state.pending[return_wish(event.order, order, release).name]
        case AttendeeNamed() | SeatCheckedIn() | CheckInUndone():
            _attend(order, event)
        case unreachable:
            assert_never(unreachable)


def placed(event: OrderPlaced, at_ms: int) -> Order:
    """The order as it stands when it is placed."""
    return Order(
        reservation=event.reservation,
        buyer=event.buyer,
        payment=event.payment,
        language=event.language,
        placed_on=event.placed_on,
        access=event.access,
        placed_at_ms=at_ms,
        lines=event.lines,
        currency=event.currency,
        fees=event.fees,
        total_minor=event.total_minor,
        pay_by_ms=event.pay_by_ms,
        seats=seats_of(event.lines, event.seat_fees_minor),
    )


def _place(state: Orders, event: OrderPlaced, at_ms: int) -> None:
    state.orders[event.order] = placed(event, at_ms)
    state.by_reservation[event.reservation] = event.order
    state.open[event.order] = None
    state.lapses.add(event.pay_by_ms, event.order)


def _move(state: Orders, name: str, order: Order, phase: Phase) -> None:
    """From one phase to another, with what follows from the phases."""
    before, order.phase = order.phase, phase
    if before == "awaiting":
        state.lapses.settle(state.awaits)
    if before == "securing":
        del state.pending[secure_name(name)]
    if phase == "securing":
        wish = secure_wish(name, order)
        state.pending[wish.name] = wish
    if phase == "confirmed":
        state.open[name] = None
    else:
        state.open.pop(name, None)


def _release(state: Orders, name: str, order: Order, release: int, seats: dict[str, int]) -> None:
    """The inventory is to take seats back (``{}``: the whole reservation)."""
    if release:
        order.release = release
        order.returning[release] = seats
        wish = return_wish(name, order, release)
        state.pending[wish.name] = wish


def _capture(order: Order, event: PaymentCaptured) -> None:
    order.captures[capture_key(event.provider, event.payment)] = Capture(
        event.provider, event.payment, event.amount_minor, event.amount_minor, event.currency
    )


def _owe(order: Order, event: RefundDue) -> None:
    order.refunds[event.refund] = Refund(
        event.provider, event.payment, event.amount_minor, event.currency, event.reason, event.note
    )
    order.captures[capture_key(event.provider, event.payment)].left_minor -= event.amount_minor


def _attend(order: Order, event: AttendeeNamed | SeatCheckedIn | CheckInUndone) -> None:
    seat = _seat(order, event.seat)
    match event:
        case AttendeeNamed(subject=subject):
            seat.attendee = subject
        case SeatCheckedIn(at_ms=at_ms, where=where):
            seat.checked_in_at_ms, seat.checked_in_where = at_ms, where
        case CheckInUndone():
            seat.checked_in_at_ms, seat.checked_in_where = 0, ""
        case unreachable:
            assert_never(unreachable)


def _seat(order: Order, name: str) -> Seat:
    return order.seats[int(name) - 1]

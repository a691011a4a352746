"""Read models of orders: each order as it stands, its seats, refunds and check-ins, and what was sold. Pure.

Rows that the events speak of are given in, as they were projected last; what changes is collected in ``Changes``.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import assert_never

from msgspec.structs import replace

from actors.messages.order_replies import OrderRefund, OrderSeat, OrderStands, OrderStatus, SeatStatus
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
from actors.projections.order_rows import Changes, CheckInRow, FeeLine, OrderRow, Sold


def mentioned(events: Iterable[OrderEvent]) -> set[str]:
    """The orders that the events change and did not place themselves."""
    names = {event.order for event in events if not isinstance(event, OrderTermsChanged)}
    return names - {event.order for event in events if isinstance(event, OrderPlaced)}


def fold(rows: Mapping[str, OrderRow], first_place: int, events: Iterable[tuple[int, int, OrderEvent]]) -> Changes:
    """What events, given as (version, at_ms, event), change. Raises ``LookupError`` for an order that is not known."""
    changes = Changes(orders=dict(rows))
    for version, at_ms, event in events:
        match event:
            case OrderTermsChanged(terms=terms):
                changes.terms = terms
            case OrderPlaced():
                changes.orders[event.order] = _placed(event, first_place + version, at_ms)
            case _:
                _change(changes, changes.orders[event.order], first_place + version, at_ms, event)
    return changes


def _change(
    changes: Changes,
    row: OrderRow,
    place: int,
    at_ms: int,
    event: OrderEvent,
) -> None:
    match event:
        case PaymentCaptured(amount_minor=amount_minor, currency=currency):
            if currency == row.stands.currency:
                row.stands = replace(row.stands, captured_minor=row.stands.captured_minor + amount_minor)
        case SecuringStarted():
            row.phase = "securing"
        case OrderConfirmed():
            _confirm(changes, row, place, at_ms, event)
        case OrderNotSecured():
            row.phase = "unsecured"
        case OrderLapsed():
            row.phase = "lapsed"
        case OrderCancelled(seats=seats, release=release):
            row.returning += release > 0
            for seat in seats:
                _cancel(changes, row, seat, at_ms)
            row.phase = "cancelled"
        case SeatCancelled(seat=seat, release=release):
            row.returning += release > 0
            _cancel(changes, row, seat, at_ms)
        case SeatsReturned():
            row.returning -= 1
        case PricesReturned():
            _give_back(changes, row, place, at_ms, event)
        case RefundDue() | RefundDone() | RefundFailed():
            _refund(changes, row, event)
        case AttendeeNamed() | SeatCheckedIn() | CheckInUndone():
            _attend(changes, row, place, event)
        case PaymentDeclined() | OrderPlaced() | OrderTermsChanged():
            pass  # Nothing of a row changes, or it is dealt with before.
        case unreachable:
            assert_never(unreachable)
    row.stands = replace(row.stands, status=_status(row), securing=row.phase == "securing")


def _placed(event: OrderPlaced, place: int, at_ms: int) -> OrderRow:
    seats: list[OrderSeat] = []
    for line, fee_minor in zip(event.lines, event.seat_fees_minor, strict=True):
        for _ in range(line.taken):
            seats.append(OrderSeat(str(len(seats) + 1), line.seat_type, line.price_minor, fee_minor))
    stands = OrderStands(
        order=event.order,
        reservation=event.reservation,
        status="awaiting_payment",
        securing=False,
        buyer=event.buyer,
        payment=event.payment,
        language=event.language,
        placed_on=event.placed_on,
        placed_at_ms=at_ms,
        pay_by_ms=event.pay_by_ms,
        currency=event.currency,
        total_minor=event.total_minor,
        fee_minor=sum(seat.fee_minor for seat in seats),
        captured_minor=0,
        seats=tuple(seats),
        refunds=(),
        version=0,
    )
    return OrderRow(place, event.access, "awaiting", 0, stands)


def _status(row: OrderRow) -> OrderStatus:
    """An order that has ended is about its money first."""
    match row.phase:
        case "awaiting" | "securing":
            return "awaiting_payment"
        case "confirmed":
            return "confirmed"
        case "lapsed" | "unsecured" | "cancelled":
            pending = [refund for refund in row.stands.refunds if refund.status == "pending"]
            if row.stands.refunds:
                return "refunding" if pending else "refunded"
            return "cancelled" if row.phase == "cancelled" else "lapsed"


def _seat(changes: Changes, row: OrderRow, seat: OrderSeat) -> None:
    """The seat as it stands now."""
    number = int(seat.id)
    seats = row.stands.seats
    if not 0 < number <= len(seats):
        raise LookupError(f"no seat {seat.id} in {row.stands.order}")
    row.stands = replace(row.stands, seats=(*seats[: number - 1], seat, *seats[number:]))
    if row.phase == "confirmed":
        changes.seats[row.stands.order, seat.id] = seat


def _seat_of(row: OrderRow, name: str) -> OrderSeat:
    return row.stands.seats[int(name) - 1]


def _confirm(changes: Changes, row: OrderRow, place: int, at_ms: int, event: OrderConfirmed) -> None:
    row.phase = "confirmed"
    for seat in row.stands.seats:
        changes.seats[event.order, seat.id] = seat
        sold = _sold(changes, at_ms, seat.seat_type, event.currency)
        sold.seats += 1
        sold.turnover_minor += seat.price_minor
    changes.fee_lines.append(
        FeeLine(place, event.order, at_ms, event.seats, event.turnover_minor, event.fee_minor, event.currency)
    )


def _cancel(changes: Changes, row: OrderRow, name: str, at_ms: int) -> None:
    cancelled: SeatStatus = "cancelled"
    seat = replace(_seat_of(row, name), status=cancelled)
    _seat(changes, row, seat)
    if row.phase == "confirmed":
        _sold(changes, at_ms, seat.seat_type, row.stands.currency).seats -= 1


def _give_back(changes: Changes, row: OrderRow, place: int, at_ms: int, event: PricesReturned) -> None:
    turnover_minor = fee_minor = 0
    for share in event.shares:
        turnover_minor += share.price_minor
        fee_minor += share.fee_minor
        _sold(changes, at_ms, _seat_of(row, share.seat).seat_type, event.currency).turnover_minor -= share.price_minor
    changes.fee_lines.append(
        FeeLine(place, event.order, at_ms, -event.seats, -turnover_minor, -fee_minor, event.currency)
    )


def _sold(changes: Changes, at_ms: int, seat_type: str, currency: str) -> Sold:
    day = datetime.datetime.fromtimestamp(at_ms // 1_000, datetime.UTC).date().isoformat()
    return changes.sold.setdefault((day, seat_type, currency), Sold())


def _refund(changes: Changes, row: OrderRow, event: RefundDue | RefundDone | RefundFailed) -> None:
    if isinstance(event, RefundFailed):
        changes.failures.append((event.refund, event.problem))
        return
    refunds = row.stands.refunds
    if isinstance(event, RefundDue):
        refund = OrderRefund(
            event.refund,
            event.provider,
            event.payment,
            event.amount_minor,
            event.currency,
            event.reason,
            "pending",
            event.note,
        )
        refunds = (*refunds, refund)
    else:
        (refund,) = (replace(each, status="done") for each in refunds if each.id == event.refund)
        refunds = tuple(refund if each.id == event.refund else each for each in refunds)
    row.stands = replace(row.stands, refunds=refunds)
    changes.refunds[event.order, event.refund] = refund


def _attend(changes: Changes, row: OrderRow, place: int, event: AttendeeNamed | SeatCheckedIn | CheckInUndone) -> None:
    seat = _seat_of(row, event.seat)
    match event:
        case AttendeeNamed(subject=subject):
            seat = replace(seat, attendee=subject)
        case SeatCheckedIn(at_ms=at_ms, where=where):
            seat = replace(seat, checked_in_at_ms=at_ms, checked_in_where=where)
            changes.check_ins.append(CheckInRow(place, event.order, event.seat, event.seat_type, at_ms, where))
        case CheckInUndone():
            seat = replace(seat, checked_in_at_ms=0, checked_in_where="")
            changes.undone.append((place, event.order, event.seat))
        case unreachable:
            assert_never(unreachable)
    _seat(changes, row, seat)

"""The letters about orders, filled in with what is known of order and conference. Pure."""

from collections import Counter
from typing import Final, Literal

from actors.messages.conference import ConferenceStands
from actors.messages.order_replies import OrderStands
from actors.messages.orders import RefundReason
from gateway.mail.letters import OrderConfirmed, PaymentDue, RefundMade, SeatLine

Told = Literal["cancelled", "conference-cancelled", "too-late", "overpaid", "organiser"]
_REASONS: Final[dict[RefundReason, Told]] = {
    "cancelled": "cancelled",
    "seat-cancelled": "cancelled",
    "conference-cancelled": "conference-cancelled",
    "not-secured": "too-late",
    "too-late": "too-late",
    "overpaid": "overpaid",
    "organiser": "organiser",
}


def confirmed(conference: ConferenceStands, order: OrderStands, name: str, url: str, code: str) -> OrderConfirmed:
    details = conference.details
    return OrderConfirmed(
        conference_name=details.name,
        buyer_name=name,
        order=order.order,
        seats=seat_lines(conference, Counter(seat.seat_type for seat in order.seats if seat.status == "valid")),
        total_minor=order.total_minor,
        currency=order.currency,
        access_code=code,
        url=url,
        starts_on=details.starts_on,
        ends_on=details.ends_on,
        location=details.location,
    )


def payment_due(conference: ConferenceStands, order: OrderStands, name: str, url: str) -> PaymentDue:
    return PaymentDue(
        conference_name=conference.details.name,
        buyer_name=name,
        order=order.order,
        total_minor=order.total_minor,
        currency=order.currency,
        until_ms=order.pay_by_ms,
        time_zone=conference.details.time_zone,
        url=url,
    )


def refund_made(
    conference: ConferenceStands, order: OrderStands, refund: str, name: str, url: str
) -> RefundMade | None:
    """``None`` when the order has no such refund."""
    made = next((each for each in order.refunds if each.id == refund), None)
    if made is None:
        return None
    reason = _REASONS[made.reason]
    return RefundMade(conference.details.name, name, order.order, made.amount_minor, made.currency, reason, url)


def seat_lines(conference: ConferenceStands, seats: dict[str, int] | Counter[str]) -> tuple[SeatLine, ...]:
    names = {seat_type.id: seat_type.name for seat_type in conference.seat_types}
    return tuple(SeatLine(names.get(seat_type, seat_type), number) for seat_type, number in seats.items() if number)

"""What follows from facts: mails, webhooks, refunds, as entries of the outbox. Pure.

An entry's key names the event it follows from, so events that are read again add nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, assert_never

from actors.messages.codec import encode
from actors.messages.effects import (
    Announcement,
    CancellationMail,
    GiveBack,
    Kind,
    LapseMail,
    NamingReminder,
    OfferMail,
    PaymentReminder,
    RefundMail,
    TicketsMail,
    WebhookEvent,
)
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
from actors.seats.events import SeatsOffered
from storage.outbox import Entry

REMINDED_FROM_MS: Final = 3_600_000
"""An order with less time to pay than this gets no reminder."""
NAMES_PAUSE_MS: Final = 86_400_000
"""How long after its confirmation an order is first looked at for missing names."""

Told = Iterable[tuple[int, int, Any]]
"""Events in order as (version, at_ms, event)."""

_EMPTY: Final[list[Entry]] = []


def entries(stream: str, told: Told, payment_reminder_ms: int) -> list[Entry]:
    """The effects of a stream's events; ``payment_reminder_ms`` before its due date a payment is asked for again."""
    kind, _, conference = stream.partition("-")
    if kind == "seats":
        return [
            _entry(stream, version, "mail", OfferMail(event.reservation, event.expires_at_ms), at_ms, conference)
            for version, at_ms, event in told
            if type(event) is SeatsOffered  # Nearly all events are others: no more than a look at each.
        ]
    if kind != "orders":
        return _EMPTY
    found = []
    for version, at_ms, event in told:
        for kind_of, effect, due_at_ms in _of_order(event, at_ms, payment_reminder_ms):
            found.append(_entry(stream, version, kind_of, effect, due_at_ms, conference))
    return found


def _of_order(event: OrderEvent, at_ms: int, reminder_ms: int) -> Iterator[tuple[Kind, Any, int]]:
    match event:
        case OrderPlaced(order=order, pay_by_ms=pay_by_ms, total_minor=total_minor):
            yield "announcement", _news("order.placed", order, at_ms), at_ms
            if total_minor and reminder_ms and pay_by_ms - at_ms >= REMINDED_FROM_MS:
                due_at_ms = pay_by_ms - min(reminder_ms, (pay_by_ms - at_ms) // 2)
                yield "mail", PaymentReminder(order), due_at_ms
        case OrderConfirmed(order=order):
            yield "mail", TicketsMail(order), at_ms
            yield "announcement", _news("order.confirmed", order, at_ms), at_ms
            yield "mail", NamingReminder(order), at_ms + NAMES_PAUSE_MS
        case OrderLapsed(order=order):
            yield "mail", LapseMail(order), at_ms
            yield "announcement", _news("order.lapsed", order, at_ms), at_ms
        case OrderCancelled(order=order, seats=seats, reason=reason):
            yield "mail", CancellationMail(order, seats, reason == "conference-cancelled"), at_ms
            yield "announcement", Announcement("order.cancelled", order, at_ms, seats), at_ms
        case SeatCancelled(order=order, seat=seat):
            yield "mail", CancellationMail(order, (seat,), conference_cancelled=False), at_ms
            yield "announcement", Announcement("seat.cancelled", order, at_ms, (seat,)), at_ms
        case RefundDue():
            yield (
                "refund",
                GiveBack(
                    event.order,
                    event.refund,
                    event.provider,
                    event.payment,
                    event.amount_minor,
                    event.currency,
                    event.reason,
                ),
                at_ms,
            )
        case RefundDone(order=order, refund=refund):
            yield "mail", RefundMail(order, refund), at_ms
            yield "announcement", Announcement("order.refunded", order, at_ms, refund=refund), at_ms
        case OrderTermsChanged() | PaymentCaptured() | PaymentDeclined() | SecuringStarted() | OrderNotSecured():
            return  # Not secured: the refunds that come with it tell the buyer.
        case PricesReturned() | RefundFailed() | SeatsReturned() | AttendeeNamed() | SeatCheckedIn() | CheckInUndone():
            return
        case unreachable:
            assert_never(unreachable)


def _news(event: WebhookEvent, order: str, at_ms: int) -> Announcement:
    return Announcement(event, order, at_ms)


def _entry(stream: str, version: int, kind: Kind, effect: Any, due_at_ms: int, group: str) -> Entry:
    payload = encode(effect)
    tag: str = type(effect).__struct_config__.tag
    return Entry(f"{stream}/{version}/{tag.partition('.')[0]}", kind, payload, due_at_ms, group)

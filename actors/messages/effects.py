"""What is to happen after the fact: the payloads of the outbox. They hold ids and amounts, nothing personal."""

from typing import Literal

from msgspec import Struct

from actors.messages.orders import Payment, RefundReason

WebhookEvent = Literal[
    "order.placed", "order.confirmed", "order.cancelled", "order.lapsed", "order.refunded", "seat.cancelled"
]
"""What organisers' own systems can be told of."""

Kind = Literal["mail", "announcement", "webhook", "refund", "notice", "reconciliation"]
"""What carries an effect out."""


class OfferMail(Struct, frozen=True, array_like=True, tag="offer-mail.1"):
    """The wait-list has come to a reservation: whoever waits has until then."""

    reservation: str
    until_ms: int


class TicketsMail(Struct, frozen=True, array_like=True, tag="tickets-mail.1"):
    """An order is confirmed: its buyer gets the tickets."""

    order: str


class PaymentReminder(Struct, frozen=True, array_like=True, tag="payment-reminder.1"):
    """An order may still wait for its payment."""

    order: str


class LapseMail(Struct, frozen=True, array_like=True, tag="lapse-mail.1"):
    """An order was not paid in time: of interest to whoever was sent an invoice."""

    order: str


class NamingReminder(Struct, frozen=True, array_like=True, tag="naming-reminder.1"):
    """Seats of an order may still have nobody's name when the last day for names comes near."""

    order: str


class CancellationMail(Struct, frozen=True, array_like=True, tag="cancellation-mail.1"):
    """Seats were given up."""

    order: str
    seats: tuple[str, ...]
    conference_cancelled: bool


class RefundMail(Struct, frozen=True, array_like=True, tag="refund-mail.1"):
    """Money is back."""

    order: str
    refund: str


class LinkMail(Struct, frozen=True, array_like=True, tag="link-mail.1"):
    """A link to be used once: ``link`` is its id, from which its token is derived; ``subject`` of the vault gets it."""

    occasion: Literal["invitation", "password-reset"]
    subject: str
    link: str
    until_ms: int
    language: str = ""
    organiser: str = ""
    role: Literal["viewer", "box_office", "manager", "owner"] = "viewer"


OrderMail = TicketsMail | PaymentReminder | LapseMail | NamingReminder | CancellationMail | RefundMail
Mail = OfferMail | OrderMail | LinkMail


class Announcement(Struct, frozen=True, array_like=True, tag="announcement.1"):
    """An organiser's webhooks are to be told: one message for each that wants this event."""

    event: WebhookEvent
    order: str
    at_ms: int
    seats: tuple[str, ...] = ()
    refund: str = ""


class WebhookMessage(Struct, frozen=True, array_like=True, tag="webhook-message.1"):
    """One message for one webhook; the same id and body at every try."""

    webhook: str
    message: str
    event: str
    body: bytes


class GiveBack(Struct, frozen=True, array_like=True, tag="give-back.1"):
    """Money is to go back out of a payment; ``refund`` is the key towards the provider."""

    order: str
    refund: str
    provider: Payment
    payment: str
    amount_minor: int
    currency: str
    reason: RefundReason


class SandboxNotice(Struct, frozen=True, array_like=True, tag="sandbox-notice.1"):
    """The sandbox's notice, to be signed when it is sent."""

    body: bytes


class Reconciliation(Struct, frozen=True, array_like=True, tag="reconciliation.1"):
    """Compare the providers' books with the logs; ``settle``: also do what has one right answer."""

    since_ms: int
    settle: bool

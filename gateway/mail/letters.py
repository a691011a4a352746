"""What we write to people, one struct for each occasion: the values that its template needs.

The tag is the occasion's name, its template's file name, and what stands in the outbox. Moments are Unix
milliseconds, money minor units; texts come from people and are shown as text.
"""

from typing import Literal

from msgspec import Struct


class SeatLine(Struct, frozen=True):
    """How many seats of which type."""

    seat_type_name: str
    quantity: int


class SeatsOffered(Struct, frozen=True, tag="seats-offered"):
    """The wait-list has come to somebody: seats are theirs until ``until_ms`` if they claim them."""

    conference_name: str
    seats: tuple[SeatLine, ...]
    until_ms: int
    time_zone: str
    url: str


class OrderConfirmed(Struct, frozen=True, tag="order-confirmed"):
    """Paid and confirmed; tickets and calendar file are attached by the caller."""

    conference_name: str
    buyer_name: str
    order: str
    seats: tuple[SeatLine, ...]
    total_minor: int
    currency: str
    access_code: str
    url: str
    starts_on: str
    ends_on: str
    location: str = ""


class PaymentDue(Struct, frozen=True, tag="payment-due"):
    """An order still waits for its payment; the seats are kept until ``until_ms``."""

    conference_name: str
    buyer_name: str
    order: str
    total_minor: int
    currency: str
    until_ms: int
    time_zone: str
    url: str


class OrderLapsed(Struct, frozen=True, tag="order-lapsed"):
    """An invoice was not paid in time."""

    conference_name: str
    buyer_name: str
    order: str
    url: str


class RefundMade(Struct, frozen=True, tag="refund-made"):
    """Money went back. ``reason``: why."""

    conference_name: str
    buyer_name: str
    order: str
    amount_minor: int
    currency: str
    reason: Literal["cancelled", "conference-cancelled", "too-late", "overpaid", "organiser"]
    url: str


class OrderCancelled(Struct, frozen=True, tag="order-cancelled"):
    """Seats were given up, by the buyer or because the conference does not take place."""

    conference_name: str
    buyer_name: str
    order: str
    seats: tuple[SeatLine, ...]
    conference_cancelled: bool
    url: str


class NamesMissing(Struct, frozen=True, tag="names-missing"):
    """Some seats have nobody's name yet, and ``until_ms`` is near."""

    conference_name: str
    buyer_name: str
    order: str
    unnamed: int
    until_ms: int
    time_zone: str
    url: str


class Invitation(Struct, frozen=True, tag="invitation"):
    """Somebody is to become a member of an organiser."""

    organiser_name: str
    role: Literal["owner", "manager", "box_office", "viewer"]
    until_ms: int
    time_zone: str
    url: str


class PasswordReset(Struct, frozen=True, tag="password-reset"):
    """A new password was asked for; the link works until ``until_ms``."""

    until_ms: int
    time_zone: str
    url: str


Letter = (
    SeatsOffered
    | OrderConfirmed
    | PaymentDue
    | OrderLapsed
    | RefundMade
    | OrderCancelled
    | NamesMissing
    | Invitation
    | PasswordReset
)

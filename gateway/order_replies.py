"""What the server answers about orders, seats, the day itself and its money; see ``gateway.replies``."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from actors.messages.order_replies import OrderStatus, RefundStatus, SeatStatus
from actors.messages.orders import Payment, RefundReason
from gateway.fields import Time
from gateway.replies import Money, Version


class Attendee(Struct, frozen=True):
    """Who will sit there; ``badge``: what the seat type asks for, by the field's name."""

    name: str
    email: str
    badge: dict[str, str]


class Seat(Struct, frozen=True, kw_only=True):
    """One seat of an order. ``ticket_code`` once the order is confirmed; ``version`` when the seat is all that is told.

    ``attendee`` is ``null`` while nobody is named, or when who was has been erased.
    """

    id: str
    seat_type: str
    price: Money
    status: SeatStatus
    ticket_code: str | UnsetType = UNSET
    attendee: Attendee | None
    checked_in_at: Time | UnsetType = UNSET
    version: Version | UnsetType = UNSET


class Refund(Struct, frozen=True):
    """Money on its way back, or back. ``note``: the organiser's words."""

    amount: Money
    status: RefundStatus
    reason: RefundReason
    note: str | UnsetType = UNSET


class Person(Struct, frozen=True):
    """A name and an e-mail."""

    name: str
    email: str


class Order(Struct, frozen=True, kw_only=True):
    """An order as it stands. ``token`` when it was just made or found; ``buyer`` for organisers only.

    ``pay_by`` and ``payment_url`` while it awaits its payment.
    """

    id: str
    access_code: str | UnsetType = UNSET
    token: str | UnsetType = UNSET
    status: OrderStatus
    payment: Payment
    total: Money
    pay_by: Time | UnsetType = UNSET
    payment_url: str | UnsetType = UNSET
    reservation: str
    placed_at: Time
    buyer: Person | UnsetType | None = UNSET
    seats: list[Seat]
    refunds: list[Refund]
    version: Version


class DaySales(Struct, frozen=True):
    """Of one day (UTC) and seat type: seats sold less those given back, and their prices."""

    day: str
    seat_type: str
    seats: int
    turnover: Money


class Sales(Struct, frozen=True):
    """Seats and money per day and seat type."""

    items: list[DaySales]
    version: Version


class ListedAttendee(Struct, frozen=True, kw_only=True):
    """One valid seat of the attendee list."""

    order: str
    seat: str
    seat_type: str
    attendee: Attendee | None
    checked_in_at: Time | None
    checked_in_where: str | None


class Badges(Struct, frozen=True):
    """How many badges of how many are printed, of those asked for last."""

    done: int
    total: int


class CheckedIn(Struct, frozen=True, kw_only=True):
    """Welcome."""

    order: str
    seat: str
    attendee: Attendee | None
    seat_type: str
    at: Time
    where: str
    version: Version


class Arrivals(Struct, frozen=True):
    """Of one seat type: valid seats, those with a name, those that have come."""

    valid: int
    named: int
    checked_in: int


class ArrivalsByType(Struct, frozen=True):
    """Who has come, by seat type."""

    seat_types: dict[str, Arrivals]
    version: Version


class FeeLine(Struct, frozen=True):
    """One order that owed a fee, or one refund that gave some back (negative)."""

    order: str
    at: str
    seats: int
    turnover: Money
    fee: Money


class FeeStatement(Struct, frozen=True):
    """An organiser's fees of a month (UTC). ``totals``: one for each currency; ``total`` when it is but one."""

    month: str
    lines: list[FeeLine]
    total: Money | None
    totals: list[Money]
    version: Version


class StateThen(Struct, frozen=True, kw_only=True):
    """A conference, its seats and its orders as they stood at a time; orders come in pages, all of that same time.

    Each part has the ``version`` that it had then, and what it held by the names of the messages; people are not named.
    """

    at: Time
    conference: dict[str, Any] | None
    inventory: dict[str, Any] | None
    orders: list[dict[str, Any]]
    next: str | None

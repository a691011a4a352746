"""What a conference's orders answer. Times are Unix milliseconds, money minor units; people are vault subjects."""

from typing import Literal

from msgspec import Struct

from actors.messages.orders import Payment, RefundReason
from actors.messages.refusals import Refused

OrderStatus = Literal["awaiting_payment", "confirmed", "cancelled", "refunding", "refunded", "lapsed"]
SeatStatus = Literal["valid", "cancelled"]
RefundStatus = Literal["pending", "done"]


class OrderSeat(Struct, frozen=True, array_like=True):
    """One seat of an order. ``id`` is unique in its order ("1", "2", …), the ticket code names both.

    ``attendee``: a subject of the vault, "" while nobody is named. ``checked_in_at_ms``: 0 for not.
    """

    id: str
    seat_type: str
    price_minor: int
    fee_minor: int
    status: SeatStatus = "valid"
    attendee: str = ""
    checked_in_at_ms: int = 0
    checked_in_where: str = ""


class OrderRefund(Struct, frozen=True, array_like=True):
    """Money on its way back, or back. ``payment``: the provider's id of what it goes back from; ``note``: vault."""

    id: str
    provider: Payment
    payment: str
    amount_minor: int
    currency: str
    reason: RefundReason
    status: RefundStatus = "pending"
    note: str = ""


class OrderStands(Struct, frozen=True, array_like=True, tag="order-stands.1"):
    """The order after the command. Whoever pays it pays ``total_minor``, the fee included where attendees bear it.

    ``pay_by_ms``: until when (of interest while it awaits payment); ``securing``: it is paid (or costs nothing) and its
    seats are being confirmed; ``fee_minor`` of all its seats.
    """

    order: str
    reservation: str
    status: OrderStatus
    securing: bool
    buyer: str
    payment: Payment
    language: str
    placed_on: str
    placed_at_ms: int
    pay_by_ms: int
    currency: str
    total_minor: int
    fee_minor: int
    captured_minor: int
    seats: tuple[OrderSeat, ...]
    refunds: tuple[OrderRefund, ...]
    version: int


class CheckedIn(Struct, frozen=True, array_like=True, tag="checked-in.1"):
    """Welcome. ``attendee``: a subject of the vault, "" for a seat that nobody was named for."""

    order: str
    seat: str
    seat_type: str
    attendee: str
    at_ms: int
    where: str
    version: int


class OrdersConfigured(Struct, frozen=True, array_like=True, tag="orders-configured.1"):
    """These terms are in force, or newer ones."""

    terms_version: int
    version: int


OrderReply = OrderStands | CheckedIn | OrdersConfigured | Refused

"""The read side of orders, as the gateway needs it. Each row says of which version it speaks; all lag a little."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from actors.messages.order_replies import OrderSeat, OrderStands


class SeatRow(Struct, frozen=True):
    """A valid seat of a confirmed order."""

    order: str
    seat: OrderSeat


class SalesRow(Struct, frozen=True):
    """Of one day (UTC) and seat type: seats sold and given back (negative), and their prices."""

    day: str
    seat_type: str
    seats: int
    turnover_minor: int
    currency: str


class CountRow(Struct, frozen=True):
    """Of one seat type: seats that are valid, those of them with a name, and those that have come."""

    valid: int
    named: int
    checked_in: int


class FeeRow(Struct, frozen=True):
    """What one order sold at a time (or gave back: negative), and what of it is Contoso's."""

    order: str
    at_ms: int
    seats: int
    turnover_minor: int
    fee_minor: int
    currency: str


class OrderViews(Protocol):
    """Queries, as in ``gateway.reading.Views``."""

    def order(self, order: str) -> OrderStands | None:
        """The order as it stands."""
        ...

    def order_by_access(self, access: str) -> OrderStands | None:
        """The order that e-mail and access code together are the hash of."""
        ...

    def orders(
        self, conference: str, status: str | None, after: str, limit: int
    ) -> tuple[list[OrderStands], str | None]:
        """A conference's orders, oldest first."""
        ...

    def seats(self, conference: str, after: str, limit: int) -> tuple[list[SeatRow], str | None]:
        """Valid seats of confirmed orders, oldest order first."""
        ...

    def sales(self, conference: str) -> list[SalesRow]:
        """By day, then seat type."""
        ...

    def counts(self, conference: str) -> Mapping[str, CountRow]:
        """By seat type."""
        ...

    def fees(self, organiser: str, month: str, limit: int) -> tuple[list[FeeRow], int]:
        """What an organiser's orders owed in a month ``YYYY-MM`` (UTC), in order of time, and the statement's version.

        At most ``limit`` of them.
        """
        ...

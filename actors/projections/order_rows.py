"""What the read models of orders are made of, row by row."""

from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct, field

from actors.messages.order_replies import OrderRefund, OrderSeat, OrderStands
from actors.messages.orders import OrderTerms

Phase = Literal["awaiting", "securing", "confirmed", "lapsed", "unsecured", "cancelled"]

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(OrderStands).decode


class OrderRow(Struct):
    """One order. ``returning``: seats given up of which the inventory does not know yet."""

    place: int
    access: str
    phase: Phase
    returning: int
    stands: OrderStands

    def due_ms(self) -> int | None:
        """From when its entity has something to do by itself; ``None``: never."""
        if self.phase == "securing" or self.returning:
            return 1
        return self.stands.pay_by_ms if self.phase == "awaiting" else None


class FeeLine(NamedTuple):
    """What a statement lists: a sale, or what it is less by (negative)."""

    place: int
    order: str
    at_ms: int
    seats: int
    turnover_minor: int
    fee_minor: int
    currency: str


class CheckInRow(NamedTuple):
    """A ticket shown at the door."""

    place: int
    order: str
    seat: str
    seat_type: str
    at_ms: int
    where: str


class Sold(Struct):
    """Of one day and seat type: what was sold on it, less what was given back on it."""

    seats: int = 0
    turnover_minor: int = 0


class Changes(Struct):
    """What is to be written. ``orders``: rows as they stand, by id; keys of ``seats`` and ``refunds`` begin with it.

    ``seats`` are those of sold orders. ``undone``: (place, order, seat) of check-ins undone at that place.
    """

    orders: dict[str, OrderRow] = field(default_factory=dict)
    seats: dict[tuple[str, str], OrderSeat] = field(default_factory=dict)
    refunds: dict[tuple[str, str], OrderRefund] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    check_ins: list[CheckInRow] = field(default_factory=list)
    undone: list[tuple[int, str, str]] = field(default_factory=list)
    sold: dict[tuple[str, str, str], Sold] = field(default_factory=dict)
    fee_lines: list[FeeLine] = field(default_factory=list)
    terms: OrderTerms | None = None

"""State of a conference's orders: what their events fold into. Times are Unix milliseconds, money minor units."""

from collections import OrderedDict
from typing import Literal

from msgspec import Struct

from actors.kernel.decider import Wish
from actors.messages.fees import FeeStructure
from actors.messages.orders import OrderTerms, Payment, RefundReason, SeatTypeTerms
from actors.messages.seats import Line
from actors.orders.lapses import Lapses

Phase = Literal["awaiting", "securing", "confirmed", "lapsed", "unsecured", "cancelled"]
"""``unsecured``: paid, but its seats had gone. The last three have ended; from ``lapsed`` a late payment leads back."""

UNKNOWN = OrderTerms(
    version=0,
    state="draft",
    currency="",
    starts_at_ms=0,
    fees=(),
    refund_until_ms=0,
    refund_kept_bp=0,
    naming_until_ms=None,
    invoice_days=0,
    seat_types=(),
)


class Seat(Struct, array_like=True, gc=False):
    """One seat; ``returned_minor`` of its price and ``fee_back_minor`` of its fee have been given back."""

    id: str
    seat_type: str
    price_minor: int
    fee_minor: int
    valid: bool = True
    returned_minor: int = 0
    fee_back_minor: int = 0
    attendee: str = ""
    checked_in_at_ms: int = 0
    checked_in_where: str = ""


class Capture(Struct, array_like=True, gc=False):
    """Money that came; ``left_minor`` of it is not given back."""

    provider: Payment
    payment: str
    amount_minor: int
    left_minor: int
    currency: str


class Refund(Struct, array_like=True, gc=False):
    """Money that goes back."""

    provider: Payment
    payment: str
    amount_minor: int
    currency: str
    reason: RefundReason
    note: str
    done: bool = False
    failures: int = 0


class Order(Struct, array_like=True):
    """One order. ``returning``: seats given up of which the inventory does not know yet, by release number.

    ``captures`` by provider and payment id. ``sold``: it was confirmed once. ``attempt``: how often the inventory was
    asked to make the seats final.
    """

    reservation: str
    buyer: str
    payment: Payment
    language: str
    placed_on: str
    access: str
    placed_at_ms: int
    lines: tuple[Line, ...]
    currency: str
    fees: FeeStructure
    total_minor: int
    pay_by_ms: int
    seats: list[Seat]
    phase: Phase = "awaiting"
    sold: bool = False
    attempt: int = 0
    captures: dict[str, Capture] = {}
    refunds: dict[str, Refund] = {}
    release: int = 0
    returning: dict[int, dict[str, int]] = {}
    declines: int = 0

    def captured_minor(self) -> int:
        """All money of the order's currency that ever came."""
        return sum(each.amount_minor for each in self.captures.values() if each.currency == self.currency)

    def left_minor(self) -> int:
        """What of it was not given back."""
        return sum(each.left_minor for each in self.captures.values() if each.currency == self.currency)

    def seat(self, name: str) -> Seat | None:
        """The seat of this id: they are numbered from 1 in the order of ``seats``."""
        number = int(name) if name.isascii() and name.isdecimal() and len(name) < 10 else 0
        return self.seats[number - 1] if 0 < number <= len(self.seats) and str(number) == name else None

    def valid_seats(self) -> list[Seat]:
        """Those not given up."""
        return [seat for seat in self.seats if seat.valid]


class Orders:
    """All orders of one conference, ended ones too."""

    __slots__ = ("by_reservation", "lapses", "open", "orders", "pending", "seat_types", "terms")

    def __init__(self) -> None:
        self.terms = UNKNOWN
        self.seat_types: dict[str, SeatTypeTerms] = {}
        self.orders: dict[str, Order] = {}
        self.by_reservation: dict[str, str] = {}
        """The last order placed from each reservation."""
        self.lapses = Lapses()
        """Until when orders await their payment."""
        self.open: OrderedDict[str, None] = OrderedDict()
        """Orders that end when the conference is cancelled: those that await payment or are confirmed."""
        self.pending: OrderedDict[str, Wish] = OrderedDict()
        """What the inventory is to do, by name, oldest first."""

    def configure(self, terms: OrderTerms) -> None:
        """Takes the terms over."""
        self.terms = terms
        self.seat_types = {each.id: each for each in terms.seat_types}

    def awaits(self, order: str) -> bool:
        """Whether the order still waits for its payment."""
        return self.orders[order].phase == "awaiting"


def capture_key(provider: str, payment: str) -> str:
    """Two providers may use the same id for different payments."""
    return f"{provider}/{payment}"

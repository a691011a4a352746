"""A conference's orders to start from: two general seats for 100 each, a dinner for 40, and what comes of them."""

from typing import Any

from msgspec.structs import replace

from actors.messages.fees import FeeStructure
from actors.messages.order_replies import OrderStands
from actors.messages.orders import (
    ConfigureOrders,
    NotePayment,
    NoteSecured,
    OrderTerms,
    PlaceOrder,
    SeatTypeTerms,
)
from actors.messages.seats import Line
from actors.orders.answers import stands
from actors.orders.kind import ORDERS
from actors.orders.state import Orders
from tests.support.scenario import Scenario

CID = "c000000000001"
SEATS = f"seats-{CID}"
DAY = "2026-11-28"
NOON_MS = 1_795_867_200_000  # 2026-11-28T12:00:00Z
EXPIRES_MS = NOON_MS + 900_000
STARTS_MS = 1_809_129_600_000  # 2027-05-01
FEE = FeeStructure(per_seat_minor=100, percent_bp=250)
TERMS = OrderTerms(
    version=3,
    state="published",
    currency="EUR",
    starts_at_ms=STARTS_MS,
    fees=(FEE,),
    refund_until_ms=STARTS_MS,
    refund_kept_bp=1_000,
    naming_until_ms=STARTS_MS - 1_000,
    invoice_days=14,
    seat_types=(SeatTypeTerms("general", "admission"), SeatTypeTerms("dinner", "event", True)),
)
LINES = (Line("general", 2, 2, 10_000), Line("dinner", 1, 1, 4_000))
TOTAL = 24_000
ORDER, RESERVATION = f"{CID}-oana", f"{CID}-rana"

OPEN = Scenario(ORDERS).after(ConfigureOrders(TERMS))


def placing(name: str = "ana", **changes: Any) -> PlaceOrder:
    """An order for what ``LINES`` say, as the inventory has told of it."""
    order = PlaceOrder(
        order=f"{CID}-o{name}",
        reservation=f"{CID}-r{name}",
        buyer=f"p{name}",
        payment="sandbox",
        language="en",
        placed_on=DAY,
        hold="held",
        lines=LINES,
        currency="EUR",
        expires_at_ms=EXPIRES_MS,
    )
    return replace(order, **changes)


def paid(amount_minor: int = TOTAL, payment: str = "pay1", name: str = "ana", currency: str = "EUR") -> NotePayment:
    return NotePayment(f"{CID}-o{name}", "sandbox", payment, amount_minor, currency)


def terms(**changes: Any) -> ConfigureOrders:
    """Newer terms."""
    return ConfigureOrders(replace(TERMS, **{"version": 4, **changes}))


def order(scenario: Scenario[Orders], name: str = ORDER) -> OrderStands:
    """The order as it stands."""
    return stands(name, scenario.state.orders[name], len(scenario.past))


PLACED = OPEN.after(placing(), at=NOON_MS)
SECURING = PLACED.after(paid(), at=NOON_MS + 1)
CONFIRMED = SECURING.after(NoteSecured(ORDER, 1), at=NOON_MS + 2)

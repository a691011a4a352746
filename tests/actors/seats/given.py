"""An inventory to start from, and short names for what its tests speak of.

Times are in milliseconds; a hold lasts 100 and an offer 1,000.
"""

from typing import Any

from msgspec.structs import replace

from actors.messages.seats import Configuration, Line, Reserve, SeatTerms
from actors.seats.events import InventoryConfigured
from actors.seats.inventory import Inventory
from actors.seats.kind import SEATS
from tests.support.scenario import Scenario

HOLD_MS = 100
OFFER_MS = 1_000
GENERAL = SeatTerms(id="general", kind="admission", price_minor=12_500, quota=3)
DINNER = SeatTerms(id="dinner", kind="event", price_minor=4_000, quota=2, requires_admission=True)
WORKSHOP = SeatTerms(id="workshop", kind="event", price_minor=7_000, quota=2)
PRICES = {"general": 12_500, "dinner": 4_000, "workshop": 7_000, "vip": 30_000}

CONFIGURATION = Configuration(
    version=1,
    state="published",
    currency="EUR",
    policy="strict",
    hold_ms=HOLD_MS,
    offer_ms=OFFER_MS,
    seats_per_reservation_max=0,
    holds_per_client_max=0,
    seat_types=(GENERAL, DINNER, WORKSHOP),
)


def configured(**changes: Any) -> Configuration:
    """The usual configuration with some fields changed."""
    return replace(CONFIGURATION, **changes)


def selling(*seat_types: SeatTerms, **changes: Any) -> Scenario[Inventory]:
    """An inventory that sells these seat types and nothing has happened yet."""
    return Scenario(SEATS).given(InventoryConfigured(configured(seat_types=seat_types, **changes)))


OPEN = selling(GENERAL, DINNER, WORKSHOP)


def taken(**seats: int | tuple[int, int]) -> tuple[Line, ...]:
    """Lines with all that was asked for, or ``(asked, taken)``, at the usual prices."""
    pairs = {name: (asked, asked) if isinstance(asked, int) else asked for name, asked in seats.items()}
    return tuple(Line(name, asked, got, PRICES[name]) for name, (asked, got) in pairs.items())


def nothing_of(**seats: int) -> tuple[Line, ...]:
    """Lines that ask and have nothing yet."""
    return tuple(Line(name, asked, 0, PRICES[name]) for name, asked in seats.items())


def asks(reservation: str, client: str = "", **seats: int) -> Reserve:
    return Reserve(reservation, client, seats)


def waits(reservation: str, *, fewer: bool = False, keep_place: bool = False, **seats: int) -> Reserve:
    return Reserve(reservation, "", seats, fewer, True, keep_place, f"subject of {reservation}")

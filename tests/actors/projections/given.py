"""Events of an inventory and a conference as they are stored, and read models to take them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Raw
from sqlite_utils import Database

from actors.conference.events import ConferenceCreated, SeatTypeAdded
from actors.messages.codec import encode
from actors.messages.conference import Details, SeatType
from actors.messages.envelopes import StoredEvent
from actors.messages.seats import Configuration, Line, SalesState, SeatTerms
from actors.projections.projection import Projection
from actors.seats.events import InventoryConfigured, SeatsHeld, SeatsOffered, SeatsReleased, WaitListJoined
from storage.sqlite.readmodels import open_writer

CID = "cabcdefghijkl"
SEATS = f"seats-{CID}"
CONFERENCE = f"conference-{CID}"
START_MS = 1_790_000_000_000

DETAILS = Details("PyCon", "Three days", "2027-05-01", "2027-05-03", "Europe/Berlin", "EUR", "Hello", "Köln")
GENERAL = SeatType("stgeneral0", "General", "admission", 12_500, 10)
DINNER = SeatType("stdinner00", "Dinner", "event", 4_000, 5)
PLANNED = (ConferenceCreated(CID, "o1", "pycon", DETAILS), SeatTypeAdded(GENERAL))


def open_database(path: Path) -> Database:
    return open_writer(path / "readmodels.db")


def stored(*events: Any, after: int = 0, at: int = START_MS) -> list[StoredEvent]:
    """The events from version ``after + 1`` on, a second apart."""
    numbered = enumerate(events, after + 1)
    return [StoredEvent(version, at + version * 1_000, Raw(encode(event))) for version, event in numbered]


def at_ms(version: int) -> int:
    return START_MS + version * 1_000


def configured(
    general: int = 10, dinner: int = 5, version: int = 1, state: SalesState = "published", retired: bool = False
) -> InventoryConfigured:
    terms = (
        SeatTerms(GENERAL.id, "admission", 12_500, general),
        SeatTerms(DINNER.id, "event", 4_000, dinner, retired=retired),
    )
    return InventoryConfigured(Configuration(version, state, "EUR", "strict", 900_000, 86_400_000, 20, 3, terms))


def rid(name: str) -> str:
    return f"{CID}-r{name:a<26}"


def lines(general: int = 0, dinner: int = 0, *, taken: bool = True) -> tuple[Line, ...]:
    wanted = ((GENERAL.id, general, 12_500), (DINNER.id, dinner, 4_000))
    return tuple(Line(name, number, number if taken else 0, price) for name, number, price in wanted if number)


def held(name: str, general: int = 1, dinner: int = 0, until: int = 900) -> SeatsHeld:
    return SeatsHeld(rid(name), "client", lines(general, dinner), 1, START_MS + until * 1_000)


def waits(name: str, general: int = 1, dinner: int = 0) -> WaitListJoined:
    return WaitListJoined(rid(name), lines(general, dinner, taken=False), False, False, f"p{name}", 1)


def offered(name: str, general: int = 1, dinner: int = 0, until: int = 2_000) -> SeatsOffered:
    return SeatsOffered(rid(name), lines(general, dinner), 2, START_MS + until * 1_000)


def released(name: str, reason: Any = "expired", general: int = 1, dinner: int = 0) -> SeatsReleased:
    return SeatsReleased(rid(name), lines(general, dinner), reason)


def apply_all(projection: Projection, stream: str, events: Sequence[Any]) -> None:
    applied = projection.apply(stream, stored(*events))
    assert (applied.version, applied.gap, applied.problem) == (len(events), None, None)

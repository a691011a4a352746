"""Facts, stores and effects for tests of the courier."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from actors.messages.codec import encode
from actors.messages.conference import ConferenceStands, Details, SeatType
from actors.messages.order_replies import OrderRefund, OrderSeat, OrderStands
from actors.messages.terms import Terms
from gateway.courier.facts import Person, Waiter
from storage.outbox import Due

CID = "cabcdefghijkl"
ORDER = f"{CID}-o" + "a" * 26
RESERVATION = f"{CID}-r" + "a" * 26
STREAM = f"orders-{CID}"
NOW_MS = 1_795_867_200_000
DAY_MS = 86_400_000

CONFERENCE = ConferenceStands(
    CID,
    "o1",
    "pycon",
    "published",
    Details("PyCon <b>", "", "2027-05-01", "2027-05-03", "Europe/Berlin", "EUR", "Hello", "Köln"),
    (SeatType("stgeneral0", "General", "admission", 10_000, 10),),
    4,
    terms=Terms(naming_until_ms=NOW_MS + 30 * DAY_MS),
)
SEATS = (OrderSeat("1", "stgeneral0", 10_000, 100), OrderSeat("2", "stgeneral0", 10_000, 100, attendee="pbob"))
REFUND = OrderRefund(f"{ORDER}-f1", "sandbox", f"sbx-{ORDER}", 9_000, "EUR", "seat-cancelled", "done")
STANDING = OrderStands(
    order=ORDER,
    reservation=RESERVATION,
    status="confirmed",
    securing=False,
    buyer="pana",
    payment="sandbox",
    language="en",
    placed_on="2026-11-28",
    placed_at_ms=NOW_MS,
    pay_by_ms=NOW_MS + 900_000,
    currency="EUR",
    total_minor=20_000,
    fee_minor=200,
    captured_minor=20_000,
    seats=SEATS,
    refunds=(REFUND,),
    version=7,
)
PEOPLE: dict[str, Person] = {
    "pana": {"name": "Ana <i>", "email": "ana@example.org"},
    "pbob": {"name": "Bob", "email": "bob@example.org"},
}


class FakeFacts:
    """``facts.Facts`` in memory."""

    def __init__(self, order: OrderStands = STANDING, conference: ConferenceStands = CONFERENCE) -> None:
        self.orders = {order.order: order}
        self.conferences_known = {conference.conference: conference}
        self.waiters: dict[str, Waiter] = {}
        self.vault = {subject: dict(person) for subject, person in PEOPLE.items()}
        self.positions: dict[str, int] = {STREAM: 100, f"seats-{CID}": 100}

    def position(self, stream: str) -> int:
        return self.positions.get(stream, 0)

    def order(self, order: str) -> OrderStands | None:
        return self.orders.get(order)

    def conference(self, conference: str) -> ConferenceStands | None:
        return self.conferences_known.get(conference)

    def conferences(self, after: str, limit: int) -> list[str]:
        return [name for name in sorted(self.conferences_known) if name > after][:limit]

    def waiter(self, reservation: str) -> Waiter | None:
        return self.waiters.get(reservation)

    async def people(self, subjects: Iterable[str]) -> dict[str, Person]:
        return {subject: self.vault[subject] for subject in subjects if subject in self.vault}

    async def organiser(self, organiser: str) -> str:
        return "Ada Events"

    def change(self, **changes: Any) -> None:
        """The order changes."""
        self.orders[ORDER] = replace(self.orders[ORDER], **changes)


def due(effect: Any, kind: str = "mail", *, key: str = f"{STREAM}/7/x", attempt: int = 1, group: str = CID) -> Due:
    """An effect that was taken from the outbox."""
    return Due(1, key, kind, encode(effect), group, attempt)


async def inline(call: Callable[..., Any], *arguments: Any) -> Any:
    """Runs a blocking call at once: ``rounds.Run`` for tests."""
    await asyncio.sleep(0)
    return call(*arguments)

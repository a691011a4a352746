"""Orders behind the gateway's ports: the real rules without log, process or lag.

Reservations come from the fake inventories; what orders want of those is granted at once, unless a test holds it up.
"""

from collections.abc import Mapping
from typing import Any

from actors.messages.conference import ConferenceStands
from actors.messages.order_replies import OrderStands
from actors.messages.orders import ConfigureOrders, NotePayment, OrderTerms, PlaceOrder, SeatTypeTerms
from actors.messages.refusals import Refused
from actors.messages.seats import Confirmed, Ended, Held
from actors.orders.answers import stands
from actors.orders.kind import ORDERS
from actors.orders.state import Orders
from gateway.instants import to_time
from gateway.reading_orders import CountRow, FeeRow, SalesRow, SeatRow

NOW_MS = 1_800_000_000_000


class FakeOrders:
    """One conference's orders; ``secure`` is whether the inventory still has the seats (``None``: no answer yet)."""

    def __init__(self) -> None:
        self.state: Orders = ORDERS.initial()
        self.version = 0
        self.now_ms = NOW_MS
        self.secure: bool | None = True
        self.fees: list[FeeRow] = []

    def decide(self, conference: ConferenceStands, reservations: Mapping[str, Any], command: Any) -> Any:
        """The reply to a command."""
        self._take(ConfigureOrders(terms_of(conference)))
        if isinstance(command, PlaceOrder) and ORDERS.consult(self.state, command) is not None:
            held = reservations.get(command.reservation)
            command = ORDERS.informed(command, held if isinstance(held, Held) else Refused("not-standing", "gone"))
        reply = self._take(command)
        if self.secure is not None:
            self.settle()
        return reply

    def pay(self, order: str) -> None:
        """The order's money comes."""
        total_minor = self.state.orders[order].total_minor
        self._take(NotePayment(order, "sandbox", f"sbx-{order}", total_minor, "EUR"))
        if self.secure is not None:
            self.settle()

    def settle(self) -> None:
        """The inventory does what is wanted of it."""
        for wish in list(ORDERS.wishes(self.state)):
            lines = self.state.orders[wish.name.split("/")[1]].lines
            reply: Any = Ended("", lines, "EUR", "cancelled", 1)
            if wish.name.startswith("secure/") and self.secure:
                reply = Confirmed("", lines, "EUR", 1)
            self._take(ORDERS.granted(self.state, wish, reply))

    def _take(self, command: Any) -> Any:
        events = ORDERS.decide(self.state, command, self.now_ms)
        if isinstance(events, Refused):
            return events
        if not events:
            return ORDERS.unchanged(self.state, command, self.version)
        for event in events:
            self.version += 1
            ORDERS.evolve(self.state, event, self.now_ms)
            name = type(event).__name__
            if name == "OrderConfirmed":
                fee = (event.seats, event.turnover_minor, event.fee_minor)
                self.fees.append(FeeRow(event.order, self.now_ms, *fee, event.currency))
            if name == "PricesReturned":
                price = sum(share.price_minor for share in event.shares)
                fee_back = sum(share.fee_minor for share in event.shares)
                self.fees.append(FeeRow(event.order, self.now_ms, -event.seats, -price, -fee_back, event.currency))
        return ORDERS.answer(self.state, events, self.version)

    def rows(self) -> list[OrderStands]:
        """All orders as they stand."""
        return [stands(name, order, self.version) for name, order in self.state.orders.items()]


def terms_of(conference: ConferenceStands) -> OrderTerms:
    """What a conference tells its orders."""
    terms = conference.terms
    starts_at_ms = 1_900_000_000_000
    return OrderTerms(
        conference.version,
        conference.state,
        conference.details.currency,
        starts_at_ms,
        conference.fees,
        starts_at_ms if terms.refund_until_ms is None else terms.refund_until_ms,
        terms.refund_kept_bp,
        terms.naming_until_ms,
        terms.invoice_days,
        tuple(SeatTypeTerms(each.id, each.kind, each.requires_admission) for each in conference.seat_types),
    )


class FakeOrderViews:
    """Read models of ``FakeOrders``."""

    def __init__(self, orders: dict[str, FakeOrders], organisers: Any) -> None:
        self._orders, self._organisers = orders, organisers

    def _rows(self, conference: str) -> list[OrderStands]:
        return self._orders[conference].rows() if conference in self._orders else []

    def order(self, order: str) -> OrderStands | None:
        return next((row for row in self._rows(order.partition("-")[0]) if row.order == order), None)

    def order_by_access(self, access: str) -> OrderStands | None:
        for conference, orders in self._orders.items():
            for name, order in orders.state.orders.items():
                if order.access == access:
                    return next(row for row in self._rows(conference) if row.order == name)
        return None

    def orders(
        self, conference: str, status: str | None, after: str, limit: int
    ) -> tuple[list[OrderStands], str | None]:
        rows = [row for row in self._rows(conference) if status in (None, row.status)]
        return _page(rows, after, limit)

    def seats(self, conference: str, after: str, limit: int) -> tuple[list[SeatRow], str | None]:
        rows = [
            SeatRow(row.order, seat)
            for row in self._rows(conference)
            for seat in row.seats
            if row.status == "confirmed" and seat.status == "valid"
        ]
        return _page(rows, after, limit)

    def sales(self, conference: str) -> list[SalesRow]:
        sold: dict[str, list[int]] = {}
        for row, _ in [(row, None) for row in self.seats(conference, "", 10_000)[0]]:
            sold.setdefault(row.seat.seat_type, []).append(row.seat.price_minor)
        day = to_time(NOW_MS).date().isoformat()
        return [SalesRow(day, name, len(prices), sum(prices), "EUR") for name, prices in sorted(sold.items())]

    def counts(self, conference: str) -> Mapping[str, CountRow]:
        counts: dict[str, CountRow] = {}
        for row in self.seats(conference, "", 10_000)[0]:
            known = counts.get(row.seat.seat_type, CountRow(0, 0, 0))
            counts[row.seat.seat_type] = CountRow(
                known.valid + 1,
                known.named + (row.seat.attendee != ""),
                known.checked_in + (row.seat.checked_in_at_ms > 0),
            )
        return counts

    def fees(self, organiser: str, month: str, limit: int) -> tuple[list[FeeRow], int]:
        own = [orders for conference, orders in self._orders.items() if self._organisers(conference) == organiser]
        rows = [row for orders in own for row in orders.fees if to_time(row.at_ms).strftime("%Y-%m") == month]
        return rows[:limit], sum(orders.version for orders in own)


def _page(rows: list[Any], after: str, limit: int) -> tuple[list[Any], str | None]:
    start = int(after) if after.isdigit() else 0
    return rows[start : start + limit], str(start + limit) if len(rows) > start + limit else None

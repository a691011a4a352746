"""The queries about orders, over the read models' database that the projector writes.

Satisfies ``gateway.reading_orders.OrderViews``. Loop thread only; the connection is opened for reading only.
"""

import datetime
from collections.abc import Mapping
from sqlite3 import Connection
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from actors.messages.order_replies import OrderSeat, OrderStands
from gateway.reading_orders import CountRow, FeeRow, SalesRow, SeatRow

_PLACE_MAX: Final = 2**63 - 1  # SQLite's largest integer

_read_order = msgspec.json.Decoder(OrderStands).decode

_ORDERS: Final = """
SELECT document, position, place FROM orders JOIN streams ON stream = 'orders-' || conference
"""
_SEATS: Final = """
SELECT order_id, seat, seat_type, price_minor, fee_minor, status, attendee, checked_in_at_ms, checked_in_where
FROM order_seats WHERE conference = ? AND status = 'valid' AND (order_id, seat) > (?, ?)
ORDER BY order_id, seat LIMIT ?
"""
_COUNTS: Final = """
SELECT seat_type, count(*), sum(attendee <> ''), sum(checked_in_at_ms > 0) FROM order_seats
WHERE conference = ? AND status = 'valid' GROUP BY seat_type ORDER BY seat_type
"""
_SALES: Final = """
SELECT day, seat_type, seats, turnover_minor, currency FROM sales WHERE conference = ? ORDER BY day, seat_type, currency
"""
_FEES: Final = """
SELECT order_id, at_ms, seats, turnover_minor, fee_minor, currency
FROM fee_lines JOIN conferences USING (conference)
WHERE organiser = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms, place LIMIT ?
"""
_FEES_VERSION: Final = """
SELECT coalesce(sum(position), 0) FROM streams JOIN conferences ON stream = 'orders-' || conference WHERE organiser = ?
"""


class SqliteOrderViews:
    """``gateway.reading_orders.OrderViews`` on SQLite."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def order(self, order: str) -> OrderStands | None:
        """The order as it stands."""
        return self._order("order_id = ?", order)

    def order_by_access(self, access: str) -> OrderStands | None:
        """The order that e-mail and access code together are the hash of; of several the last."""
        return self._order("access = ? AND access <> '' ORDER BY place DESC LIMIT 1", access)

    def order_by_reservation(self, reservation: str) -> OrderStands | None:
        """The last order that was placed from the reservation."""
        return self._order("reservation = ? ORDER BY place DESC LIMIT 1", reservation)

    def orders(
        self, conference: str, status: str | None, after: str, limit: int
    ) -> tuple[list[OrderStands], str | None]:
        """A conference's orders, oldest first."""
        condition, parameters = ("AND status = ?", [status]) if status is not None else ("", [])
        query = f"{_ORDERS} WHERE conference = ? {condition} AND place > ? ORDER BY place LIMIT ?"
        found = self._connection.execute(query, (conference, *parameters, _place(after), limit + 1)).fetchall()
        rows = [_stands(row) for row in found[:limit]]
        return rows, str(found[limit - 1][2]) if len(found) > limit else None

    def seats(self, conference: str, after: str, limit: int) -> tuple[list[SeatRow], str | None]:
        """Valid seats of sold orders by order and number; ids begin with the time, so the oldest order comes first."""
        order, _, seat = after.partition("/")
        number = min(int(seat), _PLACE_MAX) if seat.isascii() and seat.isdigit() and len(seat) < 20 else 0
        found = self._connection.execute(_SEATS, (conference, order, number, limit + 1)).fetchall()
        rows = [_seat(row) for row in found[:limit]]
        return rows, f"{found[limit - 1][0]}/{found[limit - 1][1]}" if len(found) > limit else None

    def sales(self, conference: str) -> list[SalesRow]:
        """By day, then seat type."""
        return [SalesRow(*row) for row in self._connection.execute(_SALES, (conference,))]

    def counts(self, conference: str) -> Mapping[str, CountRow]:
        """By seat type."""
        found = self._connection.execute(_COUNTS, (conference,))
        return {seat_type: CountRow(*numbers) for seat_type, *numbers in found}

    def fees(self, organiser: str, month: str, limit: int) -> tuple[list[FeeRow], int]:
        """What an organiser's orders owed in a month ``YYYY-MM`` (UTC), in order of time, and the statement's version.

        The version is the sum of the versions of the organiser's streams of orders. ``ValueError`` for no month.
        """
        first_ms, after_ms = _month_ms(month)
        self._connection.execute("BEGIN")
        try:
            found = self._connection.execute(_FEES, (organiser, first_ms, after_ms, limit)).fetchall()
            (version,) = self._connection.execute(_FEES_VERSION, (organiser,)).fetchone()
        finally:
            self._connection.execute("ROLLBACK")
        return [FeeRow(*row) for row in found], int(version)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _order(self, condition: str, *parameters: Any) -> OrderStands | None:
        found = self._connection.execute(f"{_ORDERS} WHERE {condition}", parameters).fetchone()
        return None if found is None else _stands(found)


def _stands(found: Any) -> OrderStands:
    document, position, _ = found
    return replace(_read_order(document), version=position)


def _seat(found: Any) -> SeatRow:
    order, number, *fields = found
    return SeatRow(order, OrderSeat(str(number), *fields))


def _place(after: str) -> int:
    """A place that one of these lists gave; anything else is its start."""
    return min(int(after), _PLACE_MAX) if after.isascii() and after.isdigit() and len(after) < 20 else 0


def _month_ms(month: str) -> tuple[int, int]:
    """When the month begins, and when the next one does."""
    first = datetime.datetime.strptime(f"{month}-01", "%Y-%m-%d").replace(tzinfo=datetime.UTC)
    following = (first + datetime.timedelta(days=31)).replace(day=1)
    return int(first.timestamp()) * 1_000, int(following.timestamp()) * 1_000

"""Row changes of orders as SQL, inside the caller's transaction; and the rows that a fold goes on from."""

from collections.abc import Iterable
from sqlite3 import Connection
from typing import Final

import msgspec

from actors.messages.orders import OrderTerms
from actors.projections.order_rows import Changes, OrderRow, decode, encode

_ORDER: Final = """
INSERT INTO orders
    (place, order_id, conference, reservation, access, status, phase, returning_count, due_ms, document)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (place) DO UPDATE SET status = excluded.status, phase = excluded.phase,
    returning_count = excluded.returning_count, due_ms = excluded.due_ms, document = excluded.document
"""
_SEAT: Final = """
INSERT OR REPLACE INTO order_seats
    (conference, order_id, seat, seat_type, price_minor, fee_minor, status, attendee,
     checked_in_at_ms, checked_in_where)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_REFUND: Final = """
INSERT INTO refunds (refund, conference, order_id, provider, payment, amount_minor, currency, reason, note, status)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (refund) DO UPDATE SET status = excluded.status
"""
_SOLD: Final = """
INSERT INTO sales (conference, day, seat_type, currency, seats, turnover_minor) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (conference, day, seat_type, currency) DO UPDATE SET
    seats = seats + excluded.seats, turnover_minor = turnover_minor + excluded.turnover_minor
"""
_FEE_LINE: Final = """
INSERT INTO fee_lines (place, conference, order_id, at_ms, seats, turnover_minor, fee_minor, currency)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_CHECK_IN: Final = """
INSERT INTO check_ins (place, conference, order_id, seat, seat_type, at_ms, door) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_OVERDUE: Final = """
SELECT conference, min(due_ms) FROM orders WHERE due_ms <= ? GROUP BY conference
UNION
SELECT conference, 1 FROM order_terms WHERE state = 'cancelled' AND EXISTS (
    SELECT 1 FROM orders
    WHERE orders.conference = order_terms.conference AND phase IN ('awaiting', 'confirmed')
)
"""


def orders(connection: Connection, names: Iterable[str]) -> dict[str, OrderRow]:
    """The orders as they were projected last; one that is not known is left out."""
    rows = {}
    query = "SELECT place, access, phase, returning_count, document FROM orders WHERE order_id = ?"
    for name in names:
        found = connection.execute(query, (name,)).fetchone()
        if found is not None:
            place, access, phase, returning, document = found
            rows[name] = OrderRow(place, access, phase, returning, decode(document))
    return rows


def write(connection: Connection, conference: str, changes: Changes) -> None:
    """All of it. Raises ``sqlite3.IntegrityError`` when an order is another's."""
    if changes.terms is not None:
        _write_terms(connection, conference, changes.terms)
    connection.executemany(_ORDER, [_order(conference, row) for row in changes.orders.values()])
    connection.executemany(
        _SEAT,
        [
            (
                conference,
                order,
                int(seat.id),
                seat.seat_type,
                seat.price_minor,
                seat.fee_minor,
                seat.status,
                seat.attendee,
                seat.checked_in_at_ms,
                seat.checked_in_where,
            )
            for (order, _), seat in changes.seats.items()
        ],
    )
    _write_money(connection, conference, changes)
    connection.executemany(
        _CHECK_IN,
        [
            (row.place, conference, row.order, int(row.seat), row.seat_type, row.at_ms, row.where)
            for row in changes.check_ins
        ],
    )
    connection.executemany(
        "UPDATE check_ins SET undone = 1 WHERE place < ? AND order_id = ? AND seat = ?",
        [(place, order, int(seat)) for place, order, seat in changes.undone],
    )


def overdue(connection: Connection, at_ms: int) -> list[tuple[str, int]]:
    """Conferences whose orders have something to do by themselves, each with the earliest time of it."""
    earliest: dict[str, int] = {}
    for conference, due_ms in connection.execute(_OVERDUE, (at_ms,)):
        earliest[conference] = min(due_ms, earliest.get(conference, due_ms))
    return sorted(earliest.items())


def _write_terms(connection: Connection, conference: str, terms: OrderTerms) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO order_terms (conference, state, version, document) VALUES (?, ?, ?, ?)",
        (conference, terms.state, terms.version, msgspec.json.encode(terms)),
    )


def _write_money(connection: Connection, conference: str, changes: Changes) -> None:
    connection.executemany(
        _REFUND,
        [
            (
                each.id,
                conference,
                order,
                each.provider,
                each.payment,
                each.amount_minor,
                each.currency,
                each.reason,
                each.note,
                each.status,
            )
            for (order, _), each in changes.refunds.items()
        ],
    )
    connection.executemany(
        "UPDATE refunds SET failures = failures + 1, problem = ? WHERE refund = ?",
        [(problem, refund) for refund, problem in changes.failures],
    )
    connection.executemany(
        _SOLD,
        [
            (conference, day, seat_type, currency, sold.seats, sold.turnover_minor)
            for (day, seat_type, currency), sold in changes.sold.items()
        ],
    )
    connection.executemany(_FEE_LINE, [(line.place, conference, *line[1:]) for line in changes.fee_lines])


def _order(conference: str, row: OrderRow) -> tuple[object, ...]:
    stands = row.stands
    return (
        row.place,
        stands.order,
        conference,
        stands.reservation,
        row.access,
        stands.status,
        row.phase,
        row.returning,
        row.due_ms(),
        encode(stands),
    )

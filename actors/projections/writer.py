"""Row changes as SQL: the only place that writes the read models, inside the caller's transaction."""

from sqlite3 import Connection
from typing import Final

from actors.messages.conference import ConferenceStands
from actors.projections.availability import Counts, decode_counts, document, encode, taken
from actors.projections.conferences import ConferenceRow
from actors.projections.conferences import decode as decode_conference
from actors.projections.reservations import HELD_COLUMNS, Rows, Step
from actors.projections.tables import PLACE_BITS

HELD_ROWS: Final = (256, 64, 16, 4, 1)
"""Rows per statement: a few prepared statements of many rows cost a third of one row at a time."""

# The same id again is another life of the reservation's; it keeps the place of its first.
_HELD: Final = """
INSERT INTO reservations (place, reservation, status, lines, expires_at_ms, created_at_ms) VALUES {rows}
ON CONFLICT (reservation) DO UPDATE SET status = 'held', lines = excluded.lines, expires_at_ms = excluded.expires_at_ms,
    wait_place = NULL, since_ms = NULL
"""
_HELD_OF: Final = {rows: _HELD.format(rows=", ".join(["(?, ?, 'held', ?, ?, ?)"] * rows)) for rows in HELD_ROWS}

_STEPS: Final = {
    Step.STAND: """
UPDATE reservations SET status = ?, lines = ?, expires_at_ms = ?, wait_place = NULL, since_ms = NULL
WHERE reservation = ?
""",
    Step.JOIN: """
INSERT INTO reservations (place, reservation, status, lines, created_at_ms, wait_place, since_ms, subject)
VALUES (?, ?, 'waiting', ?, ?, ?, ?, ?)
ON CONFLICT (reservation) DO UPDATE SET status = 'waiting', lines = excluded.lines, expires_at_ms = NULL,
    wait_place = excluded.wait_place, since_ms = excluded.since_ms, subject = excluded.subject
""",
    Step.CLOSE: """
UPDATE reservations SET status = 'cancelled', wait_place = NULL, since_ms = NULL
WHERE wait_place BETWEEN ? AND ?
""",
}


class Stream:
    """A stream's row: its cursor, and the places of its reservations."""

    __slots__ = ("first_place", "last_place", "number", "position")

    def __init__(self, number: int, position: int) -> None:
        self.number, self.position = number, position
        self.first_place = number << PLACE_BITS
        self.last_place = (number + 1 << PLACE_BITS) - 1


def stream(connection: Connection, name: str) -> Stream:
    """The stream's row; a new one gets the next number."""
    found = connection.execute("SELECT number, position FROM streams WHERE stream = ?", (name,)).fetchone()
    if found is not None:
        return Stream(*found)
    (number,) = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM streams").fetchone()
    fresh = Stream(number, 0)
    connection.execute(
        "INSERT INTO streams (number, stream, position, first_place, last_place) VALUES (?, ?, 0, ?, ?)",
        (number, name, fresh.first_place, fresh.last_place),
    )
    return fresh


def move_cursor(connection: Connection, number: int, position: int) -> None:
    """The rows know the stream up to ``position`` now."""
    connection.execute("UPDATE streams SET position = ? WHERE number = ?", (position, number))


def conference(connection: Connection, name: str) -> ConferenceStands | None:
    """A conference as it was projected last."""
    found = connection.execute("SELECT document FROM conferences WHERE conference = ?", (name,)).fetchone()
    return None if found is None else decode_conference(found[0])


def write_conference(connection: Connection, row: ConferenceRow) -> None:
    """Replaces one conference's row. Raises ``sqlite3.IntegrityError`` when its slug is another's."""
    connection.execute(
        """
INSERT INTO conferences (conference, organiser, slug, state, starts_on, search, version, document)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (conference) DO UPDATE SET organiser = excluded.organiser, slug = excluded.slug, state = excluded.state,
    starts_on = excluded.starts_on, search = excluded.search, version = excluded.version, document = excluded.document
""",
        row,
    )


def counts(connection: Connection, name: str) -> Counts:
    """A conference's counts as they were projected last."""
    found = connection.execute("SELECT counts FROM availability WHERE conference = ?", (name,)).fetchone()
    return Counts() if found is None else decode_counts(found[0])


def write_availability(connection: Connection, name: str, version: int, at_ms: int, now: Counts) -> bytes:
    """Replaces one conference's row; returns the document that is served."""
    body = document(now, version, at_ms)
    connection.execute(
        """
INSERT OR REPLACE INTO availability (conference, version, as_of_ms, currency, document, taken, counts)
VALUES (?, ?, ?, ?, ?, ?, ?)
""",
        (name, version, at_ms, now.currency, body, taken(now), encode(now)),
    )
    return body


def write_reservations(connection: Connection, rows: Rows) -> None:
    """New holds, many to a statement, then the other steps."""
    held, at = rows.held, 0
    for size in HELD_ROWS:
        width = size * HELD_COLUMNS
        while len(held) - at >= width:
            connection.execute(_HELD_OF[size], held[at : at + width])
            at += width
    for step, parameters in rows.steps:
        connection.executemany(_STEPS[step], parameters)

"""The queries of the read side, over the read models' database that the projector writes.

Satisfies ``gateway.reading.Views``. What a query returns belongs together: it sees one
state of the database. Loop thread only; the connection is opened for reading only.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from sqlite3 import Connection
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from actors.messages.conference import ConferenceStands
from actors.messages.seats import Line
from gateway.reading import AvailabilityRow, ConferenceRow, ReservationRow, SeatsLeftRow, WaiterRow

_PLACE_MAX: Final = 2**63 - 1  # SQLite's largest integer


class _SeatsLeft(Struct):
    """The part of an availability that has no column of its own."""

    seat_types: dict[str, SeatsLeftRow]


class _Stream(NamedTuple):
    """What all of a conference's reservations have in common."""

    position: int
    first_place: int
    last_place: int
    currency: str


_read_conference = msgspec.json.Decoder(ConferenceStands).decode
_read_lines = msgspec.json.Decoder(tuple[Line, ...]).decode
_read_seats_left = msgspec.json.Decoder(_SeatsLeft).decode
_read_taken = msgspec.json.Decoder(dict[str, int]).decode

_CONFERENCES: Final = """
SELECT conferences.document, availability.taken, conferences.starts_on, conferences.slug
FROM conferences LEFT JOIN availability ON availability.conference = conferences.conference
"""
_RESERVATIONS: Final = """
SELECT reservation, status, lines, expires_at_ms, created_at_ms, wait_place, place FROM reservations
"""


class SqliteViews:
    """``gateway.reading.Views`` on SQLite."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def position(self, stream: str) -> int:
        """The last version of this stream that the read models know; 0 when they know none."""
        found = self._one("SELECT position FROM streams WHERE stream = ?", stream)
        return 0 if found is None else int(found[0])

    def conference(self, conference: str) -> ConferenceRow | None:
        """The conference of this id."""
        found = self._one(f"{_CONFERENCES} WHERE conferences.conference = ?", conference)
        return None if found is None else _conference(found)

    def conference_by_slug(self, slug: str) -> ConferenceRow | None:
        """The conference of this public name."""
        found = self._one(f"{_CONFERENCES} WHERE conferences.slug = ?", slug)
        return None if found is None else _conference(found)

    def published(self, text: str, after: str, limit: int) -> tuple[list[ConferenceRow], str | None]:
        """Published conferences by first day, those with ``text`` in name, tagline or location."""
        condition = "conferences.state = 'published' AND instr(conferences.search, ?)"
        return self._conferences(condition, text.casefold(), after, limit)

    def conferences(self, organiser: str, after: str, limit: int) -> tuple[list[ConferenceRow], str | None]:
        """All of an organiser's conferences, by first day."""
        return self._conferences("conferences.organiser = ?", organiser, after, limit)

    def _conferences(
        self, condition: str, parameter: str, after: str, limit: int
    ) -> tuple[list[ConferenceRow], str | None]:
        starts_on, _, slug = after.partition(" ")
        query = f"""
{_CONFERENCES} WHERE {condition} AND (conferences.starts_on, conferences.slug) > (?, ?)
ORDER BY conferences.starts_on, conferences.slug LIMIT ?
"""
        found = self._connection.execute(query, (parameter, starts_on, slug, limit + 1)).fetchall()
        rows = [_conference(row) for row in found[:limit]]
        return rows, f"{found[limit - 1][2]} {found[limit - 1][3]}" if len(found) > limit else None

    def availability(self, conference: str) -> AvailabilityRow | None:
        """Seats left; ``None`` while the inventory was never configured."""
        found = self._one("SELECT version, as_of_ms, document FROM availability WHERE conference = ?", conference)
        if found is None:
            return None
        version, as_of_ms, document = found
        return AvailabilityRow(version, as_of_ms, _read_seats_left(document).seat_types)

    def availability_document(self, conference: str) -> tuple[int, bytes] | None:
        """Its version, and the JSON as it is served."""
        found = self._one("SELECT version, document FROM availability WHERE conference = ?", conference)
        return None if found is None else (found[0], found[1])

    def reservation(self, reservation: str) -> ReservationRow | None:
        """The reservation as it stands."""
        with self._snapshot():
            stream = self._stream(reservation.partition("-")[0])
            found = self._one(f"{_RESERVATIONS} WHERE reservation = ?", reservation)
            if stream is None or found is None:
                return None
            return self._reservations(stream, [found])[0]

    def reservations(
        self, conference: str, status: str | None, after: str, limit: int
    ) -> tuple[list[ReservationRow], str | None]:
        """A conference's reservations, oldest first."""
        with self._snapshot():
            stream = self._stream(conference)
            if stream is None:
                return [], None
            condition, parameters = ("status = ? AND ", [status]) if status is not None else ("", [])
            query = f"{_RESERVATIONS} WHERE {condition} place > ? AND place <= ? ORDER BY place LIMIT ?"
            start = max(stream.first_place, _place(after))
            found = self._connection.execute(query, (*parameters, start, stream.last_place, limit + 1)).fetchall()
            return self._reservations(stream, found[:limit]), str(found[limit - 1][6]) if len(found) > limit else None

    def wait_list(self, conference: str, after: str, limit: int) -> tuple[list[WaiterRow], str | None]:
        """Head first."""
        query = """
SELECT reservation, lines, since_ms, wait_place FROM reservations
WHERE wait_place > ? AND wait_place <= ? ORDER BY wait_place LIMIT ?
"""
        with self._snapshot():
            stream = self._stream(conference)
            if stream is None:
                return [], None
            start = max(stream.first_place, _place(after))
            found = self._connection.execute(query, (start, stream.last_place, limit + 1)).fetchall()
            before = self._waiting(stream.first_place, start)
        rows = [
            WaiterRow(reservation, before + index, _read_lines(lines), since_ms)
            for index, (reservation, lines, since_ms, _) in enumerate(found[:limit], 1)
        ]
        return rows, str(found[limit - 1][3]) if len(found) > limit else None

    def wait_position(self, reservation: str) -> int:
        """Where it waits (1 = head); 0 when it does not."""
        row = self.reservation(reservation)
        return 0 if row is None else row.position

    def standing(self) -> dict[str, int]:
        """How many reservations are held, offered and waiting in all conferences, for the metrics."""
        query = """SELECT status, count(*) FROM reservations
        WHERE status IN ('held', 'offered', 'waiting') GROUP BY status"""
        counts = {"held": 0, "offered": 0, "waiting": 0}
        counts.update(self._connection.execute(query).fetchall())
        return counts

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Several statements that see one state of the database."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def _one(self, query: str, *parameters: Any) -> Any:
        return self._connection.execute(query, parameters).fetchone()

    def _stream(self, conference: str) -> _Stream | None:
        query = """
SELECT position, first_place, last_place, currency FROM streams JOIN availability ON conference = ? WHERE stream = ?
"""
        found = self._one(query, conference, f"seats-{conference}")
        return None if found is None else _Stream(*found)

    def _waiting(self, after_place: int, last_place: int) -> int:
        """How many wait at the places in between, the last one included."""
        query = "SELECT count(*) FROM reservations WHERE wait_place > ? AND wait_place <= ?"
        return int(self._one(query, after_place, last_place)[0])

    def _reservations(self, stream: _Stream, found: Sequence[Any]) -> list[ReservationRow]:
        positions = self._positions(stream.first_place, sorted(row[5] for row in found if row[5] is not None))
        return [
            ReservationRow(
                id=reservation,
                status=status,
                lines=_read_lines(lines),
                currency=stream.currency,
                expires_at_ms=expires_at_ms or 0,
                position=positions.get(wait_place, 0),
                created_at_ms=created_at_ms,
                version=stream.position,
            )
            for reservation, status, lines, expires_at_ms, created_at_ms, wait_place, _ in found
        ]

    def _positions(self, first_place: int, places: Sequence[int]) -> dict[int | None, int]:
        """Positions of wait places given in order, counting each stretch of the list once."""
        positions: dict[int | None, int] = {}
        counted, reached = 0, first_place
        for place in places:
            counted += self._waiting(reached, place)
            positions[place] = counted
            reached = place
        return positions


def _place(after: str) -> int:
    """A place that one of these lists gave; anything else is its start."""
    return min(int(after), _PLACE_MAX) if after.isascii() and after.isdigit() and len(after) < 20 else 0


def _conference(found: Sequence[Any]) -> ConferenceRow:
    document, taken, _, _ = found
    stands = _read_conference(document)
    return ConferenceRow(
        id=stands.conference,
        organiser=stands.organiser,
        slug=stands.slug,
        state=stands.state,
        details=stands.details,
        seat_types=stands.seat_types,
        taken={} if taken is None else _read_taken(taken),
        version=stands.version,
        papers=stands.papers,
        fees=stands.fees,
        personnel=stands.personnel,
        terms=stands.terms,
    )

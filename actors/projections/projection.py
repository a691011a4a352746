"""Takes a stream's events into the read models: one transaction for a batch and its cursor.

What the rows know already is skipped, so a repeated batch changes nothing; a gap is
reported and nothing of what follows it is applied. A stream whose events can't be read
(a newer release wrote them) stops there by name; all others go on.
"""

from collections.abc import Sequence
from sqlite3 import Connection, IntegrityError
from typing import Any, Final, NamedTuple

import msgspec
from sqlite_utils import Database

from actors.conference.events import ConferenceEvent
from actors.kernel.upcasting import EventReader
from actors.messages.codec import Malformed
from actors.messages.envelopes import StoredEvent
from actors.orders.events import OrderEvent
from actors.projections import availability, conferences, order_writer, orders, reservations, tables, writer
from actors.projections.aftermath import Aftermath
from actors.seats.events import SeatEvent

OVERDUE_MAX: Final = 10_000
"""Holds looked at in one search for those past their deadline."""

Told = list[tuple[int, int, Any]]
"""Events in order as (version, at_ms, event)."""


class Applied(NamedTuple):
    """What became of a batch.

    ``version``: the stream's cursor now. ``availability``: conference, version and JSON, when it
    may have changed. ``gap``: the version that was expected but did not come; nothing was applied.
    ``problem``: why the stream's read models stop at ``version``, for an operator.
    """

    version: int
    availability: tuple[str, int, bytes] | None = None
    gap: int | None = None
    problem: str | None = None


class Projection:
    """The read models of one database, which nobody else writes."""

    def __init__(self, db: Database, aftermath: Aftermath | None = None) -> None:
        """Makes the tables if there are none. Raises ``tables.OtherShape``. ``aftermath`` hears of all events first."""
        tables.create(db)
        self._db, self._aftermath = db, aftermath
        self._readers = {
            "conference": _Reader(ConferenceEvent),
            "seats": _Reader(SeatEvent),
            "orders": _Reader(OrderEvent),
        }

    def apply(self, stream: str, events: Sequence[StoredEvent]) -> Applied:
        """Applies what follows the cursor.

        Raises ``sqlite3.OperationalError`` when the database can't take it now, and ``aftermath.NotNow`` when the
        outbox can't: nothing was applied then.
        """
        kind, _, conference = stream.partition("-")
        reader = self._readers.get(kind)
        try:
            with self._db.atomic():
                connection: Connection = self._db.conn
                row = writer.stream(connection, stream)
                expected = row.position + 1
                fresh = [stored for stored in events if stored.version >= expected]
                if not fresh:
                    return Applied(row.position)
                if fresh[-1].version != row.position + len(fresh):  # They ascend, so that says it of all.
                    return Applied(row.position, gap=expected)
                if reader is None:  # Nothing is read of this kind; the cursor says how far it was heard of.
                    writer.move_cursor(connection, row.number, fresh[-1].version)
                    return Applied(fresh[-1].version)
                told, problem = reader.read(stream, fresh)
                if not told:
                    return Applied(row.position, problem=problem)
                version = told[-1][0]
                if self._aftermath is not None:  # Before the cursor moves: else a crash between would lose effects.
                    self._aftermath.note(stream, told)
                body = self._write(connection, kind, conference, row, told)
                writer.move_cursor(connection, row.number, version)
        except (LookupError, IntegrityError) as misfit:
            position = self.position(stream)
            return Applied(position, problem=f"{stream}: an event after {position} does not fit: {misfit!r}")
        return Applied(version, None if body is None else (conference, version, body), None, problem)

    def _write(
        self, connection: Connection, kind: str, conference: str, row: writer.Stream, told: Told
    ) -> bytes | None:
        version, at_ms, _ = told[-1]
        events = [event for _, _, event in told]
        if kind == "conference":
            stands = conferences.fold(writer.conference(connection, conference), version, events)
            writer.write_conference(connection, conferences.row(stands))
            return None
        if kind == "orders":
            rows = order_writer.orders(connection, orders.mentioned(events))
            order_writer.write(connection, conference, orders.fold(rows, row.first_place, told))
            return None
        counts = writer.counts(connection, conference)
        availability.fold(counts, events)
        writer.write_reservations(connection, reservations.fold(row.first_place, row.last_place, told))
        return writer.write_availability(connection, conference, version, at_ms, counts)

    def position(self, stream: str) -> int:
        """The last version of the stream that the rows know; 0 for none."""
        query = "SELECT position FROM streams WHERE stream = ?"
        found = self._db.conn.execute(query, (stream,)).fetchone()
        return 0 if found is None else int(found[0])

    def overdue(self, at_ms: int) -> list[tuple[str, int]]:
        """Conferences with holds past their deadline by then, each with its earliest; sees ``OVERDUE_MAX`` holds."""
        query = f"""
SELECT streams.stream, min(expires_at_ms) FROM (
    SELECT place, expires_at_ms FROM reservations WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT {OVERDUE_MAX}
) JOIN streams ON streams.number = place >> {tables.PLACE_BITS} GROUP BY streams.stream ORDER BY 2, 1
"""  # noqa: S608 - both are numbers of our own
        found = self._db.conn.execute(query, (at_ms,)).fetchall()
        return [(stream.partition("-")[2], deadline_ms) for stream, deadline_ms in found]

    def overdue_orders(self, at_ms: int) -> list[tuple[str, int]]:
        """Conferences whose orders have something to do by then, each with the earliest time of it."""
        return order_writer.overdue(self._db.conn, at_ms)

    def unsettled(self, limit: int) -> list[str]:
        """Conferences whose last change is not in force everywhere: they have something to tell the others."""
        query = """
SELECT conference FROM conferences LEFT JOIN availability USING (conference) LEFT JOIN order_terms USING (conference)
WHERE (conferences.state = 'published' OR availability.conference IS NOT NULL) AND conferences.version > min(
    coalesce(json_extract(CAST(availability.counts AS TEXT), '$.configured'), 0), coalesce(order_terms.version, 0)
) LIMIT ?
"""
        return [str(conference) for (conference,) in self._db.conn.execute(query, (limit,))]

    def close(self) -> None:
        """Closes the database."""
        self._db.close()


class _Reader:
    """Decodes a batch at once and, where that fails, one by one up to the event that can't be read."""

    def __init__(self, events: Any) -> None:
        self._read = EventReader(events, {})
        self._read_all = msgspec.msgpack.Decoder(list[events]).decode

    def read(self, stream: str, stored: Sequence[StoredEvent]) -> tuple[Told, str | None]:
        try:
            events = self._read_all(_array(stored))
            return [(one.version, one.at_ms, event) for one, event in zip(stored, events, strict=True)], None
        except (msgspec.DecodeError, msgspec.ValidationError):
            pass  # One of them is old, new or damaged: the next loop says which.
        told: Told = []
        for one in stored:
            try:
                told.append((one.version, one.at_ms, self._read(one.event)))
            except Malformed as problem:
                return told, f"{stream}: event {one.version} can't be read by this release: {problem}"
        return told, None


def _array(stored: Sequence[StoredEvent]) -> bytes:
    """The events as one msgpack array."""
    return b"\xdd" + len(stored).to_bytes(4, "big") + b"".join([one.event for one in stored])

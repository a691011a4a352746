"""Lists as CSV (RFC 4180, UTF-8): formulas in people's texts are defused, so that opening a list runs nothing."""

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Final

from defusedcsv import csv
from msgspec import Struct

from gateway.documents.plain_text import one_line

CELL_LENGTH_MAX: Final = 1_000
ROWS_PER_CHUNK: Final = 500

Cell = str | int | None


class AttendeeRow(Struct, frozen=True):
    """One seat in the attendee list; what is not known is empty. ``badge``: the conference's extra fields."""

    order: str
    seat: str
    seat_type: str
    status: str
    name: str = ""
    email: str = ""
    badge: dict[str, str] = {}  # msgspec copies a struct's default; it is never shared.
    checked_in_at: str = ""


def table_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The table in chunks of ``ROWS_PER_CHUNK`` rows, ready to be sent while the next is read."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(_defusable(header))
    for number, row in enumerate(rows, start=1):
        writer.writerow(_defusable(row))
        if number % ROWS_PER_CHUNK == 0:
            yield _taken(written)
    yield _taken(written)


def attendees_csv(rows: Iterable[AttendeeRow], badge_fields: Sequence[str] = ()) -> Iterator[bytes]:
    """The attendee list, a column for each of the conference's extra fields."""
    header = ["order", "seat", "seat_type", "status", "name", "email", "checked_in_at", *badge_fields]
    return table_csv(
        header,
        (
            [
                row.order, row.seat, row.seat_type, row.status, row.name, row.email, row.checked_in_at,
                *(row.badge.get(field, "") for field in badge_fields),
            ]
            for row in rows
        ),
    )  # fmt: skip


def _defusable(cells: Iterable[Cell]) -> list[Cell]:
    """Without the white space that hides a formula's first sign from the one who looks for it."""
    return [one_line(cell, CELL_LENGTH_MAX) if isinstance(cell, str) else cell for cell in cells]


def _taken(written: StringIO) -> bytes:
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return text.encode()

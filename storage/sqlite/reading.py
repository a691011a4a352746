"""Reading a log's file with every check: the chain, the anchor, the structure."""

import sqlite3
import struct
from collections.abc import Iterator
from itertools import islice

import msgspec

from storage.eventlog import NotWhole, Record, Remembered
from storage.sqlite.anchors import Anchor
from storage.sqlite.chain import decode_record, encode, first_sum, frames, sum_after
from storage.sqlite.faults import named

PAGE_ROWS = 32

_PAGE = "SELECT first, body FROM events WHERE first >= ? ORDER BY first LIMIT ?"
_ROW_OF = "SELECT max(first) FROM events WHERE first <= ?"

_decode_remembered = msgspec.msgpack.Decoder(list[Remembered]).decode


def checked(connection: sqlite3.Connection, stream: str, after: int, until: int) -> Iterator[list[Record]]:
    """Records ``after + 1`` to ``until`` row by row, each checked against the one before. Raises ``NotWhole``."""
    if after >= until:
        return
    total, position = sum_at(connection, stream, after), after
    for first, body in _rows(connection, stream, after + 1):
        if first > position + 1:
            break
        records = []
        try:
            for expected, encoded in islice(frames(body), position + 1 - first, until + 1 - first):
                total = sum_after(total, encoded)
                if total != expected:
                    raise NotWhole(stream, position + 1, "the checksum does not fit")
                record = decode_record(encoded)
                position += 1
                if record.position != position:
                    raise NotWhole(stream, position, f"the record says it is number {record.position}")
                records.append(record)
        except (TypeError, struct.error, msgspec.DecodeError) as error:
            raise NotWhole(stream, position + 1, f"the record is damaged: {error}") from error
        yield records
        if position == until:
            return
    raise NotWhole(stream, position + 1, "the record is missing")


def sum_at(connection: sqlite3.Connection, stream: str, position: int) -> bytes:
    """The sum of the record at a position; at 0 what the first one is chained to. Raises ``NotWhole``."""
    if position == 0:
        return first_sum(stream)
    for first, body in _rows(connection, stream, position):
        try:
            for number, (total, _encoded) in enumerate(frames(body), first):
                if number == position:
                    return total
        except (TypeError, struct.error) as error:
            raise NotWhole(stream, position, f"the record is damaged: {error}") from error
        break
    raise NotWhole(stream, position, "the record is missing")


def head_of(connection: sqlite3.Connection, stream: str) -> int:
    """Position of the last event. Raises ``NotWhole``."""
    try:
        row = connection.execute("SELECT first, body FROM events ORDER BY first DESC LIMIT 1").fetchone()
        return 0 if row is None else int(row[0]) + sum(1 for _frame in frames(row[1])) - 1
    except sqlite3.Error as error:
        raise named(stream, error) from error
    except (TypeError, struct.error) as error:
        raise NotWhole(stream, 0, f"the last record is damaged: {error}") from error


def check_structure(connection: sqlite3.Connection, stream: str) -> None:
    """The pages fit together. Raises ``NotWhole``, with the first bad record where one can be found."""
    try:
        answers = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.Error as error:
        raise named(stream, error) from error
    if answers != [(b"ok",)]:
        for _records in checked(connection, stream, 0, head_of(connection, stream)):
            pass
        raise NotWhole(stream, 0, answers[0][0].decode(errors="replace"))


def identity_sum(name: bytes, epoch: int) -> bytes:
    """Sum of the row that says whose file it is."""
    return sum_after(name, encode(epoch))


def check_identity(connection: sqlite3.Connection, stream: str) -> int:
    """The file is this stream's own; its epoch. Raises ``NotWhole``."""
    try:
        ((name, epoch, total),) = connection.execute("SELECT name, epoch, sum FROM stream").fetchall()
        damaged = identity_sum(name, epoch) != total
    except sqlite3.Error as error:
        raise named(stream, error) from error
    except (TypeError, ValueError) as error:
        raise NotWhole(stream, 0, f"the file does not say whose it is: {error}") from error
    if damaged:
        raise NotWhole(stream, 0, "the file's own name is damaged")
    if name != stream.encode():
        raise NotWhole(stream, 0, f"the file is that of {name.decode()}")
    return int(epoch)


def check_anchor(connection: sqlite3.Connection, stream: str, anchor: Anchor, epoch: int) -> None:
    """The log has come at least as far as its anchor says, through the same record. Raises ``NotWhole``."""
    head = head_of(connection, stream)
    if head < anchor.position:
        raise NotWhole(stream, head + 1, f"the log ends at {head}, its anchor was at {anchor.position}")
    if anchor.position and sum_at(connection, stream, anchor.position) != anchor.sum:
        raise NotWhole(stream, anchor.position, "the record is not the one that its anchor names")
    if epoch < anchor.epoch:
        raise NotWhole(stream, 0, f"the log is of epoch {epoch}, its anchor of {anchor.epoch}")


def remembered_rows(connection: sqlite3.Connection, stream: str) -> Iterator[tuple[int, list[Remembered]]]:
    """All remembered answers in order, each row with the number of its first. Raises ``NotWhole``."""
    try:
        for first, at_ms, body, total in connection.execute("SELECT * FROM remembered ORDER BY first"):
            yield first, remembered_in(stream, first, at_ms, body, total)
    except sqlite3.Error as error:
        raise named(stream, error) from error


def remembered_in(stream: str, first: int, at_ms: int, body: bytes, total: bytes) -> list[Remembered]:
    """The answers in one row. Raises ``NotWhole``."""
    try:
        if remembered_sum(stream, first, at_ms, body) == total:
            return _decode_remembered(body)
    except (TypeError, msgspec.DecodeError) as error:
        raise NotWhole(stream, 0, f"remembered answer {first} is damaged: {error}") from error
    raise NotWhole(stream, 0, f"remembered answer {first} is damaged")


def remembered_sum(stream: str, first: int, at_ms: int, body: bytes) -> bytes:
    return sum_after(first_sum(stream) + encode((first, at_ms)), body)


def _rows(connection: sqlite3.Connection, stream: str, position: int) -> Iterator[tuple[int, bytes]]:
    """Rows from the one that holds ``position``; no statement stays open meanwhile, which would hold up checkpoints."""
    try:
        (start,) = connection.execute(_ROW_OF, (position,)).fetchone()
        count = 1
        while start is not None and (rows := connection.execute(_PAGE, (start, count)).fetchall()):
            yield from rows
            # The first row alone, for most want no more than that; then by pages.
            start, count = rows[-1][0] + 1, PAGE_ROWS
    except sqlite3.Error as error:
        raise named(stream, error, position) from error

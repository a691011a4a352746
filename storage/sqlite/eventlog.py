"""Event logs as SQLite files, one per stream, in one folder: see ``storage.eventlog`` for what is promised."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from storage.eventlog import NotWhole, Record, Unknown, Verdict
from storage.sqlite.anchors import Anchor, AnchorFile, read_anchor, sync_folder
from storage.sqlite.faults import named
from storage.sqlite.places import Place, place_of, streams_in
from storage.sqlite.reading import (
    check_anchor,
    check_identity,
    check_structure,
    checked,
    head_of,
    identity_sum,
    remembered_rows,
    sum_at,
)
from storage.sqlite.roll import enrol, enrolled
from storage.sqlite.schema import connect, has_tables, make_tables
from storage.sqlite.writer import SqliteEventLog

__all__ = ["SqliteEventLog", "SqliteEventLogs"]


class SqliteEventLogs:
    """See ``storage.eventlog.EventLogs``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, stream: str, *, create: bool) -> SqliteEventLog:
        """See the port. Also raises ``Unknown`` when the disk fails or is full: taking the epoch is a durable write."""
        place = place_of(self._folder, stream)
        if create:
            place.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        anchor = _anchor_of(self._folder, place, create=create)
        try:
            return _take_over(self._folder, place, anchor, create=create)
        except BaseException:
            anchor.close()
            raise

    def streams(self) -> list[str]:
        found = [stream for stream in streams_in(self._folder) if _was_opened(place_of(self._folder, stream))]
        return sorted({*found, *self._vanished()})

    def _vanished(self) -> set[str]:
        return enrolled(self._folder).difference(streams_in(self._folder))

    def heads(self) -> dict[str, int]:
        """See the port; a stream whose anchor is damaged or missing is left out."""
        anchors = {stream: read_anchor(place_of(self._folder, stream).head, stream) for stream in self.streams()}
        return {stream: anchor.position for stream, anchor in anchors.items() if anchor}

    def read(self, stream: str, after: int, limit: int | None = None) -> Iterator[Record]:
        place = place_of(self._folder, stream)
        with _looked_into(self._folder, place) as connection:
            check_identity(connection, stream)
            head = head_of(connection, stream)
            until = head if limit is None else min(head, after + limit)
            yield from chain.from_iterable(checked(connection, stream, after, until))

    def verify(self, stream: str) -> Verdict:
        place = place_of(self._folder, stream)
        anchor = read_anchor(place.head, stream)
        head = anchor.position if anchor else 0
        try:
            if anchor is None and place.head.exists():
                raise NotWhole(stream, 0, "its head anchor is damaged")
            with _looked_into(self._folder, place) as connection:
                epoch = check_identity(connection, stream)
                head = head_of(connection, stream)
                for _records in checked(connection, stream, 0, head):
                    pass
                check_structure(connection, stream)
                for _answers in remembered_rows(connection, stream):
                    pass
                if anchor:
                    check_anchor(connection, stream, anchor, epoch)
        except NotWhole as found:
            return Verdict(stream, head, found.position, found.problem)
        return Verdict(stream, head, None, None)


def _was_opened(place: Place) -> bool:
    """False while nothing but the making of the stream was begun."""
    if place.log.exists() or not place.head.exists():
        return True
    anchor = read_anchor(place.head, place.stream)
    return anchor is None or anchor.epoch > 0


def _anchor_of(folder: Path, place: Place, *, create: bool) -> AnchorFile:
    """Opens the anchor. Raises ``KeyError``, ``NotWhole``, ``Unknown``."""
    if not place.head.exists():
        if place.log.exists():
            raise NotWhole(place.stream, 0, "its head anchor is missing")
        if place.stream in enrolled(folder):
            raise NotWhole(place.stream, 0, "its files are missing")
        if not create:
            raise KeyError(place.stream)
    try:
        return AnchorFile(place.head, place.stream, create=create)
    except OSError as error:
        raise Unknown(f"{place.stream}: {error}") from error


def _take_over(folder: Path, place: Place, file: AnchorFile, *, create: bool) -> SqliteEventLog:
    """Checks the log and takes its next epoch."""
    stream = place.stream
    anchor = file.read()
    if anchor is None:
        raise NotWhole(stream, 0, "its head anchor is damaged")
    if anchor.epoch > 0 and not _has_content(place):
        raise NotWhole(stream, 0, "its file is missing")
    if not create and anchor.epoch == 0 and not place.log.exists():
        raise KeyError(stream)
    with _opened(place) as connection:
        if anchor.epoch == 0:
            enrol(folder, stream)
        if anchor.epoch == 0 and not has_tables(connection):
            make_tables(connection, stream.encode(), identity_sum(stream.encode(), 0))
        check_structure(connection, stream)
        epoch = check_identity(connection, stream)
        check_anchor(connection, stream, anchor, epoch)
        _write_again(connection)
        epoch += 1
        connection.execute("UPDATE stream SET epoch = ?, sum = ?", (epoch, identity_sum(stream.encode(), epoch)))
        log = SqliteEventLog(connection, place, file, epoch)
        file.write(Anchor(epoch, log.head, sum_at(connection, stream, log.head) if log.head else b""))
        file.sync()
        # The names of the log and its write-ahead log: SQLite syncs the folder too, but passes over an error.
        sync_folder(place.log.parent)
    return log


def _write_again(connection: sqlite3.Connection) -> None:
    """Copies what an earlier process left in the write-ahead log into the file, which syncs it.

    After a failed fsync the kernel may show pages that never reached the disk; nobody may build on
    them before they were written again.
    """
    busy, pages, copied = connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    if busy or pages != copied:
        msg = f"checkpoint at open: {copied} of {pages} pages"
        raise sqlite3.OperationalError(msg)


@contextmanager
def _opened(place: Place) -> Iterator[sqlite3.Connection]:
    """A connection that stays open when the block ends well. Raises ``InUse``, ``NotWhole``, ``Unknown``."""
    connection = None
    try:
        connection = connect(place.log)
        yield connection
    except BaseException as error:
        if connection:
            connection.close()
        if isinstance(error, sqlite3.Error):
            raise named(place.stream, error) from error
        if isinstance(error, OSError):
            raise Unknown(f"{place.stream}: {error}") from error
        raise


@contextmanager
def _looked_into(folder: Path, place: Place) -> Iterator[sqlite3.Connection]:
    """A connection for inspection, closed afterwards. Raises ``KeyError``, ``InUse``, ``NotWhole``, ``Unknown``."""
    if not _has_content(place):
        if place.head.exists() and _was_opened(place):
            raise NotWhole(place.stream, 0, "its file is missing")
        if not place.head.exists() and place.stream in enrolled(folder):
            raise NotWhole(place.stream, 0, "its files are missing")
        raise KeyError(place.stream)
    with _opened(place) as connection:
        try:
            yield connection
        finally:
            connection.close()


def _has_content(place: Place) -> bool:
    return place.log.exists() and place.log.stat().st_size > 0

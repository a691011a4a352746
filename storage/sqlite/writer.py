"""One stream's log, open for writing by this process alone."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain

from storage.eventlog import Decision, Fenced, NewRecord, Record, Remembered, Snapshot, Unknown
from storage.sqlite.anchors import Anchor, AnchorFile
from storage.sqlite.answers import Answers
from storage.sqlite.chain import FRAME, KEY_BYTES, encode, first_sum, sum_after
from storage.sqlite.keyindex import POSITION_MAX, KeyIndex
from storage.sqlite.places import Place
from storage.sqlite.reading import checked, head_of, sum_at
from storage.sqlite.schema import INSERT_EVENTS
from storage.sqlite.snapshots import Kept, read_snapshot, write_snapshot

ROW_RECORDS_MAX = 512
"""A longer append becomes several rows, in the same commit: what is read at once stays bounded."""


class SqliteEventLog:
    """See ``storage.eventlog.EventLog``. After ``Unknown`` it refuses everything but ``close``."""

    def __init__(self, connection: sqlite3.Connection, place: Place, anchor: AnchorFile, epoch: int) -> None:
        """Takes over an opened and checked file. Raises ``NotWhole``."""
        self._connection, self._place, self._anchor, self._epoch = connection, place, anchor, epoch
        self._closed = self._failed = False
        self._inode = os.stat(place.log).st_ino
        self._head, self._last_at_ms, self._sum = head_of(connection, place.stream), 0, first_sum(place.stream)
        if self._head:
            ((last,),) = checked(connection, place.stream, self._head - 1, self._head)
            self._last_at_ms, self._sum = last.at_ms, sum_at(connection, place.stream, self._head)
        self._keys, self._keys_up_to = KeyIndex(), 0
        self._absent: set[bytes] = set()
        self._answers = Answers(connection, place.stream)

    @property
    def stream(self) -> str:
        return self._place.stream

    @property
    def epoch(self) -> int:
        return self._epoch

    @property
    def head(self) -> int:
        return self._head

    @property
    def last_at_ms(self) -> int:
        return self._last_at_ms

    def append(self, expected: int, records: Sequence[NewRecord], remembered: Sequence[Remembered] = ()) -> None:
        """See the port. One fsync; a key that is repeated or not of 16 bytes is a ``ValueError``."""
        self._refuse_unusable()
        if expected != self._head:
            raise Fenced(f"{self.stream}: expected position {expected}, the log is at {self._head}")
        if not records and not remembered:
            return
        self._refuse_replaced_file()
        keyed = self._keyed(records)
        rows, total = self._chained(records)
        head = expected + len(records)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(INSERT_EVENTS, rows)
            self._answers.insert(remembered)
            self._connection.execute("COMMIT")
            self._anchor.write(Anchor(self._epoch, head, total))
        except (sqlite3.Error, OSError) as error:
            self._failed = True
            raise Unknown(f"{self.stream}: {error}") from error
        if records:
            self._head, self._sum, self._last_at_ms = head, total, records[-1].at_ms
            self._keys.add(keyed)
            self._keys_up_to = head
        self._absent.clear()

    def read(self, after: int, limit: int | None = None) -> Iterator[Record]:
        """See the port. A read from the start also learns the keys, so that waking reads the log once."""
        self._refuse_unusable()
        until = self._head if limit is None else min(self._head, after + limit)
        return chain.from_iterable(self._learned(after, until))

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Decision | Remembered]:
        self._refuse_unusable()
        self._learn_all()
        found: dict[bytes, Decision | Remembered] = dict(self._answers.find(keys))
        for key, positions in self._keys.candidates(keys):
            if decision := self._decision_at(key, positions):
                found[key] = decision
        self._absent = set(keys).difference(found)
        return found

    def snapshot(self) -> Snapshot | None:
        self._refuse_unusable()
        kept = read_snapshot(self._place.snapshot)
        if kept is None or not 0 < kept.snapshot.position <= self._head:
            return None
        if kept.sum != sum_at(self._connection, self.stream, kept.snapshot.position):
            return None
        if self._keys_up_to == 0:
            self._keys, self._keys_up_to = KeyIndex(kept.keys), kept.snapshot.position
        return kept.snapshot

    def keep_snapshot(self, snapshot: Snapshot) -> None:
        """See the port. Also raises ``ValueError`` for a position that the log does not have."""
        self._refuse_unusable()
        if not 0 < snapshot.position <= self._head:
            msg = f"{self.stream}: a snapshot at {snapshot.position} of a log at {self._head}"
            raise ValueError(msg)
        self._learn_all()
        total = sum_at(self._connection, self.stream, snapshot.position)
        up_to = snapshot.position if snapshot.position < self._head else POSITION_MAX
        write_snapshot(self._place.snapshot, Kept(snapshot, total, self._keys.to_bytes(up_to)))

    def forget(self, before_ms: int, keep_max: int) -> None:
        """See the port. One commit if there is anything to drop."""
        self._refuse_unusable()
        try:
            self._answers.forget(before_ms, keep_max)
        except sqlite3.Error as error:
            self._failed = True
            raise Unknown(f"{self.stream}: {error}") from error

    def close(self) -> None:
        """Copies the write-ahead log into the file and lets go of it; harmless when repeated."""
        if not self._closed:
            self._closed = True
            self._connection.close()
            self._anchor.close()

    def _keyed(self, records: Sequence[NewRecord]) -> list[tuple[bytes, int]]:
        """The keys with their positions. Raises ``ValueError``."""
        if self._head + len(records) > POSITION_MAX:
            msg = f"{self.stream}: a log holds at most {POSITION_MAX} events"
            raise ValueError(msg)
        keyed = [(record.key, at) for at, record in enumerate(records, self._head + 1) if record.key is not None]
        keys = {key for key, _position in keyed}
        unasked = keys - self._absent
        self._learn_all()
        repeated = any(self._decision_at(*candidate) for candidate in self._keys.candidates(unasked))
        if repeated or len(keys) != len(keyed) or any(len(key) != KEY_BYTES for key in unasked):
            msg = f"{self.stream}: a key is repeated, or not of {KEY_BYTES} bytes"
            raise ValueError(msg)
        return keyed

    def _chained(self, records: Sequence[NewRecord]) -> tuple[list[tuple[int, bytes]], bytes]:
        """The rows to insert, and the sum of the last record."""
        position, epoch, total, frame = self._head, self._epoch, self._sum, FRAME.pack
        rows = []
        for start in range(0, len(records), ROW_RECORDS_MAX):
            first = position + 1
            pieces: list[bytes] = []
            for record in records[start : start + ROW_RECORDS_MAX]:
                position += 1
                encoded = encode((position, epoch, *record))
                total = sum_after(total, encoded)
                pieces += (frame(len(encoded), total), encoded)
            rows.append((first, b"".join(pieces)))
        return rows, total

    def _learned(self, after: int, until: int) -> Iterator[list[Record]]:
        for records in checked(self._connection, self.stream, after, until):
            if records[0].position <= self._keys_up_to + 1 <= records[-1].position:
                fresh = records[self._keys_up_to + 1 - records[0].position :]
                self._keys.add([(record.key, record.position) for record in fresh if record.key is not None])
                self._keys_up_to = records[-1].position
            yield records

    def _learn_all(self) -> None:
        if self._keys_up_to < self._head:
            for _records in self._learned(self._keys_up_to, self._head):
                pass

    def _decision_at(self, key: bytes, positions: Sequence[int]) -> Decision | None:
        for position in positions:
            ((first,),) = checked(self._connection, self.stream, position - 1, position)
            if first.key == key and first.fingerprint is not None:
                events = [first.data, *self._rest_of_decision(position)]
                return Decision(first.fingerprint, position + len(events) - 1, tuple(events))
        return None

    def _rest_of_decision(self, position: int) -> Iterator[bytes]:
        """What follows the decision's first event, a few at a time: most decisions have one event or two."""
        while position < self._head:
            for records in checked(self._connection, self.stream, position, min(position + 8, self._head)):
                for record in records:
                    if record.part == 0:
                        return
                    position += 1
                    yield record.data

    def _refuse_unusable(self) -> None:
        if self._failed or self._closed:
            raise Unknown(f"{self.stream}: closed, or an earlier append ended in an unknown outcome")

    def _refuse_replaced_file(self) -> None:
        """A file moved away under us would take our commits with it."""
        try:
            here = os.stat(self._place.log).st_ino
        except FileNotFoundError:
            here = 0
        if here != self._inode:
            raise Fenced(f"{self.stream}: its file was moved away or replaced")

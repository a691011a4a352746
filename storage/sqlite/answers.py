"""Answers remembered beside the log: bounded, one row for those of one append, found through a key index."""

import sqlite3
from collections.abc import Sequence
from itertools import pairwise

from storage.eventlog import Remembered
from storage.sqlite.chain import encode
from storage.sqlite.faults import named
from storage.sqlite.keyindex import KeyIndex
from storage.sqlite.reading import remembered_in, remembered_rows, remembered_sum
from storage.sqlite.schema import INSERT_REMEMBERED

FORGET_ROWS_MAX = 256
"""So many rows are dropped by one call of ``forget``: it holds up the batch behind it."""
ROWS_PER_APPEND = 2
"""While there is more to drop, each append that adds a row drops so many: it catches up without a stall."""
STALE_KEYS_MAX = 4_096
"""Keys of dropped answers that stay in the index, or a quarter of it where that is more."""

_ROW = "SELECT first, at_ms, body, sum FROM remembered WHERE first <= ? ORDER BY first DESC LIMIT 1"
_OLDEST = "SELECT first, at_ms FROM remembered ORDER BY first LIMIT ?"


class Answers:
    """The ``remembered`` table of one open log. Answers have dense numbers, which only count."""

    def __init__(self, connection: sqlite3.Connection, stream: str) -> None:
        """Reads and checks all of them. Raises ``NotWhole``."""
        self._connection, self._stream = connection, stream
        self._keys = KeyIndex()
        self._first, self._next = 1, 1
        self._before_ms, self._keep_max, self._more = 0, 2**63, False
        for first, answers in remembered_rows(connection, stream):
            if not len(self._keys):
                self._first = first
            self._learn(first, answers)

    def insert(self, answers: Sequence[Remembered]) -> None:
        """Within the caller's transaction, which must end in a commit or with the log. Raises ``sqlite3.Error``."""
        if answers:
            first, at_ms, body = self._next, answers[-1].at_ms, encode(answers)
            total = remembered_sum(self._stream, first, at_ms, body)
            self._connection.execute(INSERT_REMEMBERED, (first, at_ms, body, total))
            self._learn(first, answers)
            if self._more or self._next - self._first > self._keep_max:
                self._drop(ROWS_PER_APPEND)

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Remembered]:
        """Those known, the newest under each key. Raises ``NotWhole``."""
        found = {}
        for key, numbers in self._keys.candidates(keys):
            for number in numbers:
                if number >= self._first and (answer := self._answer(number)).key == key:
                    found[key] = answer
        return found

    def forget(self, before_ms: int, keep_max: int) -> None:
        """Drops the oldest rows, now and with the appends to come. Raises ``sqlite3.Error``."""
        self._before_ms, self._keep_max = before_ms, keep_max
        self._drop(FORGET_ROWS_MAX)

    def _drop(self, rows_max: int) -> None:
        """A row is dropped as a whole: when its newest answer is too old, or when enough are left without it."""
        rows = self._connection.execute(_OLDEST, (rows_max + 1,)).fetchall()
        self._more = len(rows) > rows_max
        ends = [*rows, (self._next, 0)] if not self._more else rows
        end = self._first
        for (_first, at_ms), (following, _at_ms) in pairwise(ends):
            if at_ms >= self._before_ms and self._next - following < self._keep_max:
                self._more = False
                break
            end = following
        if end > self._first:
            self._connection.execute("DELETE FROM remembered WHERE first < ?", (end,))
            self._first = end
            if len(self._keys) - (self._next - end) > max(STALE_KEYS_MAX, len(self._keys) // 4):
                self._keys.drop_below(end)

    def _answer(self, number: int) -> Remembered:
        try:
            first, at_ms, body, total = self._connection.execute(_ROW, (number,)).fetchone()
        except sqlite3.Error as error:
            raise named(self._stream, error) from error
        answers = remembered_in(self._stream, first, at_ms, body, total)
        return answers[number - int(first)]

    def _learn(self, first: int, answers: Sequence[Remembered]) -> None:
        self._keys.add([(answer.key, number) for number, answer in enumerate(answers, first)])
        self._next = first + len(answers)

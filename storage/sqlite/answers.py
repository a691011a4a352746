"""Answers remembered beside the log: bounded, one row for those of one append, found through a key index."""

import sqlite3
from collections.abc import Sequence

from storage.eventlog import Remembered
from storage.sqlite.chain import encode
from storage.sqlite.faults import named
from storage.sqlite.keyindex import KeyIndex
from storage.sqlite.reading import remembered_in, remembered_rows, remembered_sum
from storage.sqlite.schema import INSERT_REMEMBERED

FORGET_ROWS_MAX = 256
"""So many rows are dropped by one call at most: it holds up the batch behind it."""

_ROW = "SELECT first, body, sum FROM remembered WHERE first <= ? ORDER BY first DESC LIMIT 1"


class Answers:
    """The ``remembered`` table of one open log."""

    def __init__(self, connection: sqlite3.Connection, stream: str) -> None:
        """Reads and checks all of them. Raises ``NotWhole``."""
        self._connection, self._stream = connection, stream
        self._keys = KeyIndex()
        self._last = 0
        for first, answers in remembered_rows(connection, stream):
            self._learn(first, answers)

    def insert(self, answers: Sequence[Remembered]) -> None:
        """Within the caller's transaction, which must end in a commit or with the log. Raises ``sqlite3.Error``."""
        if answers:
            first, body = self._last + 1, encode(answers)
            self._connection.execute(INSERT_REMEMBERED, (first, body, remembered_sum(self._stream, first, body)))
            self._learn(first, answers)

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Remembered]:
        """Those known, the newest under each key. Raises ``NotWhole``."""
        found = {}
        for key, numbers in self._keys.candidates(keys):
            for number in numbers:
                if (answer := self._answer(number)).key == key:
                    found[key] = answer
        return found

    def forget(self, before_ms: int, keep_max: int) -> None:
        """Drops whole rows: those older than ``before_ms``, and the oldest while more than ``keep_max`` are left."""
        end = 0
        over = len(self._keys) - keep_max
        pages = "SELECT first, body, sum FROM remembered ORDER BY first LIMIT ?"
        for first, body, total in self._connection.execute(pages, (FORGET_ROWS_MAX,)):
            answers = remembered_in(self._stream, first, body, total)
            if answers[-1].at_ms >= before_ms and over < len(answers):
                break
            end = first + len(answers)
            over -= len(answers)
        if end:
            self._connection.execute("DELETE FROM remembered WHERE first < ?", (end,))
            self._keys.drop_below(end)

    def _answer(self, number: int) -> Remembered:
        try:
            first, body, total = self._connection.execute(_ROW, (number,)).fetchone()
        except sqlite3.Error as error:
            raise named(self._stream, error) from error
        answers = remembered_in(self._stream, first, body, total)
        return answers[number - int(first)]

    def _learn(self, first: int, answers: Sequence[Remembered]) -> None:
        self._keys.add((answer.key, number) for number, answer in enumerate(answers, first))
        self._last = first + len(answers) - 1

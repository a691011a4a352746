"""The outbox in SQLite: see ``storage.outbox``."""

from collections.abc import Collection, Sequence
from pathlib import Path

from storage.outbox import ERROR_CHARACTERS_MAX, WAITING_MAX, WITHOUT_MAX, Due, Ended, Entry, Full, Listed, State
from storage.sqlite.shared import Execute, SharedDatabase

_STEPS = (
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, payload BLOB NOT NULL,
        "group" TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'given_up')),
        at_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT
    ) STRICT""",
    "CREATE INDEX outbox_due ON outbox (at_ms, id) WHERE state = 'waiting'",
    "CREATE INDEX outbox_listed ON outbox (state, id)",
    "CREATE TABLE cursors (stream TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX outbox_due_of_kind ON outbox (kind, at_ms, id) WHERE state = 'waiting'",
    "CREATE INDEX outbox_done ON outbox (at_ms) WHERE state = 'done'",
)
_ADD = """INSERT INTO outbox (key, kind, payload, at_ms, "group") VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (key) DO NOTHING"""
_DUE = """SELECT id, key, kind, payload, "group", attempts + 1 FROM outbox
    WHERE state = 'waiting' AND at_ms <= ?{more} ORDER BY at_ms, id LIMIT ?"""

_MOVE = """INSERT INTO cursors VALUES (?, ?)
    ON CONFLICT (stream) DO UPDATE SET position = max(position, excluded.position)"""
_RETRY = "UPDATE outbox SET at_ms = ?, last_error = ? WHERE id = ? AND attempts = ? AND state = 'waiting'"
_POSTPONE = """UPDATE outbox SET at_ms = ?, attempts = attempts - 1
    WHERE id = ? AND attempts = ? AND state = 'waiting'"""
_GIVE_UP = """UPDATE outbox SET state = 'given_up', at_ms = ?, last_error = ?
    WHERE id = ? AND attempts = ? AND state = 'waiting'"""


class SqliteOutbox:
    """See ``storage.outbox.Outbox``. One per process, opened after the fork."""

    def __init__(self, path: Path | None, waiting_max: int = WAITING_MAX) -> None:
        """Opens or makes the outbox (None: in memory, for tests). Raises ``Unavailable``."""
        self._database = SharedDatabase(path, _STEPS)
        self._waiting_max = waiting_max

    def enqueue(self, entries: Sequence[Entry], cursor: tuple[str, int] | None = None) -> int | Full:
        with self._database.transaction() as execute:
            ((waiting,),) = execute("SELECT count(*) FROM outbox WHERE state = 'waiting'", ())
            if waiting + len(entries) > self._waiting_max:
                return Full(self._waiting_max)
            added = _add(execute, entries)
            if cursor:
                execute(_MOVE, cursor)
        return added

    def cursor(self, stream: str) -> int:
        row = self._database.row("SELECT position FROM cursors WHERE stream = ?", stream)
        return int(row[0]) if row else 0

    def take_due(
        self, now_ms: int, limit: int, lease_ms: int, kind: str | None = None, without: Collection[str] = ()
    ) -> list[Due]:
        assert len(without) <= WITHOUT_MAX, "more groups than one statement can name"
        more = (" AND kind = ?" if kind else "") + (
            f' AND "group" NOT IN ({", ".join("?" * len(without))})' if without else ""
        )
        values = (now_ms, *([kind] if kind else ()), *without, limit)
        query = _DUE.format(more=more)
        if not self._database.row(query, *values):  # Most looks find nothing: no need to make writers wait.
            return []
        with self._database.transaction() as execute:
            rows = execute(query, values).fetchall()
            taken = [Due(*row) for row in rows]
            for due in taken:
                execute(
                    "UPDATE outbox SET at_ms = ?, attempts = ? WHERE id = ?", (now_ms + lease_ms, due.attempt, due.id)
                )
        return taken

    def done(self, due: Due, at_ms: int, entries: Sequence[Entry] = ()) -> None:
        self.all_done([(due, entries)], at_ms)

    def all_done(self, ended: Sequence[Ended], at_ms: int) -> None:
        with self._database.transaction() as execute:
            for due, entries in ended:
                _add(execute, entries)
                execute("UPDATE outbox SET state = 'done', at_ms = ? WHERE id = ?", (at_ms, due.id))

    def postpone(self, due: Due, due_at_ms: int) -> bool:
        return self._database.write(_POSTPONE, due_at_ms, due.id, due.attempt) > 0

    def retry(self, due: Due, due_at_ms: int, error: str) -> bool:
        return self._database.write(_RETRY, due_at_ms, error[:ERROR_CHARACTERS_MAX], due.id, due.attempt) > 0

    def give_up(self, due: Due, at_ms: int, error: str) -> bool:
        return self._database.write(_GIVE_UP, at_ms, error[:ERROR_CHARACTERS_MAX], due.id, due.attempt) > 0

    def send_again(self, row: int, now_ms: int) -> bool:
        return self._database.write("UPDATE outbox SET state = 'waiting', at_ms = ? WHERE id = ?", now_ms, row) > 0

    def next_due_ms(self) -> int | None:
        row = self._database.row("SELECT min(at_ms) FROM outbox WHERE state = 'waiting'")
        return row[0] if row else None

    def listed(self, state: State, group: str | None = None, after: int = 0, limit: int = 50) -> list[Listed]:
        query = """SELECT id, key, kind, "group", state, at_ms, attempts, last_error FROM outbox
            WHERE state = ?1 AND id > ?2 AND (?3 IS NULL OR "group" = ?3) ORDER BY id LIMIT ?4"""
        return [Listed(*row) for row in self._database.rows(query, state, after, group, limit)]

    def find(self, key: str) -> Listed | None:
        query = """SELECT id, key, kind, "group", state, at_ms, attempts, last_error FROM outbox WHERE key = ?"""
        row = self._database.row(query, key)
        return Listed(*row) if row else None

    def forget(self, done_before_ms: int, limit: int) -> int:
        old = "SELECT id FROM outbox WHERE state = 'done' AND at_ms < ? ORDER BY at_ms LIMIT ?"
        if not self._database.row(old, done_before_ms, 1):
            return 0
        return self._database.write(f"DELETE FROM outbox WHERE id IN ({old})", done_before_ms, limit)  # noqa: S608 - our own

    def counts(self) -> dict[State, int]:
        counts: dict[State, int] = {"waiting": 0, "done": 0, "given_up": 0}
        return counts | dict(self._database.rows("SELECT state, count(*) FROM outbox GROUP BY state"))

    def close(self) -> None:
        self._database.close()


def _add(execute: Execute, entries: Sequence[Entry]) -> int:
    return sum(execute(_ADD, entry).rowcount for entry in entries)

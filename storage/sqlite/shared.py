"""An ordinary SQLite database that several processes use at once: accounts, vault, outbox.

Each process opens it for itself, after the fork. Writers wait for each other up to ``BUSY_MS``.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.failures import Unavailable

BUSY_MS = 5_000

Value = str | bytes | int | None
Row = tuple[Any, ...]
Execute = Callable[[str, Sequence[Value]], sqlite3.Cursor]
"""Runs one statement with its values within a transaction."""


class SharedDatabase:
    """One process's connection, used by one thread at a time. Every method raises ``Unavailable``."""

    def __init__(self, path: Path | None, steps: Sequence[str], *, secure_delete: bool = False) -> None:
        """Opens the file (None: in memory, for tests) and takes those of the schema's ``steps`` not yet taken."""
        self._lock = threading.Lock()
        with _translated():
            self._connection = sqlite3.connect(
                path or ":memory:", timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
            if path:
                path.chmod(0o600)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
                self._connection.execute(f"PRAGMA {pragma}").fetchall()
            if secure_delete:
                self._connection.execute("PRAGMA secure_delete=ON").fetchall()
        self._take(steps)

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """A write transaction: durable when the block has ended (by ``return`` too), undone when it raises."""
        with self._lock, _translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def write(self, statement: str, *values: Value) -> int:
        """One statement in a transaction of its own; how many rows it touched."""
        with self.transaction() as execute:
            return execute(statement, values).rowcount

    def rows(self, query: str, *values: Value) -> list[Row]:
        with self._lock, _translated():
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: Value) -> Row | None:
        """The first row."""
        found = self.rows(query, *values)
        return found[0] if found else None

    def empty_write_ahead_log(self) -> bool:
        """Copies it into the file and cuts it to nothing; False while another process reads an older state."""
        row = self.row("PRAGMA wal_checkpoint(TRUNCATE)")
        return row is not None and row[0] == 0

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _take(self, steps: Sequence[str]) -> None:
        """The database's ``user_version`` counts the steps taken. A newer database than we know is refused."""
        with self.transaction() as execute:
            ((taken,),) = execute("PRAGMA user_version", ())
            if taken > len(steps):
                raise Unavailable(f"the database is of a newer release: step {taken}, this one knows {len(steps)}")
            for step in steps[taken:]:
                execute(step, ())
            execute(f"PRAGMA user_version={len(steps)}", ())


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # A constraint that no method of ours can break: a bug, not a fault.
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(str(error)) from error

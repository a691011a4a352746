"""Tables of one log's file, and how the file is opened.

``locking_mode=EXCLUSIVE`` before the first use of the write-ahead log keeps every other process out
and the index of that log in memory; ``synchronous=FULL`` makes each commit one fsync of the
write-ahead log, and a checkpoint two more.
"""

import sqlite3
from pathlib import Path

PAGE_BYTES = 4096
CACHE_KIB = 4096
CHECKPOINT_PAGES = 1000
"""The write-ahead log is copied into the file after so many pages (4 MB), and then written anew from its start."""

TABLES = (
    """CREATE TABLE stream (
        id INTEGER PRIMARY KEY CHECK (id = 1), name BLOB NOT NULL, epoch INTEGER NOT NULL, sum BLOB NOT NULL
    ) STRICT""",
    # One row for what was appended together, from position ``first``: see ``chain``.
    "CREATE TABLE events (first INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    # The same for the answers kept beside the log: msgpack, the numbers dense and of no meaning.
    """CREATE TABLE remembered (
        first INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, body BLOB NOT NULL, sum BLOB NOT NULL
    ) STRICT""",
)

INSERT_EVENTS = "INSERT INTO events VALUES (?, ?)"
INSERT_REMEMBERED = "INSERT INTO remembered VALUES (?, ?, ?, ?)"


def connect(path: Path) -> sqlite3.Connection:
    """Opens a log's file for this process alone, making an empty one where there is none. Raises ``sqlite3.Error``.

    Text comes back as bytes, so that damaged text is compared and not decoded.
    """
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.text_factory = bytes
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
        _set(connection, "locking_mode=EXCLUSIVE", b"exclusive")
        _set(connection, "journal_mode=WAL", b"wal")
        connection.execute("PRAGMA synchronous=FULL")
        _set(connection, "synchronous", 2)
        _set(connection, f"wal_autocheckpoint={CHECKPOINT_PAGES}", CHECKPOINT_PAGES)
        for pragma in (f"cache_size=-{CACHE_KIB}", "cell_size_check=ON", "trusted_schema=OFF", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def has_tables(connection: sqlite3.Connection) -> bool:
    """False for a file whose making was cut short: tables are made in one transaction."""
    return bool(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])


def make_tables(connection: sqlite3.Connection, name: bytes, total: bytes) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for table in TABLES:
        connection.execute(table)
    connection.execute("INSERT INTO stream VALUES (1, ?, 0, ?)", (name, total))
    connection.execute("COMMIT")


def _set(connection: sqlite3.Connection, pragma: str, expected: bytes | int) -> None:
    answer = connection.execute(f"PRAGMA {pragma}").fetchone()
    if answer != (expected,):
        msg = f"PRAGMA {pragma} did not take effect: {answer!r}"
        raise sqlite3.NotSupportedError(msg)

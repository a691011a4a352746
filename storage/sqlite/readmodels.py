"""Opens the read models' SQLite database: once for writing, any number of times for reading."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database

BUSY_S = 5.0
CACHE_KIB = 65_536
CHECKPOINT_PAGES = 4_000


def open_writer(path: Path) -> Database:
    """The writer's connection; WAL, synced at checkpoints only. Raises ``sqlite3.OperationalError``."""
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, cached_statements=256)
    for setting in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        f"cache_size = -{CACHE_KIB}",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {setting}")
    return Database(connection)


def open_reader(path: Path) -> sqlite3.Connection:
    """A reader's connection, which can't write. Raises ``sqlite3.OperationalError`` when there is no database yet."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None, cached_statements=256
    )
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB // 4}")
    return connection

"""What an error of SQLite means to us: damage, in use, or an unknown outcome."""

import sqlite3

from storage.eventlog import InUse, NotWhole, Unknown

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGE = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_SCHEMA,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_CONSTRAINT,
    # "no such table": the statements are ours and fixed, so the file's schema is not what we wrote.
    sqlite3.SQLITE_ERROR,
    # A flipped byte of the header can say that a newer SQLite must not be written.
    sqlite3.SQLITE_READONLY,
}


def named(stream: str, error: sqlite3.Error, position: int = 0) -> NotWhole | InUse | Unknown:
    """The port's exception for an error met while reading or opening; ``position`` is the record it was met at."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None or code & 0xFF in _DAMAGE or code == sqlite3.SQLITE_IOERR_SHORT_READ:
        return NotWhole(stream, position, str(error))
    if code & 0xFF in _BUSY:
        return InUse(stream)
    return Unknown(f"{stream}: {error} ({error.sqlite_errorname})")

"""The vault in SQLite: see ``storage.vault``. Deleted rows are overwritten, and erasing empties the write-ahead log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from storage.sqlite.sealing import Sealer
from storage.sqlite.shared import SharedDatabase
from storage.vault import FIELDS_BYTES_MAX, Kept, Unreadable

_STEPS = (
    """CREATE TABLE people (
        subject TEXT PRIMARY KEY, organiser TEXT NOT NULL, address_hash BLOB, wrapped_key BLOB NOT NULL,
        sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX people_by_address ON people (address_hash) WHERE address_hash IS NOT NULL",
)

_ASKED_AT_ONCE = 100
_ROTATED_AT_ONCE = 500

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, str]).decode


class SqliteVault:
    """See ``storage.vault.Vault``. One per process, opened after the fork; safe to call from worker threads."""

    def __init__(self, path: Path | None, key: bytes) -> None:
        """Opens or makes the vault whose subjects' keys are wrapped under ``key``. Raises ``Unavailable``."""
        self._database = SharedDatabase(path, _STEPS, secure_delete=True)
        self._sealer = Sealer(key)

    def keep(self, subject: str, person: Mapping[str, str], organiser: str = "") -> None:
        self.keep_all([Kept(subject, person, organiser)])

    def keep_all(self, people: Sequence[Kept]) -> None:
        rows = [self._row(*each) for each in people]
        with self._database.transaction() as execute:
            for row in rows:
                execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, ?)", row)

    def _row(
        self, subject: str, person: Mapping[str, str], organiser: str
    ) -> tuple[str, str, bytes | None, bytes, bytes]:
        plain = _encode(dict(person))
        if len(plain) > FIELDS_BYTES_MAX:
            msg = f"{subject}: {len(plain)} bytes of personal data, at most {FIELDS_BYTES_MAX} are kept"
            raise ValueError(msg)
        wrapped, sealed = self._sealer.seal(subject, plain)
        return subject, organiser, _address_hash(self._sealer, organiser, person), wrapped, sealed

    def get(self, subject: str) -> dict[str, str] | None:
        return self.get_many([subject]).get(subject)

    def get_many(self, subjects: Iterable[str]) -> dict[str, dict[str, str]]:
        found = {}
        wanted = list(subjects)
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            asked = wanted[start : start + _ASKED_AT_ONCE]
            marks = ", ".join("?" * len(asked))
            query = f"SELECT subject, wrapped_key, sealed FROM people WHERE subject IN ({marks})"  # noqa: S608 - marks only
            for subject, wrapped, sealed in self._database.rows(query, *asked):
                found[subject] = _decode(self._sealer.open(subject, wrapped, sealed))
        return found

    def erase(self, subject: str) -> bool:
        erased = self._database.write("DELETE FROM people WHERE subject = ?", subject) > 0
        self._database.empty_write_ahead_log()
        return erased

    def find_by_email(self, organiser: str, email: str) -> list[str]:
        query = "SELECT subject FROM people WHERE address_hash = ? ORDER BY subject"
        return [subject for (subject,) in self._database.rows(query, self._sealer.address_hash(organiser, email))]

    def rotate(self, key: bytes) -> int:
        """Wraps every subject's key under a new one, with nobody else at work; how many were not yet.

        A rotation that was stopped is ended by running it again: until then both keys are needed.
        Raises ``Unreadable``.
        """
        fresh = Sealer(key)
        count = 0
        for people in self._pages():
            with self._database.transaction() as execute:
                for subject, organiser, wrapped, sealed in people:
                    if not _is_readable(fresh, subject, wrapped):
                        person = _decode(self._sealer.open(subject, wrapped, sealed))
                        rewrapped = fresh.wrap(subject, self._sealer.unwrap(subject, wrapped))
                        address_hash = _address_hash(fresh, organiser, person)
                        execute(
                            "UPDATE people SET wrapped_key = ?, address_hash = ? WHERE subject = ?",
                            (rewrapped, address_hash, subject),
                        )
                        count += 1
        self._sealer = fresh
        self._database.empty_write_ahead_log()
        return count

    def close(self) -> None:
        self._database.close()

    def _pages(self) -> Iterator[list[tuple[str, str, bytes, bytes]]]:
        after = ""
        query = """SELECT subject, organiser, wrapped_key, sealed FROM people WHERE subject > ?
            ORDER BY subject LIMIT ?"""
        while page := self._database.rows(query, after, _ROTATED_AT_ONCE):
            yield [(subject, organiser, wrapped, sealed) for subject, organiser, wrapped, sealed in page]
            after = page[-1][0]


def _address_hash(sealer: Sealer, organiser: str, person: Mapping[str, str]) -> bytes | None:
    email = person.get("email")
    return sealer.address_hash(organiser, email) if email else None


def _is_readable(sealer: Sealer, subject: str, wrapped: bytes) -> bool:
    try:
        sealer.unwrap(subject, wrapped)
    except Unreadable:
        return False
    return True

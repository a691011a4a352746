"""Accounts in SQLite, used by several gateway processes at once: see ``storage.accounts``."""

from pathlib import Path

from storage.sqlite.accounts_schema import STEPS
from storage.sqlite.credentials import SqliteCredentials
from storage.sqlite.identities import Identities
from storage.sqlite.people import SqlitePeople
from storage.sqlite.shared import SharedDatabase
from storage.sqlite.slugs import SqliteSlugs


class SqliteAccounts(SqlitePeople, SqliteCredentials, SqliteSlugs):
    """See ``storage.accounts.Accounts``. One per process, opened after the fork; safe to call from worker threads."""

    def __init__(self, path: Path | None, key: bytes) -> None:
        """Opens or makes the database (None: in memory, for tests), sealed under ``key``. Raises ``Unavailable``."""
        super().__init__(SharedDatabase(path, STEPS, secure_delete=True), Identities(key))

    def rotate(self, key: bytes) -> int:
        """As ``storage.sqlite.vault.SqliteVault.rotate``."""
        count = self._identities.rotated(key, self._database)
        self._database.empty_write_ahead_log()
        return count

    def close(self) -> None:
        self._database.close()

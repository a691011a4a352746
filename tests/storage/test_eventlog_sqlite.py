"""The SQLite adapter keeps the contract, and its files are what they shall be."""

from pathlib import Path

import pytest

from storage.sqlite.eventlog import SqliteEventLogs
from tests.storage.contract_eventlog import STREAM, EventLogContract, event, keep


class TestSqliteEventLogs(EventLogContract):
    @pytest.fixture
    def logs(self, tmp_path: Path) -> SqliteEventLogs:
        return SqliteEventLogs(tmp_path)


@pytest.fixture
def logs(tmp_path: Path) -> SqliteEventLogs:
    return SqliteEventLogs(tmp_path)


def test_commits_are_synced_in_exclusive_write_ahead_mode(logs: SqliteEventLogs) -> None:
    log = logs.open(STREAM, create=True)
    keep(log, event(1))
    connection = log._connection
    for pragma, expected in {"synchronous": 2, "journal_mode": b"wal", "locking_mode": b"exclusive"}.items():
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (expected,)
    log.close()

"""The read models' database: one writer, readers that cannot write and do not wait."""

import sqlite3
from pathlib import Path

import pytest

from storage.sqlite.readmodels import open_reader, open_writer


def test_a_reader_sees_what_was_committed_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "readmodels.db"
    writer = open_writer(path)
    writer.table("counts").create({"name": str, "value": int}, pk="name")
    reader = open_reader(path)
    with writer.atomic():
        writer.table("counts").insert({"name": "seats", "value": 1})
        assert reader.execute("SELECT * FROM counts").fetchall() == []
    assert reader.execute("SELECT * FROM counts").fetchall() == [("seats", 1)]
    writer.close()
    reader.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "readmodels.db"
    writer = open_writer(path)
    writer.table("counts").create({"name": str})
    reader = open_reader(path)
    for statement in ("INSERT INTO counts VALUES ('x')", "PRAGMA query_only = OFF; DROP TABLE counts"):
        with pytest.raises(sqlite3.Error):
            reader.execute(statement)
    writer.close()
    reader.close()


def test_the_writer_is_synced_at_checkpoints_of_a_write_ahead_log(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "readmodels.db")
    assert writer.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert writer.conn.execute("PRAGMA synchronous").fetchone() == (1,)
    writer.close()


def test_there_is_nothing_to_read_before_the_writer_came(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        open_reader(tmp_path / "readmodels.db")

"""The vault keeps personal data unreadable without its key, and erases it for good."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.sqlite.vault import SqliteVault
from storage.vault import FIELDS_BYTES_MAX, Kept, Unreadable

KEY, NEW_KEY = bytes(range(32)), bytes(range(32, 64))
ANA = {"name": "Ana Plantedname", "email": "Ana.Planted@example.org"}
BOB = {"name": "Bob Plantedname", "email": "bob.planted@example.org"}
PLANTED = (b"plantedname", b"ana.planted", b"bob.planted", b"example.org")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.db"


@pytest.fixture
def vault(path: Path) -> Iterator[SqliteVault]:
    vault = SqliteVault(path, KEY)
    yield vault
    vault.close()


def on_disk(path: Path) -> bytes:
    """Everything beside the vault too: its write-ahead log, and what SQLite may leave."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def row(path: Path, subject: str) -> tuple[bytes, ...]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT wrapped_key, sealed FROM people WHERE subject = ?", (subject,)).fetchone()
    connection.close()
    return tuple(found)


def test_what_was_kept_is_got_back(vault: SqliteVault) -> None:
    vault.keep("p1", ANA, "o1")
    vault.keep("p2", BOB)
    assert vault.get("p1") == ANA
    assert vault.get("p3") is None
    assert vault.get_many(["p1", "p3", "p2"]) == {"p1": ANA, "p2": BOB}


def test_many_are_got_at_once(vault: SqliteVault) -> None:
    for number in range(250):
        vault.keep(f"p{number}", {"name": f"{number}"})
    assert len(vault.get_many(f"p{number}" for number in range(300))) == 250


def test_what_is_kept_again_replaces_what_was_known(vault: SqliteVault) -> None:
    vault.keep("p1", ANA, "o1")
    vault.keep("p1", BOB, "o1")
    assert vault.get("p1") == BOB
    assert vault.find_by_email("o1", ANA["email"]) == []


def test_many_are_kept_in_one_transaction_or_none_of_them(vault: SqliteVault) -> None:
    vault.keep_all([Kept("p1", ANA, "o1"), Kept("p2", BOB)])
    assert vault.get_many(["p1", "p2"]) == {"p1": ANA, "p2": BOB}
    assert vault.find_by_email("o1", ANA["email"]) == ["p1"]
    with pytest.raises(ValueError, match="p4"):
        vault.keep_all([Kept("p3", ANA), Kept("p4", {"name": "a" * FIELDS_BYTES_MAX})])
    assert vault.get("p3") is None


def test_a_person_is_found_by_address_within_one_organiser_only(vault: SqliteVault) -> None:
    vault.keep("p2", ANA, "o1")
    vault.keep("p1", ANA | {"email": " ANA.planted@EXAMPLE.org"}, "o1")
    vault.keep("p3", ANA, "o2")
    vault.keep("p4", {"name": "no address"}, "o1")
    assert vault.find_by_email("o1", "ana.PLANTED@example.org") == ["p1", "p2"]
    assert vault.find_by_email("o1", BOB["email"]) == []


def test_no_name_or_address_reaches_the_disk(vault: SqliteVault, path: Path) -> None:
    vault.keep("p1", ANA, "o1")
    vault.keep("p2", BOB, "o1")
    content = on_disk(path).lower()
    assert b"p1" in content
    assert not [name for name in PLANTED if name in content]


def test_an_erased_person_leaves_neither_key_nor_text(vault: SqliteVault, path: Path) -> None:
    vault.keep("p1", ANA, "o1")
    vault.keep("p2", BOB, "o1")
    traces = row(path, "p1")
    assert all(trace in on_disk(path) for trace in traces)
    assert vault.erase("p1") is True
    assert vault.erase("p1") is False
    assert vault.get("p1") is None
    assert vault.find_by_email("o1", ANA["email"]) == []
    assert not [trace for trace in traces if trace in on_disk(path)]
    assert vault.get("p2") == BOB


def test_each_subject_has_a_key_of_its_own(vault: SqliteVault, path: Path) -> None:
    vault.keep("p1", ANA)
    vault.keep("p2", ANA)
    (key, sealed), (other_key, other_sealed) = row(path, "p1"), row(path, "p2")
    assert key != other_key
    assert sealed != other_sealed


@pytest.mark.parametrize("column", ["wrapped_key", "sealed"])
def test_a_row_put_under_another_subject_is_unreadable(vault: SqliteVault, path: Path, column: str) -> None:
    vault.keep("p1", ANA)
    vault.keep("p2", BOB)
    connection = sqlite3.connect(path)
    stolen = f"UPDATE people SET {column} = (SELECT {column} FROM people WHERE subject = 'p1')"  # noqa: S608 - our names
    connection.execute(stolen)
    connection.commit()
    connection.close()
    with pytest.raises(Unreadable, match="p2"):
        vault.get("p2")


def test_the_whole_row_of_another_subject_is_unreadable_too(vault: SqliteVault, path: Path) -> None:
    vault.keep("p1", ANA)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE people SET subject = 'p2'")
    connection.commit()
    connection.close()
    with pytest.raises(Unreadable, match="p2"):
        vault.get("p2")


def test_without_the_key_nothing_is_readable(vault: SqliteVault, path: Path) -> None:
    vault.keep("p1", ANA, "o1")
    stranger = SqliteVault(path, NEW_KEY)
    with pytest.raises(Unreadable):
        stranger.get("p1")
    assert stranger.find_by_email("o1", ANA["email"]) == []
    stranger.close()


def test_after_a_rotation_only_the_new_key_reads(vault: SqliteVault, path: Path) -> None:
    for number in range(3):
        vault.keep(f"p{number}", ANA, "o1")
    assert vault.rotate(NEW_KEY) == 3
    assert vault.get("p1") == ANA
    reader, stranger = SqliteVault(path, NEW_KEY), SqliteVault(path, KEY)
    assert reader.get("p1") == ANA
    assert reader.find_by_email("o1", ANA["email"]) == ["p0", "p1", "p2"]
    with pytest.raises(Unreadable):
        stranger.get("p1")
    reader.close()
    stranger.close()


def test_a_stopped_rotation_is_ended_by_running_it_again(vault: SqliteVault, path: Path) -> None:
    vault.keep("p1", ANA, "o1")
    vault.keep("p3", ANA, "o1")
    ahead = SqliteVault(path, NEW_KEY)
    ahead.keep("p2", BOB, "o1")
    assert vault.rotate(NEW_KEY) == 2
    assert vault.get_many(["p1", "p2", "p3"]) == {"p1": ANA, "p2": BOB, "p3": ANA}
    ahead.close()


def test_more_than_a_person_needs_is_refused(vault: SqliteVault) -> None:
    with pytest.raises(ValueError, match="at most"):
        vault.keep("p1", {"name": "x" * FIELDS_BYTES_MAX})


def test_a_key_of_another_length_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        SqliteVault(path, bytes(31))

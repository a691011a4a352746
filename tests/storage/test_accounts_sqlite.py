"""Accounts in SQLite keep the contract, also between several processes, and store nothing that lets anybody in."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from storage.accounts import Accounts, Claimed
from storage.failures import Unavailable
from storage.sqlite.accounts import SqliteAccounts
from storage.vault import Unreadable
from tests.storage.contract_accounts import ANA, AccountsContract, hashed, registered

KEY, NEW_KEY = bytes(range(32)), bytes(range(32, 64))


class TestInMemory(AccountsContract):
    @pytest.fixture
    def accounts(self) -> Iterator[Accounts]:
        accounts = SqliteAccounts(None, KEY)
        yield accounts
        accounts.close()


class TestOnDisk(AccountsContract):
    @pytest.fixture
    def accounts(self, tmp_path: Path) -> Iterator[Accounts]:
        accounts = SqliteAccounts(tmp_path / "accounts.db", KEY)
        yield accounts
        accounts.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accounts.db"


def test_what_one_process_writes_another_reads(path: Path) -> None:
    one, other = SqliteAccounts(path, KEY), SqliteAccounts(path, KEY)
    organiser, account = registered(one)
    assert [membership.organiser for membership in other.memberships(account)] == [organiser]
    other.close_sessions(account)
    assert one.principal(hashed(f"first session of {ANA}"), 0) is None
    one.close()
    other.close()


def test_of_many_who_claim_a_slug_at_once_one_gets_it(path: Path) -> None:
    def claim(number: int) -> bool:
        accounts = SqliteAccounts(path, KEY)
        answer = accounts.claim_slug("devdays", f"o{number}", f"c{number}", b"key", b"body")
        accounts.close()
        return isinstance(answer, Claimed)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(claim, range(24))) == [False] * 23 + [True]


def test_the_file_is_its_owners_alone_and_holds_hashes_only(path: Path) -> None:
    accounts = SqliteAccounts(path, KEY)
    organiser = accounts.register("Contoso", ANA, "a hash", hashed("first"), 1_000)
    ana = accounts.find(ANA)
    assert organiser is not None
    assert ana is not None
    account = ana.id
    accounts.open_session(account, sha256(b"the token").digest(), 1_000)
    accounts.set_totp(account, "TOTPSECRET")
    accounts.add_member(organiser, "bob@example.org", "viewer")
    for file in path.parent.iterdir():  # The write-ahead log too.
        for planted in (b"the token", b"ana@", b"bob@", b"example.org", b"TOTPSECRET"):
            assert planted not in file.read_bytes(), file
    accounts.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_new_key_leaves_everybody_found_and_known(path: Path) -> None:
    accounts = SqliteAccounts(path, KEY)
    _organiser, account = registered(accounts)
    accounts.set_totp(account, "TOTPSECRET")
    before = accounts.account(account)
    assert (accounts.rotate(NEW_KEY), accounts.rotate(NEW_KEY)) == (1, 0)
    assert accounts.find(ANA) == before
    accounts.close()
    again = SqliteAccounts(path, NEW_KEY)
    assert again.find(ANA) == before
    again.close()
    old = SqliteAccounts(path, KEY)
    assert old.find(ANA) is None
    with pytest.raises(Unreadable):
        old.account(account)
    old.close()


def test_a_database_of_a_newer_release_is_refused(path: Path) -> None:
    SqliteAccounts(path, KEY).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=1000")
    connection.close()
    with pytest.raises(Unavailable, match="newer release"):
        SqliteAccounts(path, KEY)


def test_a_database_that_cannot_be_written_is_unavailable(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)
    with pytest.raises(Unavailable):
        SqliteAccounts(path, KEY)


def test_what_fails_within_a_transaction_is_undone(path: Path) -> None:
    accounts = SqliteAccounts(path, KEY)
    accounts.claim("devdays", "o1", "c1")
    with pytest.raises(sqlite3.IntegrityError):
        accounts.claim("other", "o1", "c1")
    assert accounts.claimed("other") is None
    assert accounts.claim("third", "o1", "c3").slug == "third"
    accounts.close()

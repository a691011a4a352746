"""The sealed part of an account: its address and second factor, under a key per account as in the vault."""

from typing import Any

import msgspec
from msgspec import Struct

from storage.accounts import Account
from storage.addresses import normal_address
from storage.sqlite.sealing import Sealer
from storage.sqlite.shared import Execute, SharedDatabase
from storage.vault import Unreadable

COLUMNS = "id, password_hash, wrapped_key, sealed"
_ROTATED_AT_ONCE = 500


class Identity(Struct, frozen=True, array_like=True):
    """What stands sealed in an account's row."""

    email: str
    totp_secret: str | None = None
    totp_offered: str | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Identity).decode


class Identities:
    """Seals and opens identities, and finds accounts by address, under the installation's key."""

    def __init__(self, key: bytes) -> None:
        self._sealer = Sealer(key)

    def address_hash(self, email: str) -> bytes:
        """What an address is found by; accounts are of no organiser."""
        return self._sealer.address_hash("", email)

    def seal(self, account: str, identity: Identity) -> tuple[bytes, bytes]:
        """A fresh key, wrapped, and the identity sealed under it."""
        return self._sealer.seal(account, _encode(identity))

    def open(self, account: str, wrapped: bytes, sealed: bytes) -> Identity:
        """Raises ``Unreadable``."""
        return _decode(self._sealer.open(account, wrapped, sealed))

    def account_of(self, row: tuple[Any, ...]) -> Account:
        """The account of a row of ``COLUMNS``."""
        account, password_hash, wrapped, sealed = row
        identity = self.open(account, wrapped, sealed)
        return Account(account, password_hash, identity.email, identity.totp_secret, identity.totp_offered)

    def insert(self, execute: Execute, account: str, email: str, password_hash: str | None) -> None:
        """Adds an account, within a transaction."""
        wrapped, sealed = self.seal(account, Identity(normal_address(email)))
        values = (account, self.address_hash(email), wrapped, sealed, password_hash)
        execute(
            "INSERT INTO accounts (id, address_hash, wrapped_key, sealed, password_hash) VALUES (?, ?, ?, ?, ?)", values
        )

    def change(self, execute: Execute, account: str, **changes: str | None) -> None:
        """Changes fields of an account's identity, within a transaction; nothing when there is no such account."""
        row = execute("SELECT wrapped_key, sealed FROM accounts WHERE id = ?", (account,)).fetchone()
        if row is not None:
            identity = msgspec.structs.replace(self.open(account, *row), **changes)
            sealed = (*self.seal(account, identity), account)
            execute("UPDATE accounts SET wrapped_key = ?, sealed = ? WHERE id = ?", sealed)

    def rotated(self, key: bytes, database: SharedDatabase) -> int:
        """Wraps every account's key under a new one; how many were not yet. Raises ``Unreadable``."""
        fresh, after, count = Identities(key), "", 0
        query = "SELECT id, wrapped_key, sealed FROM accounts WHERE id > ? ORDER BY id LIMIT ?"
        while page := database.rows(query, after, _ROTATED_AT_ONCE):
            with database.transaction() as execute:
                for account, wrapped, sealed in page:
                    if not fresh.reads(account, wrapped):
                        identity = self.open(account, wrapped, sealed)
                        rewrapped = fresh._sealer.wrap(account, self._sealer.unwrap(account, wrapped))
                        values = (rewrapped, fresh.address_hash(identity.email), account)
                        execute("UPDATE accounts SET wrapped_key = ?, address_hash = ? WHERE id = ?", values)
                        count += 1
            after = page[-1][0]
        self._sealer = fresh._sealer
        return count

    def reads(self, account: str, wrapped: bytes) -> bool:
        """Whether a wrapped key is wrapped under this key."""
        try:
            self._sealer.unwrap(account, wrapped)
        except Unreadable:
            return False
        return True

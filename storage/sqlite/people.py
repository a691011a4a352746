"""Organisers and the people who sign in."""

import secrets

from storage.accounts import MEMBERS_PER_ORGANISER_MAX, Account, LastOwner, Member, Membership, Role, TooMany
from storage.addresses import normal_address
from storage.sqlite.credentials import open_session
from storage.sqlite.shared import Execute, SharedDatabase

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_ACCOUNT = "SELECT id, password_hash, email, totp_secret FROM accounts"
_MEMBER = """SELECT account, email, role, password_hash IS NULL FROM members
    JOIN accounts ON accounts.id = account WHERE organiser = ?"""


class SqlitePeople:
    """See ``storage.accounts.People``."""

    def __init__(self, database: SharedDatabase) -> None:
        self._database = database

    def register(self, name: str, email: str, password_hash: str, token_hash: bytes, expires_at_ms: int) -> str | None:
        address = normal_address(email)
        organiser = _fresh_id("o")
        with self._database.transaction() as execute:
            if execute("SELECT 1 FROM accounts WHERE email = ?", (address,)).fetchone():
                return None
            execute("INSERT INTO organisers VALUES (?, ?)", (organiser, name))
            account = _insert_account(execute, address, password_hash)
            execute("INSERT INTO members VALUES (?, ?, 'owner')", (organiser, account))
            open_session(execute, account, token_hash, expires_at_ms)
        return organiser

    def organiser(self, organiser: str) -> str | None:
        row = self._database.row("SELECT name FROM organisers WHERE id = ?", organiser)
        return row[0] if row else None

    def find(self, email: str) -> Account | None:
        row = self._database.row(f"{_ACCOUNT} WHERE email = ?", normal_address(email))
        return Account(*row) if row else None

    def account(self, account: str) -> Account | None:
        row = self._database.row(f"{_ACCOUNT} WHERE id = ?", account)
        return Account(*row) if row else None

    def memberships(self, account: str) -> list[Membership]:
        query = """SELECT organiser, name, role FROM members JOIN organisers ON organisers.id = organiser
            WHERE account = ? ORDER BY name, organiser"""
        return [Membership(*row) for row in self._database.rows(query, account)]

    def members(self, organiser: str) -> list[Member]:
        rows = self._database.rows(f"{_MEMBER} ORDER BY email", organiser)
        return [Member(account, email, role, bool(pending)) for account, email, role, pending in rows]

    def add_member(self, organiser: str, email: str, role: Role) -> Member | TooMany:
        address = normal_address(email)
        with self._database.transaction() as execute:
            known = execute("SELECT id FROM accounts WHERE email = ?", (address,)).fetchone()
            account = known[0] if known else ""
            others = "SELECT count(*) FROM members WHERE organiser = ? AND account <> ?"
            if execute(others, (organiser, account)).fetchone()[0] >= MEMBERS_PER_ORGANISER_MAX:
                return TooMany(MEMBERS_PER_ORGANISER_MAX)
            account = account or _insert_account(execute, address, None)
            execute(
                """INSERT INTO members VALUES (?, ?, ?)
                ON CONFLICT (organiser, account) DO UPDATE SET role = excluded.role""",
                (organiser, account, role),
            )
            added = execute(f"{_MEMBER} AND account = ?", (organiser, account)).fetchone()
        return Member(added[0], added[1], added[2], bool(added[3]))

    def set_role(self, organiser: str, account: str, role: Role) -> bool | LastOwner:
        with self._database.transaction() as execute:
            if role != "owner" and _is_last_owner(execute, organiser, account):
                return LastOwner(account)
            changed = "UPDATE members SET role = ? WHERE organiser = ? AND account = ?"
            return execute(changed, (role, organiser, account)).rowcount > 0

    def remove_member(self, organiser: str, account: str) -> bool | LastOwner:
        with self._database.transaction() as execute:
            if _is_last_owner(execute, organiser, account):
                return LastOwner(account)
            removed = "DELETE FROM members WHERE organiser = ? AND account = ?"
            return execute(removed, (organiser, account)).rowcount > 0

    def set_password(self, account: str, password_hash: str) -> None:
        with self._database.transaction() as execute:
            execute("UPDATE accounts SET password_hash = ? WHERE id = ?", (password_hash, account))
            execute("DELETE FROM sessions WHERE account = ?", (account,))

    def set_totp(self, account: str, secret: str | None) -> None:
        self._database.write("UPDATE accounts SET totp_secret = ?, totp_step = 0 WHERE id = ?", secret, account)

    def use_totp_step(self, account: str, step: int) -> bool:
        used = "UPDATE accounts SET totp_step = ?1 WHERE id = ?2 AND totp_step < ?1"
        return self._database.write(used, step, account) > 0


def _fresh_id(kind: str) -> str:
    """The kind's letter and 80 random bits."""
    return kind + "".join(secrets.choice(_LETTERS) for _ in range(16))


def _insert_account(execute: Execute, address: str, password_hash: str | None) -> str:
    account = _fresh_id("a")
    execute("INSERT INTO accounts (id, email, password_hash) VALUES (?, ?, ?)", (account, address, password_hash))
    return account


def _is_last_owner(execute: Execute, organiser: str, account: str) -> bool:
    owners = "SELECT account FROM members WHERE organiser = ? AND role = 'owner'"
    return execute(owners, (organiser,)).fetchall() == [(account,)]

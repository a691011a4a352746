"""Organisers and the people who sign in."""

import secrets

from storage.accounts import MEMBERS_PER_ORGANISER_MAX, Account, LastOwner, Member, Membership, Role, TooMany
from storage.sqlite.credentials import open_session
from storage.sqlite.identities import COLUMNS, Identities
from storage.sqlite.shared import Execute, SharedDatabase

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_ACCOUNT = f"SELECT {COLUMNS} FROM accounts"  # noqa: S608 - names only
_MEMBER = """SELECT account, wrapped_key, sealed, role, pending FROM members
    JOIN accounts ON accounts.id = account WHERE organiser = ?"""


class SqlitePeople:
    """See ``storage.accounts.People``."""

    def __init__(self, database: SharedDatabase, identities: Identities) -> None:
        self._database, self._identities = database, identities

    def register(self, name: str, email: str, password_hash: str, token_hash: bytes, expires_at_ms: int) -> str | None:
        organiser = _fresh_id("o")
        with self._database.transaction() as execute:
            if self._known(execute, email):
                return None
            execute("INSERT INTO organisers VALUES (?, ?)", (organiser, name))
            account = _fresh_id("a")
            self._identities.insert(execute, account, email, password_hash)
            execute("INSERT INTO members VALUES (?, ?, 'owner', 0)", (organiser, account))
            open_session(execute, account, token_hash, expires_at_ms)
        return organiser

    def organiser(self, organiser: str) -> str | None:
        row = self._database.row("SELECT name FROM organisers WHERE id = ?", organiser)
        return row[0] if row else None

    def organisers(self) -> list[str]:
        return [organiser for (organiser,) in self._database.rows("SELECT id FROM organisers ORDER BY id")]

    def find(self, email: str) -> Account | None:
        row = self._database.row(f"{_ACCOUNT} WHERE address_hash = ?", self._identities.address_hash(email))
        return self._identities.account_of(row) if row else None

    def account(self, account: str) -> Account | None:
        row = self._database.row(f"{_ACCOUNT} WHERE id = ?", account)
        return self._identities.account_of(row) if row else None

    def memberships(self, account: str) -> list[Membership]:
        query = """SELECT organiser, name, role FROM members JOIN organisers ON organisers.id = organiser
            WHERE account = ? AND NOT pending ORDER BY name, organiser"""
        return [Membership(*row) for row in self._database.rows(query, account)]

    def members(self, organiser: str) -> list[Member]:
        found = [self._member(*row) for row in self._database.rows(_MEMBER, organiser)]
        return sorted(found, key=lambda member: member.email)

    def add_member(self, organiser: str, email: str, role: Role) -> Member | TooMany:
        with self._database.transaction() as execute:
            account = self._known(execute, email)
            others = "SELECT count(*) FROM members WHERE organiser = ? AND account <> ?"
            if execute(others, (organiser, account)).fetchone()[0] >= MEMBERS_PER_ORGANISER_MAX:
                return TooMany(MEMBERS_PER_ORGANISER_MAX)
            if not account:
                account = _fresh_id("a")
                self._identities.insert(execute, account, email, None)
            execute(
                """INSERT INTO members VALUES (?, ?, ?, 1)
                ON CONFLICT (organiser, account) DO UPDATE SET role = excluded.role WHERE pending""",
                (organiser, account, role),
            )
            added = execute(f"{_MEMBER} AND account = ?", (organiser, account)).fetchone()
        return self._member(*added)

    def accept_member(self, organiser: str, account: str) -> bool:
        accepted = "UPDATE members SET pending = 0 WHERE organiser = ? AND account = ?"
        return self._database.write(accepted, organiser, account) > 0

    def set_role(self, organiser: str, account: str, role: Role) -> bool | LastOwner:
        with self._database.transaction() as execute:
            if role != "owner" and _is_last_owner(execute, organiser, account):
                return LastOwner(account, (organiser,))
            changed = "UPDATE members SET role = ? WHERE organiser = ? AND account = ?"
            return execute(changed, (role, organiser, account)).rowcount > 0

    def remove_member(self, organiser: str, account: str) -> bool | LastOwner:
        with self._database.transaction() as execute:
            if _is_last_owner(execute, organiser, account):
                return LastOwner(account, (organiser,))
            execute("DELETE FROM links WHERE organiser = ? AND account = ?", (organiser, account))
            removed = "DELETE FROM members WHERE organiser = ? AND account = ?"
            return execute(removed, (organiser, account)).rowcount > 0

    def set_password(self, account: str, password_hash: str) -> None:
        with self._database.transaction() as execute:
            execute("UPDATE accounts SET password_hash = ? WHERE id = ?", (password_hash, account))
            execute("DELETE FROM sessions WHERE account = ?", (account,))
            execute("DELETE FROM links WHERE account = ? AND kind = 'reset'", (account,))

    def offer_totp(self, account: str, secret: str) -> None:
        with self._database.transaction() as execute:
            self._identities.change(execute, account, totp_offered=secret)

    def set_totp(self, account: str, secret: str | None) -> None:
        with self._database.transaction() as execute:
            self._identities.change(execute, account, totp_secret=secret, totp_offered=None)
            execute("UPDATE accounts SET totp_step = 0 WHERE id = ?", (account,))
            execute("DELETE FROM sessions WHERE account = ?", (account,))

    def use_totp_step(self, account: str, step: int) -> bool:
        used = "UPDATE accounts SET totp_step = ?1 WHERE id = ?2 AND totp_step < ?1"
        return self._database.write(used, step, account) > 0

    def erase_account(self, account: str) -> bool | LastOwner:
        with self._database.transaction() as execute:
            alone = _owned_alone(execute, account)
            if alone:
                return LastOwner(account, alone)
            for table in ("links", "sessions", "members"):
                execute(f"DELETE FROM {table} WHERE account = ?", (account,))  # noqa: S608 - one of ours
            erased = execute("DELETE FROM accounts WHERE id = ?", (account,)).rowcount > 0
        self._database.empty_write_ahead_log()
        return erased

    def _known(self, execute: Execute, email: str) -> str:
        """The id of the account with this address; "" when there is none."""
        found = execute("SELECT id FROM accounts WHERE address_hash = ?", (self._identities.address_hash(email),))
        row = found.fetchone()
        return row[0] if row else ""

    def _member(self, account: str, wrapped: bytes, sealed: bytes, role: Role, pending: int) -> Member:
        return Member(account, self._identities.open(account, wrapped, sealed).email, role, bool(pending))


def _fresh_id(kind: str) -> str:
    """The kind's letter and 80 random bits."""
    return kind + "".join(secrets.choice(_LETTERS) for _ in range(16))


def _is_last_owner(execute: Execute, organiser: str, account: str) -> bool:
    owners = "SELECT account FROM members WHERE organiser = ? AND role = 'owner' AND NOT pending"
    return execute(owners, (organiser,)).fetchall() == [(account,)]


def _owned_alone(execute: Execute, account: str) -> tuple[str, ...]:
    owned = "SELECT organiser FROM members WHERE account = ? AND role = 'owner' AND NOT pending ORDER BY organiser"
    found = execute(owned, (account,)).fetchall()
    return tuple(organiser for (organiser,) in found if _is_last_owner(execute, organiser, account))

"""Sessions, API tokens and mailed links. Only hashes of what lets somebody in are stored."""

from storage.accounts import (
    LINKS_PER_ACCOUNT_MAX,
    NEVER_MS,
    SESSIONS_PER_ACCOUNT_MAX,
    TOKENS_PER_ORGANISER_MAX,
    ApiToken,
    Link,
    LinkKind,
    Principal,
    TooMany,
)
from storage.sqlite.shared import Execute, SharedDatabase

_LINK = "kind, account, organiser, expires_at_ms"


class SqliteCredentials:
    """See ``storage.accounts.Credentials``."""

    def __init__(self, database: SharedDatabase) -> None:
        self._database = database

    def open_session(self, account: str, token_hash: bytes, expires_at_ms: int) -> None:
        with self._database.transaction() as execute:
            open_session(execute, account, token_hash, expires_at_ms)

    def close_session(self, token_hash: bytes) -> None:
        self._database.write("DELETE FROM sessions WHERE hash = ?", token_hash)

    def close_sessions(self, account: str) -> None:
        self._database.write("DELETE FROM sessions WHERE account = ?", account)

    def principal(self, token_hash: bytes, now_ms: int) -> Principal | None:
        rows = self._database.rows(
            """SELECT sessions.account, expires_at_ms, organiser, role, NULL
                FROM sessions LEFT JOIN members ON members.account = sessions.account AND NOT pending
                WHERE hash = ?1 AND expires_at_ms > ?2
            UNION ALL SELECT NULL, ?3, organiser, role, id FROM tokens WHERE hash = ?1""",
            token_hash,
            now_ms,
            NEVER_MS,
        )
        if not rows:
            return None
        account, expires_at_ms, _organiser, _role, token = rows[0]
        roles = {organiser: role for _account, _end, organiser, role, _token in rows if organiser is not None}
        return Principal(account, roles, expires_at_ms, token)

    def add_token(self, organiser: str, token: ApiToken, token_hash: bytes) -> TooMany | None:
        with self._database.transaction() as execute:
            ((count,),) = execute("SELECT count(*) FROM tokens WHERE organiser = ?", (organiser,))
            if count >= TOKENS_PER_ORGANISER_MAX:
                return TooMany(TOKENS_PER_ORGANISER_MAX)
            execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?)", (token_hash, organiser, *token))
            return None

    def tokens(self, organiser: str) -> list[ApiToken]:
        query = """SELECT id, name, role, created_at_ms, last_used_at_ms FROM tokens
            WHERE organiser = ? ORDER BY created_at_ms, id"""
        return [ApiToken(*row) for row in self._database.rows(query, organiser)]

    def revoke_token(self, organiser: str, token: str) -> bool:
        return self._database.write("DELETE FROM tokens WHERE organiser = ? AND id = ?", organiser, token) > 0

    def note_token_use(self, token: str, at_ms: int) -> None:
        self._database.write("UPDATE tokens SET last_used_at_ms = ? WHERE id = ?", at_ms, token)

    def add_link(self, link: Link, token_hash: bytes) -> None:
        with self._database.transaction() as execute:
            execute("INSERT INTO links VALUES (?, ?, ?, ?, ?)", (token_hash, *link))
            execute(
                """DELETE FROM links WHERE hash IN (
                    SELECT hash FROM links WHERE account = ?1 AND kind = ?2
                    ORDER BY hash = ?3 DESC, expires_at_ms DESC LIMIT -1 OFFSET ?4
                )""",
                (link.account, link.kind, token_hash, LINKS_PER_ACCOUNT_MAX),
            )

    def find_link(self, token_hash: bytes, kind: LinkKind, now_ms: int) -> Link | None:
        query = f"SELECT {_LINK} FROM links WHERE hash = ? AND kind = ? AND expires_at_ms > ?"  # noqa: S608 - names only
        row = self._database.row(query, token_hash, kind, now_ms)
        return Link(*row) if row else None

    def use_link(self, token_hash: bytes, kind: LinkKind, now_ms: int) -> Link | None:
        with self._database.transaction() as execute:
            used = f"DELETE FROM links WHERE hash = ? AND kind = ? AND expires_at_ms > ? RETURNING {_LINK}"  # noqa: S608 - names only
            found = execute(used, (token_hash, kind, now_ms)).fetchall()
        return Link(*found[0]) if found else None

    def drop_expired(self, now_ms: int) -> None:
        with self._database.transaction() as execute:
            execute("DELETE FROM sessions WHERE expires_at_ms <= ?", (now_ms,))
            execute("DELETE FROM links WHERE expires_at_ms <= ?", (now_ms,))


def open_session(execute: Execute, account: str, token_hash: bytes, expires_at_ms: int) -> None:
    """Adds a session and drops what is above the limit, within a transaction."""
    execute("INSERT INTO sessions VALUES (?, ?, ?)", (token_hash, account, expires_at_ms))
    execute(
        """DELETE FROM sessions WHERE hash IN (
            SELECT hash FROM sessions WHERE account = ?1
            ORDER BY hash = ?2 DESC, expires_at_ms DESC LIMIT -1 OFFSET ?3
        )""",
        (account, token_hash, SESSIONS_PER_ACCOUNT_MAX),
    )

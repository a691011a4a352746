"""Webhooks in SQLite: see ``storage.webhooks``."""

from pathlib import Path
from typing import Any

from storage.accounts import TooMany
from storage.sqlite.sealing import Sealer
from storage.sqlite.shared import SharedDatabase
from storage.vault import Unreadable
from storage.webhooks import (
    ATTEMPTS_PER_WEBHOOK_MAX,
    REASON_CHARACTERS_MAX,
    WEBHOOKS_PER_ORGANISER_MAX,
    Attempt,
    Noted,
    Subscription,
    Webhook,
)

_STEPS = (
    """CREATE TABLE webhooks (
        id TEXT PRIMARY KEY, organiser TEXT NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL, active INTEGER NOT NULL CHECK (active IN (0, 1)),
        wrapped_key BLOB NOT NULL, sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX webhooks_by_organiser ON webhooks (organiser, created_at_ms)",
    """CREATE TABLE attempts (
        place INTEGER PRIMARY KEY AUTOINCREMENT, webhook TEXT NOT NULL REFERENCES webhooks ON DELETE CASCADE,
        message TEXT NOT NULL, event TEXT NOT NULL, number INTEGER NOT NULL, at_ms INTEGER NOT NULL,
        took_ms INTEGER NOT NULL, delivered INTEGER NOT NULL, status INTEGER, reason TEXT NOT NULL, next_at_ms INTEGER
    ) STRICT""",
    "CREATE INDEX attempts_by_webhook ON attempts (webhook, place)",
    "CREATE INDEX attempts_by_message ON attempts (webhook, message, place)",
)
_WEBHOOK = "SELECT id, organiser, url, events, created_at_ms, active FROM webhooks"
_ATTEMPT = "message, event, number, at_ms, took_ms, delivered, status, reason, next_at_ms"
_DROP_OLD = """DELETE FROM attempts WHERE webhook = ?1 AND place <= (
    SELECT place FROM attempts WHERE webhook = ?1 ORDER BY place DESC LIMIT 1 OFFSET ?2)"""


class SqliteWebhooks:
    """See ``storage.webhooks.Webhooks``. One per process, opened after the fork; safe to call from worker threads."""

    def __init__(self, path: Path | None, key: bytes) -> None:
        """Opens or makes the database (None: in memory, for tests), sealed under ``key``. Raises ``Unavailable``."""
        self._database = SharedDatabase(path, _STEPS, secure_delete=True)
        self._sealer = Sealer(key)

    def add(self, webhook: Webhook, secret: str) -> TooMany | None:
        sealed = self._sealer.seal(webhook.id, secret.encode())
        with self._database.transaction() as execute:
            ((count,),) = execute("SELECT count(*) FROM webhooks WHERE organiser = ?", (webhook.organiser,))
            if count >= WEBHOOKS_PER_ORGANISER_MAX:
                return TooMany(WEBHOOKS_PER_ORGANISER_MAX)
            row = webhook._replace(events=" ".join(webhook.events), active=int(webhook.active))  # type: ignore[arg-type]  # as columns
            execute("INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, *sealed))  # type: ignore[arg-type]
        return None

    def of(self, organiser: str) -> list[Webhook]:
        rows = self._database.rows(f"{_WEBHOOK} WHERE organiser = ? ORDER BY created_at_ms, id", organiser)
        return [_webhook(row) for row in rows]

    def remove(self, organiser: str, webhook: str) -> bool:
        return self._database.write("DELETE FROM webhooks WHERE organiser = ? AND id = ?", organiser, webhook) > 0

    def subscribed(self, organiser: str, event: str) -> list[Webhook]:
        return [webhook for webhook in self.of(organiser) if webhook.active and event in webhook.events]

    def subscription(self, webhook: str) -> Subscription | None:
        row = self._database.row(f"{_WEBHOOK} WHERE id = ?", webhook)
        sealed = self._database.row("SELECT wrapped_key, sealed FROM webhooks WHERE id = ?", webhook)
        if row is None or sealed is None:
            return None
        return Subscription(_webhook(row), self._sealer.open(webhook, *sealed).decode())

    def switch(self, webhook: str, *, active: bool) -> None:
        self._database.write("UPDATE webhooks SET active = ? WHERE id = ?", int(active), webhook)

    def note(self, webhook: str, attempt: Attempt, kept_max: int = ATTEMPTS_PER_WEBHOOK_MAX) -> None:
        kept = attempt._replace(reason=attempt.reason[:REASON_CHARACTERS_MAX], delivered=bool(attempt.delivered))
        with self._database.transaction() as execute:
            if execute("SELECT 1 FROM webhooks WHERE id = ?", (webhook,)).fetchone() is None:
                return
            columns = f"INSERT INTO attempts (webhook, {_ATTEMPT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - names only
            execute(columns, (webhook, *kept))
            execute(_DROP_OLD, (webhook, kept_max))

    def attempts(self, webhook: str, before: int | None = None, limit: int = 50) -> list[Noted]:
        query = f"""SELECT place, {_ATTEMPT} FROM attempts
            WHERE webhook = ?1 AND (?2 IS NULL OR place < ?2) ORDER BY place DESC LIMIT ?3"""  # noqa: S608 - names only
        return [Noted(row[0], _attempt(row[1:])) for row in self._database.rows(query, webhook, before, limit)]

    def last_attempt(self, webhook: str, message: str) -> Attempt | None:
        query = f"SELECT {_ATTEMPT} FROM attempts WHERE webhook = ? AND message = ? ORDER BY place DESC LIMIT 1"  # noqa: S608 - names only
        row = self._database.row(query, webhook, message)
        return _attempt(row) if row else None

    def rotate(self, key: bytes) -> int:
        """As ``storage.sqlite.vault.SqliteVault.rotate``; they are few, so all in one transaction."""
        fresh, count = Sealer(key), 0
        with self._database.transaction() as execute:
            for webhook, wrapped in execute("SELECT id, wrapped_key FROM webhooks", ()).fetchall():
                if not _is_readable(fresh, webhook, wrapped):
                    rewrapped = fresh.wrap(webhook, self._sealer.unwrap(webhook, wrapped))
                    execute("UPDATE webhooks SET wrapped_key = ? WHERE id = ?", (rewrapped, webhook))
                    count += 1
        self._sealer = fresh
        self._database.empty_write_ahead_log()
        return count

    def close(self) -> None:
        self._database.close()


def _webhook(row: tuple[Any, ...]) -> Webhook:
    webhook, organiser, url, events, created_at_ms, active = row
    return Webhook(webhook, organiser, url, tuple(events.split()), created_at_ms, bool(active))


def _attempt(row: tuple[Any, ...]) -> Attempt:
    attempt = Attempt(*row)
    return attempt._replace(delivered=bool(attempt.delivered))


def _is_readable(sealer: Sealer, webhook: str, wrapped: bytes) -> bool:
    try:
        sealer.unwrap(webhook, wrapped)
    except Unreadable:
        return False
    return True

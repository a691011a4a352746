"""Webhooks and their delivery log in SQLite: see ``storage.webhooks``."""

from pathlib import Path

from storage.sqlite.shared import Row, SharedDatabase
from storage.webhooks import EXCERPT_CHARACTERS_MAX, WEBHOOKS_PER_ORGANISER_MAX, Delivery, TooMany, Webhook

_STEPS = (
    """CREATE TABLE webhooks (
        id TEXT PRIMARY KEY, organiser TEXT NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL, off_at_ms INTEGER
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX webhooks_of ON webhooks (organiser, created_at_ms, id)",
    """CREATE TABLE deliveries (
        number INTEGER PRIMARY KEY, webhook TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
        message TEXT NOT NULL, event TEXT NOT NULL, at_ms INTEGER NOT NULL, attempt INTEGER NOT NULL, status INTEGER,
        took_ms INTEGER NOT NULL, problem TEXT NOT NULL, excerpt TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX deliveries_of ON deliveries (webhook, number)",
)
_COLUMNS = "id, organiser, url, events, created_at_ms, off_at_ms"


class SqliteWebhooks:
    """See ``storage.webhooks.Webhooks``. One per process, opened after the fork."""

    def __init__(self, path: Path | None) -> None:
        """Opens or makes them (None: in memory, for tests). Raises ``Unavailable``."""
        self._database = SharedDatabase(path, _STEPS)

    def add(self, webhook: Webhook) -> TooMany | None:
        with self._database.transaction() as execute:
            ((number,),) = execute("SELECT count(*) FROM webhooks WHERE organiser = ?", (webhook.organiser,))
            if number >= WEBHOOKS_PER_ORGANISER_MAX:
                return TooMany(WEBHOOKS_PER_ORGANISER_MAX)
            values = (*webhook[:3], " ".join(webhook.events), *webhook[4:])
            execute("INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?)", values)
        return None

    def of(self, organiser: str) -> list[Webhook]:
        query = f"SELECT {_COLUMNS} FROM webhooks WHERE organiser = ? ORDER BY created_at_ms, id"  # noqa: S608 - our own
        return [_webhook(row) for row in self._database.rows(query, organiser)]

    def find(self, webhook: str) -> Webhook | None:
        row = self._database.row(f"SELECT {_COLUMNS} FROM webhooks WHERE id = ?", webhook)  # noqa: S608 - our own
        return _webhook(row) if row else None

    def remove(self, organiser: str, webhook: str) -> bool:
        return self._database.write("DELETE FROM webhooks WHERE id = ? AND organiser = ?", webhook, organiser) > 0

    def switch_off(self, webhook: str, at_ms: int) -> None:
        self._database.write("UPDATE webhooks SET off_at_ms = ? WHERE id = ? AND off_at_ms IS NULL", at_ms, webhook)

    def note(self, delivery: Delivery, kept_max: int) -> None:
        values = (*delivery[:8], delivery.excerpt[:EXCERPT_CHARACTERS_MAX])
        with self._database.transaction() as execute:
            if execute("SELECT 1 FROM webhooks WHERE id = ?", (delivery.webhook,)).fetchone() is None:
                return  # It was removed meanwhile, and its log with it.
            execute("INSERT INTO deliveries VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            execute(
                """DELETE FROM deliveries WHERE webhook = ?1 AND number <= (
                    SELECT number FROM deliveries WHERE webhook = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)""",
                (delivery.webhook, kept_max),
            )

    def deliveries(self, webhook: str, before: int = 0, limit: int = 50) -> list[tuple[int, Delivery]]:
        query = """SELECT number, webhook, message, event, at_ms, attempt, status, took_ms, problem, excerpt
            FROM deliveries WHERE webhook = ?1 AND (?2 = 0 OR number < ?2) ORDER BY number DESC LIMIT ?3"""
        return [(row[0], Delivery(*row[1:])) for row in self._database.rows(query, webhook, before, limit)]

    def close(self) -> None:
        self._database.close()


def _webhook(row: Row) -> Webhook:
    return Webhook(row[0], row[1], row[2], tuple(row[3].split()), row[4], row[5])

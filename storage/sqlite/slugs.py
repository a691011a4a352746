"""Slugs: the names of conferences in addresses, unique in the installation."""

from storage.accounts import Claim, Claimed, KeyReused, Taken
from storage.sqlite.shared import SharedDatabase

_CLAIM = "SELECT slug, conference, organiser FROM slugs"


class SqliteSlugs:
    """See ``storage.accounts.Slugs``."""

    def __init__(self, database: SharedDatabase) -> None:
        self._database = database

    def claim_slug(
        self, slug: str, organiser: str, conference: str, key: bytes, fingerprint: bytes
    ) -> Claimed | Taken | KeyReused:
        with self._database.transaction() as execute:
            by_key = "SELECT slug, conference, organiser, fingerprint FROM slugs WHERE organiser = ? AND key = ?"
            for *before, fingerprint_before in execute(by_key, (organiser, key)).fetchall():
                return Claimed(Claim(*before)) if fingerprint_before == fingerprint else KeyReused(key)
            for other in execute(f"{_CLAIM} WHERE slug = ?", (slug,)).fetchall():
                return Taken(Claim(*other))
            execute("INSERT INTO slugs VALUES (?, ?, ?, ?, ?)", (slug, conference, organiser, key, fingerprint))
        return Claimed(Claim(slug, conference, organiser))

    def claim(self, slug: str, organiser: str, conference: str) -> Claim:
        with self._database.transaction() as execute:
            execute(
                "INSERT INTO slugs (slug, conference, organiser) VALUES (?, ?, ?) ON CONFLICT (slug) DO NOTHING",
                (slug, conference, organiser),
            )
            return Claim(*execute(f"{_CLAIM} WHERE slug = ?", (slug,)).fetchone())

    def claimed(self, slug: str) -> Claim | None:
        row = self._database.row(f"{_CLAIM} WHERE slug = ?", slug)
        return Claim(*row) if row else None

    def claim_of(self, conference: str) -> Claim | None:
        row = self._database.row(f"{_CLAIM} WHERE conference = ?", conference)
        return Claim(*row) if row else None

    def claims(self, organiser: str | None = None, after: str = "", limit: int = 200) -> list[Claim]:
        if organiser is None:
            rows = self._database.rows(f"{_CLAIM} WHERE slug > ? ORDER BY slug LIMIT ?", after, limit)
        else:
            query = f"{_CLAIM} WHERE organiser = ? AND slug > ? ORDER BY slug LIMIT ?"
            rows = self._database.rows(query, organiser, after, limit)
        return [Claim(*row) for row in rows]

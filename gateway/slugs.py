"""From a conference's public name to its id, and whether strangers may see it.

A slug never changes hands, so what is found is remembered; whether the conference is
published is asked again after a second.
"""

from collections.abc import Callable

from gateway.problems import not_found
from gateway.reading import ConferenceRow, Views
from gateway.tenants import Accounts, Claim
from gateway.workers import Workers

KNOWN_MAX = 20_000
UNKNOWN_MAX = 20_000
FRESH_S = 1.0


class Slugs:
    """Looks up slugs; loop thread only."""

    def __init__(self, accounts: Accounts, views: Views, workers: Workers, now: Callable[[], float]) -> None:
        self._accounts, self._views, self._workers, self._now = accounts, views, workers, now
        self._claims: dict[str, Claim] = {}
        self._unknown: dict[str, float] = {}
        self._published: dict[str, float] = {}

    def known(self, slug: str) -> Claim | None:
        """Whose the slug is, if this gateway has met it before."""
        return self._claims.get(slug)

    async def claim(self, slug: str) -> Claim | None:
        """Whose the slug is."""
        claim = self._claims.get(slug)
        if claim is None and self._unknown.get(slug, 0.0) <= self._now():
            claim = await self._workers.run(self._accounts.claimed, slug)
            if claim is None:
                self._forget_if_full()
                self._unknown[slug] = self._now() + FRESH_S
            else:
                self.learn(claim)
        return claim

    def learn(self, claim: Claim) -> None:
        """Remembers a claim that was just made or found."""
        if len(self._claims) >= KNOWN_MAX:
            del self._claims[next(iter(self._claims))]
        self._claims[claim.slug] = claim
        self._unknown.pop(claim.slug, None)

    def _forget_if_full(self) -> None:
        if len(self._unknown) >= UNKNOWN_MAX:
            self._unknown.clear()

    def is_published(self, conference: str) -> bool:
        """Whether strangers may see it, as the read models know it; a "yes" is at most a second old."""
        now = self._now()
        if self._published.get(conference, 0.0) > now:
            return True
        row = self._views.conference(conference)
        published = row is not None and row.state == "published"
        if published:
            if len(self._published) >= KNOWN_MAX:
                self._published.clear()
            self._published[conference] = now + FRESH_S
        return published

    async def published(self, slug: str) -> ConferenceRow:
        """The published conference of this name. Raises ``Problem`` (not-found)."""
        claim = await self.claim(slug)
        row = self._views.conference(claim.conference) if claim else None
        if row is None or row.state != "published":
            raise not_found("conference")
        return row

"""Who may do what: checks a call against its route's policy.

What a token stands for is believed for a second (a revocation here clears it at once).
Another tenant's things answer 404, never 403: they do not exist for whoever asks.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from gateway.problems import Problem, not_found
from gateway.replies import Role
from gateway.tenants import Accounts, Principal
from gateway.workers import Workers

RANK: dict[Role, int] = {"viewer": 0, "box_office": 1, "manager": 2, "owner": 3}
TOKEN_CHARACTERS_MAX = 200
USE_NOTED_EVERY_MS = 60_000
NO_TOKEN = "Send Authorization: Bearer with a session or an API token."  # noqa: S105  # it is a sentence


def fresh_token() -> str:
    """A new session's token."""
    return "s_" + secrets.token_urlsafe(32)


def fresh_api_token() -> str:
    """A new API token."""
    return "t_" + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What of a token is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def bearer(authorization: str | None) -> str | None:
    """The token of an ``Authorization`` header; ``None`` when there is none."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and 0 < len(token) <= TOKEN_CHARACTERS_MAX else None


class Authority:
    """Knows for a short while what tokens stand for. Loop thread only."""

    def __init__(
        self,
        accounts: Accounts,
        workers: Workers,
        now_ms: Callable[[], int],
        *,
        cache_ms: int,
        cached_max: int,
    ) -> None:
        self._accounts, self._workers, self._now_ms = accounts, workers, now_ms
        self._cache_ms, self._cached_max = cache_ms, cached_max
        self._known: dict[bytes, tuple[Principal | None, int]] = {}
        self._forgotten = 0
        self._used: dict[str, int] = {}

    async def principal(self, authorization: str | None) -> Principal:
        """Who the header's token stands for. Raises ``Problem`` (not-authenticated)."""
        token = bearer(authorization)
        principal = await self._look_up(hash_of(token)) if token else None
        if principal is None:
            raise Problem("not-authenticated", NO_TOKEN, headers={"WWW-Authenticate": "Bearer"})
        return principal

    async def _look_up(self, token_hash: bytes) -> Principal | None:
        now = self._now_ms()
        principal, until = self._known.get(token_hash, (None, 0))
        if until <= now:
            forgotten = self._forgotten
            principal = await self._workers.run(self._accounts.principal, token_hash, now)
            if self._forgotten == forgotten:  # Else what was asked may have been revoked meanwhile.
                self._keep(self._known, token_hash, (principal, now + self._cache_ms))
            if principal is not None and principal.token is not None:
                await self._note_use(principal.token, now)
        return principal if principal is not None and principal.expires_at_ms > now else None

    def _keep(self, among: dict[Any, Any], name: bytes | str, what: object) -> None:
        """Remembers it; the oldest goes first when there are too many."""
        among.pop(name, None)
        if len(among) >= self._cached_max:
            del among[next(iter(among))]
        among[name] = what

    async def _note_use(self, token: str, now: int) -> None:
        """Notes that an API token is used, at most once a minute."""
        if self._used.get(token, 0) <= now - USE_NOTED_EVERY_MS:
            self._keep(self._used, token, now)
            await self._workers.run(self._accounts.note_token_use, token, now)

    async def member(self, authorization: str | None, organiser: str, least: Role) -> Principal:
        """The principal, who has at least this role there. Raises ``Problem``."""
        principal = await self.principal(authorization)
        role = principal.roles.get(organiser)
        if role is None:
            raise not_found("organiser")
        if RANK[role] < RANK[least]:
            raise Problem("not-allowed", f"This needs the role {least}; yours is {role}.")
        return principal

    def forget(self, token_hash: bytes | None = None) -> None:
        """Drops what is known of one token, or of all: something was revoked."""
        self._forgotten += 1
        if token_hash is None:
            self._known.clear()
        else:
            self._known.pop(token_hash, None)

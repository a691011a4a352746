"""Who may do what: checks a call against its route's policy.

What a token stands for is believed for a second (a revocation here clears it at once).
Another tenant's things answer 404, never 403: they do not exist for whoever asks.
"""

import hashlib
import secrets
from collections.abc import Callable

from gateway.problems import Problem, not_found
from gateway.replies import Role
from gateway.tenants import Accounts, Principal
from gateway.workers import Workers

RANK: dict[Role, int] = {"viewer": 0, "box_office": 1, "manager": 2, "owner": 3}
TOKEN_CHARACTERS_MAX = 200
NO_TOKEN = "Send Authorization: Bearer with a session or an API token."  # noqa: S105  # it is a sentence


def fresh_token() -> str:
    """A new session's token."""
    return "s_" + secrets.token_urlsafe(32)


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
            principal = await self._workers.run(self._accounts.principal, token_hash, now)
            if len(self._known) >= self._cached_max:
                del self._known[next(iter(self._known))]
            self._known[token_hash] = (principal, now + self._cache_ms)
        return principal if principal is not None and principal.expires_at_ms > now else None

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
        if token_hash is None:
            self._known.clear()
        else:
            self._known.pop(token_hash, None)

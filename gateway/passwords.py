"""Passwords: argon2, in a worker thread; an unknown account costs the same time and hears the same words."""

import argon2

from gateway.workers import Workers

WAITING_MAX = 64


class Passwords:
    """Hashes and checks; ``at_once_max`` bounds the memory (tens of MiB each)."""

    def __init__(self, at_once_max: int, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        self._workers = Workers("passwords", at_once_max, WAITING_MAX)
        self._nobodys = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """What is stored."""
        return await self._workers.run(self._hasher.hash, password)

    async def fits(self, stored: str | None, password: str) -> bool:
        """Whether it is the password; ``stored`` is ``None`` when there is no such account."""
        return await self._workers.run(self._check, stored, password)

    def _check(self, stored: str | None, password: str) -> bool:
        try:
            self._hasher.verify(stored or self._nobodys, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
        return stored is not None

    def close(self) -> None:
        self._workers.close()

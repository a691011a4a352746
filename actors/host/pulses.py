"""Whether the services still live: each is asked now and then, and one that stays silent is replaced.

A process that is stopped, or hangs, does not end, and nobody would miss it. Times are monotonic milliseconds.
"""

from collections.abc import Iterable
from typing import NamedTuple

ASK_EVERY_MS = 5_000
SILENT_MS = 20_000  # so long without an answer to any question: it is killed


class Due(NamedTuple):
    """Whom to ask now, and who has been silent for too long."""

    ask: list[str]
    kill: list[str]


class Pulses:
    """Since when each service owes an answer."""

    def __init__(self) -> None:
        self._owes_ms: dict[str, int] = {}
        self._asked_ms = -ASK_EVERY_MS

    def turn(self, serving: Iterable[str], now_ms: int) -> Due:
        """Once a second; ``serving``: the roles that are here."""
        roles = list(serving)
        self._owes_ms = {role: since_ms for role, since_ms in self._owes_ms.items() if role in roles}
        silent = [role for role, since_ms in self._owes_ms.items() if now_ms - since_ms >= SILENT_MS]
        if now_ms - self._asked_ms < ASK_EVERY_MS:
            return Due([], silent)
        self._asked_ms = now_ms
        for role in roles:
            self._owes_ms.setdefault(role, now_ms)
        return Due(roles, silent)

    def heard(self, role: str) -> None:
        """It lives, or has just been replaced."""
        self._owes_ms.pop(role, None)

"""What this gateway has told clients, so that a read after a write shows the write.

The read models lag a little. Whoever was told version n of a stream is never shown less by
the same gateway: the read waits until the read models know n, and says ``not-yet`` when
that takes too long.
"""

import asyncio
from collections.abc import Callable

from gateway.problems import Problem

REMEMBERED_MAX = 50_000  # names; the one told longest ago goes first
_POLL_S_FIRST, _POLL_S_MAX = 0.005, 0.05
_DIGITS_MAX = 18


class Acknowledged:
    """The newest version told to anyone, by reservation and by stream."""

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self._told: dict[str, int] = {}
        self._max = remembered_max

    def note(self, name: str, version: int) -> None:
        """Remembers that ``name`` was told to be at ``version``."""
        told = self._told
        known = told.pop(name, 0)
        told[name] = max(known, version)
        if len(told) > self._max:
            del told[next(iter(told))]

    def version(self, name: str) -> int:
        """What was told; 0 when nothing was, or it is forgotten."""
        return self._told.get(name, 0)


def min_version(header: str | None) -> int:
    """The version that a ``Min-Version`` header asks for. Raises ``Problem``."""
    if header is None:
        return 0
    if not (header.isascii() and header.isdigit() and len(header) <= _DIGITS_MAX):
        raise Problem("malformed", "Min-Version: expected a version, an integer.")
    return int(header)


async def until(known: Callable[[], bool], wait_s_max: float) -> None:
    """Waits until something is known to the read models. Raises ``Problem`` (not-yet)."""
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + wait_s_max, _POLL_S_FIRST
    while not known():
        if loop.time() >= deadline:
            raise Problem("not-yet", "The read models do not know that version yet. Try again shortly.")
        await asyncio.sleep(pause)
        pause = min(pause * 2, _POLL_S_MAX)

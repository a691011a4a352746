"""Work that goes on after its answer was sent, so that the answer's time tells nothing about it. Bounded."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from gateway.problems import Problem

RUNNING_MAX = 256

log = logging.getLogger(__name__)


class Afterwards:
    """Runs coroutines to their end. Loop thread only."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Begins it; an exception of it is logged. Raises ``Problem`` (busy)."""
        if len(self._running) >= RUNNING_MAX:
            work.close()
            raise Problem("busy", "Nothing was done. Try again shortly.")
        task = asyncio.create_task(_told(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settle(self) -> None:
        """Returns when all that was begun has ended."""
        while self._running:
            await asyncio.wait(self._running)


async def _told(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("what was to follow an answer failed")

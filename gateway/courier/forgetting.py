"""Drops from the outbox, at times, what was carried out long ago: else it would grow for ever."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from gateway.courier.rounds import Run
from storage.failures import Unavailable
from storage.outbox import Outbox

EVERY_S: Final = 3_600.0
ROWS_MAX: Final = 1_000
"""At a time, so that nobody waits long for the outbox."""

log = logging.getLogger(__name__)


async def forget_for_ever(outbox: Outbox, run: Run, now_ms: Callable[[], int], kept_ms: int) -> None:
    """Until it is cancelled."""
    while True:
        try:
            forgotten = ROWS_MAX
            while forgotten == ROWS_MAX:
                forgotten = await run(outbox.forget, now_ms() - kept_ms, ROWS_MAX)
        except Unavailable as problem:
            log.error("outbox-out-of-reach", extra={"kind": "forgetting", "problem": str(problem)})
        await asyncio.sleep(EVERY_S)

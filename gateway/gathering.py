"""Small writes that come at the same time are written together: one transaction and one fsync for all of them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from gateway.problems import Problem
from gateway.workers import Workers

T = TypeVar("T")

TOGETHER_MAX = 256
WAITING_MAX = 4_096


class Gathering(Generic[T]):
    """Writes by ``write(items)``, all or none; while one write is under way, the next gathers. Loop thread only."""

    def __init__(self, workers: Workers, write: Callable[[Sequence[T]], Any]) -> None:
        self._workers, self._write = workers, write
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: T) -> None:
        """Returns when it is written. Raises what the write raised, or ``Problem`` (busy)."""
        if len(self._waiting) >= WAITING_MAX:
            raise Problem("busy", "Nothing was done. Try again shortly.")
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._go_on())
        await written

    async def _go_on(self) -> None:
        """Until nobody waits. Those who have gone in between are written all the same."""
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
                failure: Exception | None = None
                try:
                    await self._workers.run(self._write, [item for item, _ in together])
                except Exception as problem:
                    failure = problem
                for _, written in together:
                    if written.done():
                        continue
                    if failure is None:
                        written.set_result(None)
                    else:
                        written.set_exception(failure)
        finally:
            self._writing = None

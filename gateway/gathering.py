"""Small writes that come at the same time are written together: one transaction and one fsync for all of them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from gateway.problems import Problem
from gateway.workers import Workers

T = TypeVar("T")
R = TypeVar("R")

TOGETHER_MAX = 256
WAITING_MAX = 4_096


class Gathering(Generic[T, R]):
    """Writes by ``write(items)``, all or none, which gives a result for each; meanwhile the next gathers.

    Loop thread only.
    """

    def __init__(self, workers: Workers, write: Callable[[Sequence[T]], Sequence[R]]) -> None:
        self._workers, self._write = workers, write
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: T) -> R:
        """Its result, when it is written. Raises what the write raised, or ``Problem`` (busy)."""
        if len(self._waiting) >= WAITING_MAX:
            raise Problem("busy", "Nothing was done. Try again shortly.")
        written: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._go_on())
        return await written

    def close(self) -> None:
        """Lets what is being written end, and drops what waits."""
        self._workers.close()

    async def _go_on(self) -> None:
        """Until nobody waits. Those who have gone in between are written all the same."""
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
                open_ones = [written for _, written in together]
                try:
                    results = await self._workers.run(self._write, [item for item, _ in together])
                except Exception as failure:
                    for written in open_ones:
                        if not written.done():
                            written.set_exception(failure)
                    continue
                for written, result in zip(open_ones, results, strict=True):
                    if not written.done():
                        written.set_result(result)
        finally:
            self._writing = None

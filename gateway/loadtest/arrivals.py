"""When buyers come: as fast as answers come back (closed loop), or at a rate of their own (open loop).

In an open loop a buyer's latency counts from the moment they were due, whether or not a
connection was free then: a server that stalls is charged for everyone it kept waiting.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Literal

from gateway.loadtest.caller import Stopped
from gateway.loadtest.halt import Halt

Pattern = Literal["poisson", "constant"]
Visit = Callable[[int, int, int], Coroutine[Any, Any, None]]
"""Called with the worker's number, the buyer's number and the intended start in nanoseconds."""

BACKLOG_MAX = 1_000_000
DRAIN_NS_MAX = 10_000_000_000
"""How long after the end the backlog of an open loop is still served."""


def schedule(rate_per_s: float, pattern: Pattern, dice: random.Random) -> Iterator[int]:
    """Offsets in nanoseconds at which buyers are due, without end."""
    at_s = 0.0
    while True:
        at_s += dice.expovariate(rate_per_s) if pattern == "poisson" else 1 / rate_per_s
        yield int(at_s * 1e9)


class Bounds:
    """Where the arrivals end: a number of buyers, a moment, or a halt."""

    def __init__(self, buyers: int | None, ends_ns: int, halt: Halt, now_ns: Callable[[], int]) -> None:
        self.taken = 0
        self._buyers = buyers
        self._ends_ns = ends_ns
        self._halt = halt
        self._now_ns = now_ns

    def take(self, due_ns: int | None = None) -> int | None:
        """The next buyer's number, or ``None`` when there is none any more."""
        if self._halt.raised or (self._buyers is not None and self.taken >= self._buyers):
            return None
        if (self._now_ns() if due_ns is None else due_ns) >= self._ends_ns:
            self._halt.stop("time is up", "")
            return None
        self.taken += 1
        return self.taken - 1

    def drained(self) -> bool:
        """Whether those who are due and not served yet are sent home."""
        interrupted = self._halt.raised and self._halt.reason != "time is up"
        return interrupted or self._now_ns() > self._ends_ns + DRAIN_NS_MAX


async def closed_loop(bounds: Bounds, workers: int, visit: Visit, now_ns: Callable[[], int]) -> None:
    """Each worker takes the next buyer as soon as it is done with the last."""

    async def work(worker: int) -> None:
        while (buyer := bounds.take()) is not None:
            try:
                await visit(worker, buyer, now_ns())
            except Stopped:
                return

    await _all(work, workers)


class OpenLoop:
    """Buyers come by a schedule and are served by the first free worker, in order."""

    def __init__(self, bounds: Bounds, workers: int, halt: Halt, now_ns: Callable[[], int]) -> None:
        self._bounds = bounds
        self._workers = workers
        self._halt = halt
        self._now_ns = now_ns
        self._due: asyncio.Queue[tuple[int, int] | None] = asyncio.Queue()
        self.turned_away = 0
        self.lateness_ns_max = 0
        """How late this generator itself was, at worst, in letting a buyer go."""

    @property
    def backlog(self) -> int:
        return self._due.qsize()

    async def run(self, offsets: Iterator[int], visit: Visit) -> None:
        """Let buyers go until the bounds say so, and return when the last one is served."""

        async def work(worker: int) -> None:
            while (buyer := await self._due.get()) is not None:
                if self._bounds.drained():
                    self.turned_away += 1
                    continue
                try:
                    await visit(worker, *buyer)
                except Stopped:
                    continue

        releasing = asyncio.ensure_future(self._release(offsets))
        await _all(work, self._workers)
        await releasing

    async def _release(self, offsets: Iterator[int]) -> None:
        started_ns = self._now_ns()
        for offset_ns in offsets:
            due_ns = started_ns + offset_ns
            while (wait_ns := due_ns - self._now_ns()) > 0 and not self._halt.raised:  # noqa: ASYNC110 (waits for a moment)
                await asyncio.sleep(min(wait_ns / 1e9, 0.5))
            self.lateness_ns_max = max(self.lateness_ns_max, -wait_ns)
            buyer = self._bounds.take(due_ns)
            if buyer is None:
                break
            if self._due.qsize() >= BACKLOG_MAX:
                self.turned_away += 1
            else:
                self._due.put_nowait((buyer, due_ns))
        for _ in range(self._workers):
            self._due.put_nowait(None)


async def _all(work: Callable[[int], Coroutine[Any, Any, None]], workers: int) -> None:
    async with asyncio.TaskGroup() as group:
        for worker in range(workers):
            group.create_task(work(worker))

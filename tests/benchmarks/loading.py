"""A closed loop of so many connections for so long, without a history: the lean end of the load tester's client."""

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import uvloop

from gateway.loadtest.client import Connection
from gateway.loadtest.target import Target

RequestOf = Callable[[int], bytes]


@dataclass
class Load:
    """What came of it. Latencies in microseconds, in the order of the answers."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies_us: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def count(self) -> int:
        return len(self.latencies_us)

    @property
    def rate_per_s(self) -> float:
        return self.count / self.seconds

    def percentile_ms(self, percentile: float) -> float:
        ordered = sorted(self.latencies_us)
        return ordered[min(int(len(ordered) * percentile / 100), len(ordered) - 1)] / 1000

    def expect(self, *statuses: int) -> "Load":
        """Raises if anything else was answered: a figure of refusals would be none."""
        if set(self.statuses) - set(statuses):
            raise AssertionError(f"expected {statuses}, got {dict(self.statuses)}")
        return self


class Numbers:
    """Numbers requests through a whole figure, so that no key comes twice."""

    def __init__(self) -> None:
        self.next = 0

    def take(self) -> int:
        self.next += 1
        return self.next


async def loading(
    target: Target,
    connections: int,
    request_of: RequestOf,
    numbers: Numbers,
    seconds: float | None = None,
    count: int | None = None,
) -> Load:
    """Load until the time is up or so many requests are answered."""
    load = Load()
    opened = [Connection(target) for _ in range(connections)]
    await asyncio.gather(*(each.open() for each in opened))
    begun = time.perf_counter()
    ends = begun + (seconds if seconds is not None else 3600)
    left = count if count is not None else 1 << 62

    async def work(connection: Connection) -> None:
        nonlocal left
        while left > 0 and time.perf_counter() < ends:
            left -= 1
            answer = await connection.ask(request_of(numbers.take()))
            load.latencies_us.append((time.perf_counter_ns() - connection.sent_ns) // 1000)
            load.statuses[answer.status] += 1
        connection.close()

    await asyncio.gather(*(work(each) for each in opened))
    load.seconds = time.perf_counter() - begun
    return load


def load(
    target: Target,
    connections: int,
    request_of: RequestOf,
    numbers: Numbers,
    seconds: float | None = None,
    count: int | None = None,
) -> Load:
    """:func:`loading` in a loop of its own."""
    return uvloop.run(loading(target, connections, request_of, numbers, seconds, count))

"""A loop whose clock the test moves: callbacks run in order, nothing sleeps."""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from typing import Any


class Call:
    """A call that is due; may be cancelled."""

    def __init__(self, callback: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        self._callback, self._arguments, self._cancelled = callback, arguments, False

    def cancel(self) -> None:
        self._cancelled = True

    def run(self) -> None:
        if not self._cancelled:
            self._callback(*self._arguments)


class FakeLoop:
    """Stands in for an event loop where only ``gateway.ports.Loop`` is used."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._soon: deque[Call] = deque()
        self._later: list[tuple[float, int, Call]] = []
        self._order = itertools.count()

    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Callable[..., object], *arguments: Any) -> Call:
        self._soon.append(call := Call(callback, arguments))
        return call

    def call_later(self, delay: float, callback: Callable[..., object], *arguments: Any) -> Call:
        call = Call(callback, arguments)
        heapq.heappush(self._later, (self._now + delay, next(self._order), call))
        return call

    def create_future(self) -> asyncio.Future[Any]:
        raise NotImplementedError("use post() with a list's append")

    def turn(self) -> None:
        """Runs what is due now, and what that makes due."""
        while self._soon:
            self._soon.popleft().run()

    def advance(self, seconds: float) -> None:
        """Moves the clock, running what becomes due on the way."""
        end = self._now + seconds
        self.turn()
        while self._later and self._later[0][0] <= end:
            self._now, _, call = heapq.heappop(self._later)
            call.run()
            self.turn()
        self._now = end

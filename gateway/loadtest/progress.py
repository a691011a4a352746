"""What is said while it runs, and the watch over those who wait too long."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from gateway.loadtest.arrivals import OpenLoop
from gateway.loadtest.client import Connection, Lost, Unreachable
from gateway.loadtest.framing import Garbage
from gateway.loadtest.halt import Halt, Pulse
from gateway.loadtest.history import History
from gateway.loadtest.installation import Installation
from gateway.loadtest.measures import Measures
from gateway.loadtest.venues import Venue

TICK_S = 0.25
TICKS_A_LINE = 4
VENUES_WATCHED_MAX = 4
"""With more conferences than this, what is left is reckoned from our own acknowledgements."""


class Progress:
    """Ticks the measures, abandons late requests, and prints a line a second."""

    def __init__(
        self,
        say: Callable[[str], None],
        halt: Halt,
        pulse: Pulse,
        measures: Measures,
        history: History,
        timeout_s: float,
    ) -> None:
        self._say = say
        self._halt = halt
        self._pulse = pulse
        self._measures = measures
        self._history = history
        self._timeout_ns = int(timeout_s * 1e9)
        self._timeout_s = timeout_s
        self._seats_left: int | None = None
        self._lines = 0

    async def watch(
        self, connections: Sequence[Connection], loop: OpenLoop, installation: Installation, venues: Sequence[Venue]
    ) -> None:
        """Until cancelled."""
        looking = asyncio.ensure_future(self._look(installation, venues))
        try:
            while True:
                await asyncio.sleep(TICK_S)
                self.tick(loop.backlog)
                before_ns = self._measures.ticked_ns - self._timeout_ns
                for connection in connections:
                    connection.give_up_before(before_ns, f"no answer within {self._timeout_s:g} s")
                self._pulse.check(self._halt)
                if self._history.full:
                    self._halt.stop("history is full", "The history is full: more calls than can be judged.")
                if len(self._measures.ticks) % TICKS_A_LINE == 0:
                    self._line()
        finally:
            looking.cancel()

    def tick(self, backlog: int) -> None:
        self._measures.tick(self._history.errors, backlog, self._seats_left)

    async def _look(self, installation: Installation, venues: Sequence[Venue]) -> None:
        total = sum(sum(venue.quotas.values()) for venue in venues)
        while True:
            if len(venues) > VENUES_WATCHED_MAX:
                self._seats_left = total - self._history.seats_acknowledged
            else:
                with suppress(Unreachable, Lost, Garbage):
                    seats = [await installation.availability(venue) for venue in venues]
                    self._seats_left = sum(
                        left.available for each in seats if each is not None for left in each.seat_types.values()
                    )
            await asyncio.sleep(1.0)

    def _line(self) -> None:
        last = self._measures.ticks[-TICKS_A_LINE:]
        rate = sum(tick.rate_per_s for tick in last) / len(last)
        p50, p99 = max(tick.p50_us for tick in last) / 1000, max(tick.p99_us for tick in last) / 1000
        left = "?" if self._seats_left is None else f"{self._seats_left:,}"
        if self._lines % 20 == 0:
            self._say(
                f"{'time':>7} {'rate/s':>9} {'p50 ms':>9} {'p99 ms':>9} {'errors':>8} {'due':>7} {'seats left':>11}"
            )
        self._lines += 1
        now = last[-1]
        self._say(
            f"{now.at_s:6.0f}s {rate:>9,.0f} {p50:>9,.1f} {p99:>9,.1f} {now.errors:>8,} {now.backlog:>7,} {left:>11}"
        )

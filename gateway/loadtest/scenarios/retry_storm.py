"""Everyone sends everything again with the same key: at once, afterwards, or after losing the connection."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from gateway.loadtest.caller import Caller
from gateway.loadtest.scenarios.scenario import Scenario
from gateway.loadtest.venues import Venue

QUANTITIES = (1, 2, 3)
CUT_AFTER_S_MAX = 0.004


class RetryStorm(Scenario):
    """Each request goes ``1 + retries`` times; by turns together, one after the other, or past a cut connection."""

    name = "retry-storm"
    summary = "each request is sent again with its key (--retries times)"
    defaults: ClassVar[Mapping[str, Any]] = {"buyers": 5_000, "seats": 100_000}
    connections_each = 2

    def open(self, venues: Sequence[Venue]) -> None:
        super().open(venues)
        self._wishes = [self.one_seat_type(venue, quantity) for venue in venues for quantity in QUANTITIES]

    async def visit(self, callers: Sequence[Caller], buyer: int, intended_ns: int) -> None:
        wish, key = self._wishes[buyer % len(self._wishes)], self.key(buyer)
        first, second = callers
        turn = buyer // len(self._wishes) % 3
        if turn == 0:
            await asyncio.gather(first.reserve(wish, key, intended_ns), second.reserve(wish, key, intended_ns))
        elif turn == 1:
            await first.reserve(wish, key, intended_ns)
            await second.reserve(wish, key, second.now_ns())
        else:
            lost = asyncio.ensure_future(first.reserve(wish, key, intended_ns, measured=False))
            await asyncio.sleep(self.dice.random() * CUT_AFTER_S_MAX)
            first.cut()
            await lost
            await second.reserve(wish, key, intended_ns)
        for _ in range(self.options.retries - 1):
            await first.reserve(wish, key, first.now_ns())

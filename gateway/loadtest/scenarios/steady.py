"""The everyday case: many conferences, buyers at a rate of their own."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from gateway.loadtest.caller import Caller
from gateway.loadtest.scenarios.scenario import Scenario
from gateway.loadtest.venues import Venue


class Steady(Scenario):
    """Each buyer takes a few seats of a conference drawn by lot."""

    name = "steady"
    summary = "many conferences at a steady --rate"
    defaults: ClassVar[Mapping[str, Any]] = {"conferences": 20, "seats": 100_000, "rate_per_s": 200.0, "seconds": 30.0}

    def open(self, venues: Sequence[Venue]) -> None:
        super().open(venues)
        most = max(self.options.quantity, 1)
        self._wishes = [self.one_seat_type(venue, quantity) for venue in venues for quantity in range(1, most + 1)]

    async def visit(self, callers: Sequence[Caller], buyer: int, intended_ns: int) -> None:
        await callers[0].reserve(self.dice.choice(self._wishes), self.key(buyer), intended_ns)

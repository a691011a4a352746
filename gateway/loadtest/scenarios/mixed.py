"""Many look, some buy."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from gateway.loadtest.caller import Caller
from gateway.loadtest.scenarios.scenario import Scenario
from gateway.loadtest.venues import Venue


class Mixed(Scenario):
    """``reads`` availability reads for each reservation."""

    name = "mixed"
    summary = "--reads availability reads for each reservation"
    defaults: ClassVar[Mapping[str, Any]] = {"seats": 100_000, "seconds": 30.0}

    def open(self, venues: Sequence[Venue]) -> None:
        super().open(venues)
        self._wishes = [self.one_seat_type(venue, self.options.quantity) for venue in venues]
        self._looks = [venue.availability() for venue in venues]

    async def visit(self, callers: Sequence[Caller], buyer: int, intended_ns: int) -> None:
        round_number, turn = divmod(buyer, self.options.reads + 1)
        venue = round_number % len(self.venues)
        if turn == 0:
            await callers[0].reserve(self._wishes[venue], self.key(buyer), intended_ns)
        else:
            await callers[0].availability(venue, self._looks[venue], intended_ns)

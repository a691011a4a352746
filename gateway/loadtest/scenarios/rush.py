"""Everyone wants the same conference at once."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from gateway.loadtest.caller import Caller
from gateway.loadtest.scenarios.scenario import Scenario
from gateway.loadtest.venues import Venue


class Rush(Scenario):
    """``buyers`` ask for ``quantity`` seats each, of ``seats``."""

    name = "rush"
    summary = "everyone wants one conference: --buyers for --seats"
    defaults: ClassVar[Mapping[str, Any]] = {"buyers": 50_000, "seats": 500, "seconds": 300.0}

    def open(self, venues: Sequence[Venue]) -> None:
        super().open(venues)
        self._wishes = [self.one_seat_type(venue, self.options.quantity) for venue in venues]

    async def visit(self, callers: Sequence[Caller], buyer: int, intended_ns: int) -> None:
        wish = self._wishes[buyer % len(self._wishes)]
        await callers[0].reserve(wish, self.key(buyer), intended_ns)

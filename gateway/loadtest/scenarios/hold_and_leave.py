"""Buyers hold seats and do not buy: their holds expire or are given back, and the wait-list is served."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from gateway.loadtest.answers import Availability
from gateway.loadtest.caller import Caller
from gateway.loadtest.scenarios.scenario import Scenario
from gateway.loadtest.venues import Venue, VenuePlan

QUANTITIES = (1, 1, 2, 3)


class HoldAndLeave(Scenario):
    """Who finds no seats waits; a share gives back at once what it got, the others just go away."""

    name = "hold-and-leave"
    summary = "holds that expire or are given back; the wait-list is served"
    defaults: ClassVar[Mapping[str, Any]] = {"buyers": 300, "seats": 50, "hold_s": 5, "seconds": 120.0}

    settles: ClassVar[bool] = True

    def plan(self) -> VenuePlan:
        options = self.options
        return VenuePlan(
            options.conferences, [options.seats], hold_s=options.hold_s, offer_s=options.hold_s, policy=options.policy
        )

    def open(self, venues: Sequence[Venue]) -> None:
        super().open(venues)
        largest = self.options.seats
        quantities = [quantity for quantity in QUANTITIES if quantity <= largest]
        self._wishes = [[self.one_seat_type(venue, quantity, wait=True) for quantity in quantities] for venue in venues]

    async def visit(self, callers: Sequence[Caller], buyer: int, intended_ns: int) -> None:
        venue = buyer % len(self.venues)
        wish = self.dice.choice(self._wishes[venue])
        leaves = self.dice.random() < self.options.leave_share
        call = await callers[0].reserve(wish, self.key(buyer), intended_ns)
        if leaves and call.outcome == "done":
            await callers[0].cancel(self.venues[venue], call, self.key(buyer, "c"), callers[0].now_ns())

    def at_rest(self, seats: Sequence[Availability]) -> bool:
        """Nobody waits and every seat is free again."""
        return all(
            left.waiting == 0 and left.available == left.quota for each in seats for left in each.seat_types.values()
        )

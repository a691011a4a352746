"""What every scenario has: its conferences, its visits, and how it comes to rest."""

import random
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from gateway.loadtest.answers import Availability
from gateway.loadtest.caller import Caller
from gateway.loadtest.history import Wish
from gateway.loadtest.options import Options
from gateway.loadtest.venues import Venue, VenuePlan


class Scenario:
    """The buyers' side of a run; a subclass says what one visit is."""

    name: ClassVar[str]
    summary: ClassVar[str]
    defaults: ClassVar[Mapping[str, Any]] = {}
    """Options that differ from the general defaults."""
    settles: ClassVar[bool] = False
    """Whether something still happens by itself after the last visit, which is waited for."""
    connections_each: ClassVar[int] = 1
    """How many connections one worker uses."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.venues: Sequence[Venue] = ()
        self.dice = random.Random(options.seed)  # noqa: S311 (repeatable, nothing to protect)
        self._run = secrets.token_hex(12)

    def plan(self) -> VenuePlan:
        """The conferences that the run needs."""
        return VenuePlan(self.options.conferences, [self.options.seats], policy=self.options.policy)

    def open(self, venues: Sequence[Venue]) -> None:
        """The conferences are there; encode what can be encoded beforehand."""
        self.venues = venues

    async def visit(self, callers: Sequence[Caller], buyer: int, intended_ns: int) -> None:
        """All that one buyer does. May raise :class:`~gateway.loadtest.caller.Stopped`."""
        raise NotImplementedError

    def at_rest(self, seats: Sequence[Availability]) -> bool:
        """Whether nothing is still to happen by itself after the last visit."""
        return True

    def key(self, buyer: int, what: str = "r") -> str:
        """An idempotency key that nobody can guess and no other run uses."""
        return f"{self._run}-{what}{buyer}"

    def one_seat_type(self, venue: Venue, quantity: int, **terms: bool) -> Wish:
        return venue.wish({next(iter(venue.quotas)): quantity}, **terms)

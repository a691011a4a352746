"""Freed seats find their next owners: the offers that follow in the same decision.

Works beside the state, on what the decision changes (seats given back, a new
configuration), and costs what it serves: see ``waitlist``.
"""

from collections.abc import Mapping

from actors.messages.seats import Line
from actors.seats.allotment import allotted, deadline_ms, priced
from actors.seats.events import SeatsOffered, WaitListLeft
from actors.seats.inventory import Stock
from actors.seats.prospects import hopeless_from_ms
from actors.seats.waitlist import Waiter

ENDED_PER_DECISION_MAX = 1_000
"""Waiters without hope that one decision sends home; those left over are woken one by one."""


class Offering:
    """The turns that one decision gives to waiters; collects the events."""

    def __init__(self, stocks: Mapping[str, Stock], lease: int, offer_ms: int, now_ms: int) -> None:
        """``lease`` is the last one given out."""
        self.events: list[SeatsOffered | WaitListLeft] = []
        self.leaving = ""
        """The reservation that leaves the list by the decision itself."""
        self._stocks = stocks
        self._lease = lease
        self._now_ms = now_ms
        self._until_ms = now_ms + offer_ms
        self._freed: dict[str, int] = {}
        self._ended = 0

    def free(self, lines: tuple[Line, ...]) -> None:
        """The decision gives these seats back."""
        for line in lines:
            self._freed[line.seat_type] = self._freed.get(line.seat_type, 0) + line.taken

    def hopeless(self, waiter: Waiter) -> bool:
        return hopeless_from_ms(waiter, self._stocks, self._left(waiter)) <= self._now_ms

    def ends(self, waiter: Waiter) -> bool:
        if waiter.reservation == self.leaving:
            return True
        if not self.hopeless(waiter) or self._ended == ENDED_PER_DECISION_MAX:
            return False
        self._ended += 1
        nothing = [0] * len(waiter.wanted)
        self.events.append(WaitListLeft(waiter.reservation, priced(self._stocks, waiter.wanted, nothing)))
        return True

    def share(self, waiter: Waiter) -> tuple[Line, ...] | None:
        """What the waiter would get if it were its turn."""
        left = self._left(waiter)
        for seat_type in left:
            if not self._stocks[seat_type].on_sale(self._now_ms):
                left[seat_type] = 0
        return allotted(self._stocks, waiter.wanted, left, accept_fewer=waiter.accept_fewer)

    def takes(self, waiter: Waiter) -> bool:
        lines = self.share(waiter)
        if lines is None:
            return False
        for line in lines:
            self._freed[line.seat_type] = self._freed.get(line.seat_type, 0) - line.taken
        self._lease += 1
        expires_at_ms = deadline_ms(self._stocks, lines, self._until_ms)
        self.events.append(SeatsOffered(waiter.reservation, lines, self._lease, expires_at_ms))
        return True

    def _left(self, waiter: Waiter) -> dict[str, int]:
        """Free seats of each type the waiter asks for, on sale or not."""
        left = {}
        for seat_type, _ in waiter.wanted:
            stock = self._stocks[seat_type]
            left[seat_type] = stock.quota - stock.taken + self._freed.get(seat_type, 0)
        return left

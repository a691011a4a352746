"""When time alone changes a waiter's prospects: a sale that opens serves it, one that ends sends it home.

All other changes come with the decisions that make them; these two need a wake-up.
"""

from collections.abc import Mapping

from actors.seats.allotment import allotted
from actors.seats.inventory import FOREVER_MS, Inventory, Stock
from actors.seats.waitlist import Waiter


def hopeless_from_ms(waiter: Waiter, stocks: Mapping[str, Stock], left: Mapping[str, int]) -> int:
    """From when the waiter can't be served any more, so that it must not keep seats from those behind it.

    0: already, for a seat type is retired, or seats lie idle before a request above the whole
    quota. A waiter that accepts fewer has hope while any of its seat types has.
    """
    ends = {seat_type: _sale_ends_ms(stocks[seat_type]) for seat_type, _ in waiter.wanted}
    if waiter.accept_fewer:
        admits_until_ms = max((end for seat_type, end in ends.items() if stocks[seat_type].is_admission), default=0)
        return max(
            min(end, admits_until_ms) if stocks[seat_type].requires_admission else end
            for seat_type, end in ends.items()
        )
    if any(quantity > stocks[seat_type].quota and left[seat_type] > 0 for seat_type, quantity in waiter.wanted):
        return 0
    return min(ends.values())


def _sale_ends_ms(stock: Stock) -> int:
    return 0 if stock.retired else stock.closes_at_ms


def wake_ms(state: Inventory, waiter: Waiter) -> int:
    """When this head of a seat type's line gets seats or leaves by the clock alone; ``FOREVER_MS`` for never."""
    stocks = state.stocks
    left = {seat_type: stocks[seat_type].quota - stocks[seat_type].taken for seat_type, _ in waiter.wanted}
    ends_ms = hopeless_from_ms(waiter, stocks, left)
    opens_at_ms = max(stocks[seat_type].opens_at_ms for seat_type in left)
    if not opens_at_ms or not state.waitlist.leads(waiter):
        return ends_ms
    if waiter.accept_fewer and len(left) > 1:
        return ends_ms  # What is there for it is seen whenever seats of one of its types are freed.
    if allotted(stocks, waiter.wanted, left, accept_fewer=waiter.accept_fewer) is None:
        return ends_ms
    return min(ends_ms, opens_at_ms)


def heads_to_wake(state: Inventory) -> list[tuple[int, Waiter]]:
    """The heads of the seat types' lines with the times at which the clock alone moves them; one each per type."""
    if not len(state.waitlist) or not state.offering:
        return []
    heads = (state.waitlist.head(stock.id) for stock in state.stocks.values() if stock.waiting)
    wakes = ((wake_ms(state, head), head) for head in heads if head is not None)
    return [(at_ms, head) for at_ms, head in wakes if at_ms < FOREVER_MS]

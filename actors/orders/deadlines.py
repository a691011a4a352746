"""What the clock and the conference's end bring about: unpaid orders lapse, a cancelled conference's orders close.

Closing many orders is cut into turns: what is left after one is due at once again, in whichever life comes next.
"""

from itertools import islice

from actors.messages.orders import CloseOrder, Lapse
from actors.orders.state import Orders

AT_ONCE_MS = 1
"""A deadline that has passed long ago (0 means that there is none)."""


def next_deadline_ms(state: Orders) -> int:
    """The earliest deadline; 0 when there is none."""
    if state.terms.state == "cancelled" and state.open:
        return AT_ONCE_MS
    return state.lapses.earliest_ms()


def due(state: Orders, now_ms: int, limit: int) -> list[Lapse | CloseOrder]:
    """At most ``limit`` commands: the closing of orders where the conference is cancelled, else lapses."""
    if state.terms.state == "cancelled" and state.open:
        return [CloseOrder(order) for order in islice(state.open, limit)]
    return [Lapse(order) for order in state.lapses.passed(now_ms, limit, state.awaits)]

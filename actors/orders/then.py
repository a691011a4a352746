"""How the orders stood, for whoever looks back."""

from itertools import islice

from actors.messages.histories import OrdersThen
from actors.orders.answers import stands
from actors.orders.state import Orders


def then(state: Orders, version: int, after: str, limit: int) -> tuple[OrdersThen, str]:
    """At most ``limit`` orders after the first ``after`` of them, in the order in which they were placed."""
    start = int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0
    some = islice(state.orders.items(), start, start + limit)
    told = OrdersThen(version, len(state.orders), tuple(stands(name, order, version) for name, order in some))
    following = start + limit
    return told, str(following) if following < len(state.orders) else ""

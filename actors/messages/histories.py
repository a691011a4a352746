"""How an entity stood at an earlier time: asked of its own process, which folds its log up to then.

Times are Unix milliseconds. People are opaque subjects, as everywhere in the logs.
"""

from msgspec import Raw, Struct

from actors.messages.order_replies import OrderStands


class ReadState(Struct, frozen=True, array_like=True, tag="read-state.1"):
    """Asks how the stream stood after its last event at or before ``at_ms``; ``after`` and ``limit``: which part.

    The entity folds a bounded number of events for each ask: whoever hears ``ready=False`` asks again.
    """

    to: str
    epoch: int
    number: int
    at_ms: int
    after: str
    limit: int


class StateThen(Struct, frozen=True, array_like=True, tag="state-then.1"):
    """Answer to ``ReadState``. ``state``: fields by name, nil before the first event and while not ``ready``.

    ``version``: of the last event that is folded. ``next``: where the following part begins, "" at the end.
    """

    stream: str
    epoch: int
    number: int
    ready: bool
    version: int
    state: Raw
    next: str


class SeatsThen(Struct, frozen=True, array_like=True):
    """Seats of one type."""

    quota: int
    held: int
    offered: int
    confirmed: int
    waiting: int


class InventoryThen(Struct, frozen=True, array_like=True, tag="inventory-then.1"):
    """All seats of a conference, by seat type, and how many reservations stood."""

    version: int
    reservations: int
    seat_types: dict[str, SeatsThen]


class OrdersThen(Struct, frozen=True, array_like=True, tag="orders-then.1"):
    """Some of a conference's orders, in the order in which they were placed, and how many there were."""

    version: int
    number: int
    orders: tuple[OrderStands, ...]

"""The process of one conference's orders."""

from actors.kernel.actor import EntityActor
from actors.orders.kind import ORDERS


class OrderBook(EntityActor):
    """All orders of one conference."""

    decider = ORDERS

"""The process of one seat inventory."""

from actors.kernel.actor import EntityActor
from actors.seats.kind import SEATS


class SeatInventory(EntityActor):
    """All seats of one conference."""

    decider = SEATS

"""The process of one conference."""

from actors.conference.kind import CONFERENCE
from actors.kernel.actor import EntityActor


class Conference(EntityActor):
    """One conference as its organiser plans it."""

    decider = CONFERENCE

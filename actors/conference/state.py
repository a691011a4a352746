"""What the rules of a conference need to remember of its past."""

from msgspec import Struct, field

from actors.messages.conference import Details, SeatType
from actors.messages.fees import FeeStructure
from actors.messages.seats import SalesState
from actors.messages.terms import KeyPerson, Papers, Terms

UNNAMED = Details(name="", description="", starts_on="", ends_on="", time_zone="", currency="")


class Conference(Struct):
    """The fold of a conference's log. ``version`` counts its events; 0 means that it was never created."""

    version: int = 0
    conference: str = ""
    organiser: str = ""
    slug: str = ""
    state: SalesState = "draft"
    ever_published: bool = False
    details: Details = UNNAMED
    seat_types: dict[str, SeatType] = field(default_factory=dict)
    """By id, in the order in which they were added; retired ones stay."""
    papers: Papers = Papers()
    fees: tuple[FeeStructure, ...] = ()
    """Every structure agreed, in that order: each is in force from its own day on."""
    personnel: tuple[KeyPerson, ...] = ()
    terms: Terms = Terms()

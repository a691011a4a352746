"""State of one seat inventory: what its events fold into. Times and spans are milliseconds, money minor units."""

from typing import Literal

from msgspec import Struct

from actors.messages.seats import Configuration, Line, SeatTerms
from actors.seats.leases import Leases
from actors.seats.waitlist import Strict, Waiter, WaitList

FOREVER_MS = 2**62
"""Later than any time: the end of a sale that has none."""

UNLIMITED = 2**62
"""More than any number of seats or holds: a limit that is not set."""

UNCONFIGURED = Configuration(
    version=0,
    state="draft",
    currency="",
    policy="strict",
    hold_ms=0,
    offer_ms=0,
    seats_per_reservation_max=0,
    holds_per_client_max=0,
    seat_types=(),
)


class Stock:
    """One seat type: its terms, and how many of its seats are taken and waited for."""

    __slots__ = (
        "closes_at_ms",
        "id",
        "is_admission",
        "opens_at_ms",
        "plain_max",
        "price_minor",
        "quota",
        "requires_admission",
        "retired",
        "seats_max",
        "taken",
        "terms",
        "waiting",
    )

    def __init__(self, terms: SeatTerms, seats_max: int) -> None:
        self.terms = terms
        self.id = terms.id
        self.is_admission = terms.kind == "admission"
        self.price_minor = terms.price_minor
        self.quota = terms.quota
        self.opens_at_ms = terms.sale_opens_at_ms or 0
        self.closes_at_ms = FOREVER_MS if terms.sale_closes_at_ms is None else terms.sale_closes_at_ms
        self.requires_admission = terms.requires_admission
        self.retired = terms.retired
        self.seats_max = terms.max_per_reservation or UNLIMITED
        self.plain_max = 0 if self.retired or self.requires_admission else min(self.seats_max, seats_max)
        """Seats that a reservation of this type alone may ask for; 0 when that needs a closer look."""
        self.taken = 0
        self.waiting = 0

    def on_sale(self, now_ms: int) -> bool:
        return not self.retired and self.opens_at_ms <= now_ms < self.closes_at_ms

    def available(self) -> int:
        """What a newcomer could take: nothing while anyone waits, for free seats belong to the list."""
        return 0 if self.waiting else self.quota - self.taken


class Reservation(Struct, array_like=True, gc=False):
    """A reservation that stands; ended ones are dropped.

    ``lease`` is 0 when no deadline runs; ``length_ms`` is the span its hold or offer began with;
    ``waiter`` is its entry on the wait-list, kept while an offer runs (it may come back).
    """

    status: Literal["held", "offered", "waiting", "confirmed"]
    client: str
    lines: tuple[Line, ...]
    lease: int
    expires_at_ms: int
    length_ms: int
    extended: bool = False
    waiter: Waiter | None = None


class Inventory:
    """All seat types of one conference and all reservations that stand."""

    __slots__ = (
        "configuration",
        "hold_ms",
        "holds",
        "holds_max",
        "lease",
        "leases",
        "offer_ms",
        "offering",
        "seats_max",
        "selling",
        "sequence",
        "standing",
        "stocks",
        "waitlist",
    )

    def __init__(self) -> None:
        self.stocks: dict[str, Stock] = {}
        self.standing: dict[str, Reservation] = {}
        self.waitlist: WaitList = Strict()
        self.holds: dict[str, int] = {}
        """Live holds per client; offers and clients without a name are not counted."""
        self.leases = Leases()
        self.lease = 0
        """The last lease given out."""
        self.sequence = 0
        """The last place on the wait-list given out; places only grow."""
        self.configure(UNCONFIGURED)

    def configure(self, configuration: Configuration) -> None:
        """Takes the settings over; seat types and wait-list are the caller's."""
        self.configuration = configuration
        self.selling = configuration.state == "published"
        self.offering = configuration.state not in ("cancelled", "archived")
        self.hold_ms = configuration.hold_ms
        self.offer_ms = configuration.offer_ms
        self.seats_max = configuration.seats_per_reservation_max or UNLIMITED
        self.holds_max = configuration.holds_per_client_max or UNLIMITED

    def waiters(self) -> list[Waiter]:
        """Everyone who waits, head first. Walks over all reservations: for rare decisions only."""
        waiting = [
            standing.waiter
            for standing in self.standing.values()
            if standing.status == "waiting" and standing.waiter is not None
        ]
        return sorted(waiting, key=lambda waiter: waiter.sequence)

"""What the server answers: the shapes of its JSON, which are also the schemas of the OpenAPI description.

Fields that are UNSET are absent. Times end in ``Z``, money is minor units.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from actors.messages.seats import Kind, Policy, SalesState
from gateway.fields import Time
from gateway.laid_down import Characteristics, Terms

Status = Literal["held", "waiting", "offered", "confirmed", "expired", "cancelled"]
Role = Literal["viewer", "box_office", "manager", "owner"]
Version = Annotated[int, Meta(description="grows with the entity's log")]


class Money(Struct, frozen=True):
    """An amount in minor units."""

    amount: int
    currency: str


class SeatsOfReservation(Struct, frozen=True, gc=False):
    """One seat type of a reservation: asked for, held, and waited for."""

    seat_type: str
    requested: int
    held: int
    waiting: int


class Reservation(Struct, frozen=True, kw_only=True):
    """A reservation as it stands. ``token`` only when it was just made; ``created_at`` for organisers only."""

    id: str
    token: str | UnsetType = UNSET
    status: Status
    items: list[SeatsOfReservation]
    total: Money
    expires_at: Time | UnsetType = UNSET
    position: int | UnsetType = UNSET
    created_at: Time | UnsetType = UNSET
    version: Version


class ConferenceInList(Struct, frozen=True, kw_only=True):
    """What the public list says of a conference."""

    slug: str
    name: str
    tagline: str
    location: str
    starts_on: str
    ends_on: str
    time_zone: str


class SeatTypeOnSale(Struct, frozen=True, kw_only=True):
    """A seat type as buyers see it."""

    id: str
    name: str
    kind: Kind
    price: Money
    sale_opens_at: Time | None
    sale_closes_at: Time | None
    max_per_reservation: int | None
    requires_admission: bool


class PublicConference(ConferenceInList, frozen=True, kw_only=True):
    """A published conference."""

    description: str
    currency: str
    seat_types: list[SeatTypeOnSale]
    characteristics: Characteristics
    terms: Terms
    version: Version


class SeatsLeft(Struct, frozen=True, gc=False):
    """What a newcomer could take now (0 while anyone waits), and how many seats are waited for."""

    quota: int
    available: int
    waiting: int


class Availability(Struct, frozen=True):
    """Seats left by seat type."""

    version: Version
    as_of: Time
    seat_types: dict[str, SeatsLeft]


class RegisteredOrganiser(Struct, frozen=True):
    """The organiser, and its owner's session."""

    id: str
    name: str
    token: str


class Membership(Struct, frozen=True):
    """An organiser that one is a member of."""

    id: str
    name: str
    role: Role


class Session(Struct, frozen=True):
    """A session: its token goes into ``Authorization: Bearer``."""

    token: str
    expires_at: Time
    organisers: list[Membership]


class SeatType(SeatTypeOnSale, frozen=True, kw_only=True):
    """A seat type as its organiser sees it; ``version`` is its conference's."""

    quota: int
    taken: int
    retired: bool
    version: Version


class Conference(PublicConference, frozen=True, kw_only=True):
    """A conference as its organiser sees it."""

    id: str
    status: SalesState
    wait_list: Policy
    hold_seconds: int
    offer_seconds: int
    seats_per_reservation_max: int
    holds_per_client_max: int
    seat_types: list[SeatType]  # type: ignore[assignment]  # narrower than what the public sees


class Waiter(Struct, frozen=True):
    """One entry of a wait-list."""

    reservation: str
    position: int
    items: list[SeatsOfReservation]
    since: Time


class AuditEvent(Struct, frozen=True):
    """One event of a conference's logs."""

    cursor: str
    stream: str
    version: Version
    at: Time
    type: str
    data: dict[str, Any]


class Listed(Struct, frozen=True):
    """A page of a list; ``next`` is the cursor of the following one."""

    items: list[Any]
    next: str | None


class ProblemError(Struct, frozen=True):
    """A field and what was expected of it."""

    field: str
    problem: str


class ProblemDocument(Struct, frozen=True, kw_only=True):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] | UnsetType = UNSET
    available: dict[str, int] | UnsetType = UNSET
    taken: int | UnsetType = UNSET
    limit: int | UnsetType = UNSET
    version: int | UnsetType = UNSET
    seat_type: str | UnsetType = UNSET
    first_at: Time | UnsetType = UNSET
    first_where: str | UnsetType = UNSET

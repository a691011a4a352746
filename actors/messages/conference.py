"""Commands and replies of a conference. Dates are ``YYYY-MM-DD``, times Unix milliseconds, money minor units."""

from msgspec import UNSET, Struct, UnsetType

from actors.messages.fees import FeeStructure
from actors.messages.refusals import Refused
from actors.messages.seats import Kind, Policy, SalesState
from actors.messages.terms import KeyPerson, Papers, Terms, TermsChanges


class Details(Struct, frozen=True, array_like=True):
    """All that an organiser may edit of a conference. Spans are seconds; both maxima: 0 = no limit."""

    name: str
    description: str
    starts_on: str
    ends_on: str
    time_zone: str
    currency: str
    tagline: str = ""
    location: str = ""
    wait_list: Policy = "strict"
    hold_seconds: int = 900
    offer_seconds: int = 86_400
    seats_per_reservation_max: int = 20
    holds_per_client_max: int = 3


class DetailsChanges(Struct, frozen=True, omit_defaults=True):
    """The fields of ``Details`` to change (a map on the wire: what is absent stays)."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    starts_on: str | UnsetType = UNSET
    ends_on: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    tagline: str | UnsetType = UNSET
    location: str | UnsetType = UNSET
    wait_list: Policy | UnsetType = UNSET
    hold_seconds: int | UnsetType = UNSET
    offer_seconds: int | UnsetType = UNSET
    seats_per_reservation_max: int | UnsetType = UNSET
    holds_per_client_max: int | UnsetType = UNSET


class SeatType(Struct, frozen=True, array_like=True):
    """One kind of seat, as the organiser sells it."""

    id: str
    name: str
    kind: Kind
    price_minor: int
    quota: int
    sale_opens_at_ms: int | None = None
    sale_closes_at_ms: int | None = None
    max_per_reservation: int | None = None
    requires_admission: bool = False
    retired: bool = False


class SeatTypeChanges(Struct, frozen=True, omit_defaults=True):
    """The fields of ``SeatType`` to change (a map on the wire: what is absent stays)."""

    name: str | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    price_minor: int | UnsetType = UNSET
    quota: int | UnsetType = UNSET
    sale_opens_at_ms: int | UnsetType | None = UNSET
    sale_closes_at_ms: int | UnsetType | None = UNSET
    max_per_reservation: int | UnsetType | None = UNSET
    requires_admission: bool | UnsetType = UNSET


# Commands. ``expected_version`` is the version the editor saw.


class CreateConference(Struct, frozen=True, array_like=True, tag="create-conference.1"):
    """Start the log of a draft conference."""

    conference: str
    organiser: str
    slug: str
    details: Details


class EditConference(Struct, frozen=True, array_like=True, tag="edit-conference.1"):
    """Change details; the currency stays once published."""

    expected_version: int
    changes: DetailsChanges


class Publish(Struct, frozen=True, array_like=True, tag="publish.1"):
    """draft or unpublished → published."""


class Unpublish(Struct, frozen=True, array_like=True, tag="unpublish.1"):
    """published → unpublished: stops new reservations only."""


class CancelConference(Struct, frozen=True, array_like=True, tag="cancel-conference.1"):
    """draft, published or unpublished → cancelled."""


class Archive(Struct, frozen=True, array_like=True, tag="archive.1"):
    """draft, published, unpublished or cancelled → archived: it is over."""


class AddSeatType(Struct, frozen=True, array_like=True, tag="add-seat-type.1"):
    """A new seat type with a fresh id."""

    seat_type: SeatType


class EditSeatType(Struct, frozen=True, array_like=True, tag="edit-seat-type.1"):
    """Change a seat type; a quota not below what is taken.

    ``granted``: the inventory has agreed to the lower quota. The conference's own process says so, nobody else.
    """

    expected_version: int
    seat_type: str
    changes: SeatTypeChanges
    granted: bool = False


class RetireSeatType(Struct, frozen=True, array_like=True, tag="retire-seat-type.1"):
    """Sell it no more; what is held or confirmed stands."""

    expected_version: int
    seat_type: str


class SetCharacteristics(Struct, frozen=True, array_like=True, tag="set-characteristics.1"):
    """Papers, fee and key personnel, all three anew; ``fee`` joins those agreed before from its ``starts_on`` on."""

    expected_version: int
    papers: Papers
    fee: FeeStructure
    personnel: tuple[KeyPerson, ...]


class EditTerms(Struct, frozen=True, array_like=True, tag="edit-terms.1"):
    """Change terms of refunds, invoices, names and badges; what was refunded or named stays."""

    expected_version: int
    changes: TermsChanges


ConferenceCommand = (
    CreateConference
    | EditConference
    | Publish
    | Unpublish
    | CancelConference
    | Archive
    | AddSeatType
    | EditSeatType
    | RetireSeatType
    | SetCharacteristics
    | EditTerms
)


# Replies


class ConferenceStands(Struct, frozen=True, array_like=True, tag="conference-stands.1"):
    """The conference after the command (or as it stood after the first one under this key).

    ``fees``: every structure agreed so far, in the order in which they were.
    """

    conference: str
    organiser: str
    slug: str
    state: SalesState
    details: Details
    seat_types: tuple[SeatType, ...]
    version: int
    papers: Papers = Papers()
    fees: tuple[FeeStructure, ...] = ()
    personnel: tuple[KeyPerson, ...] = ()
    terms: Terms = Terms()


class SeatTypeStands(Struct, frozen=True, array_like=True, tag="seat-type-stands.1"):
    """The seat type after the command; ``version`` is its conference's."""

    conference: str
    seat_type: SeatType
    version: int


ConferenceReply = ConferenceStands | SeatTypeStands | Refused

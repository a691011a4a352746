"""Commands and replies of a seat inventory. Times are Unix milliseconds, money minor units, ``client`` a keyed hash."""

from typing import Literal

from msgspec import Struct

from actors.messages.refusals import Refused

Kind = Literal["admission", "event"]
Policy = Literal["strict", "first_fit"]
SalesState = Literal["draft", "published", "unpublished", "cancelled", "archived"]


class SeatTerms(Struct, frozen=True, array_like=True):
    """What a decision needs to know of one seat type; 0 or ``None`` mean no limit."""

    id: str
    kind: Kind
    price_minor: int
    quota: int
    sale_opens_at_ms: int | None = None
    sale_closes_at_ms: int | None = None
    max_per_reservation: int | None = None
    requires_admission: bool = False
    retired: bool = False


class Configuration(Struct, frozen=True, array_like=True):
    """The inventory's share of its conference as of the conference's ``version``."""

    version: int
    state: SalesState
    currency: str
    policy: Policy
    hold_ms: int
    offer_ms: int
    seats_per_reservation_max: int
    holds_per_client_max: int
    seat_types: tuple[SeatTerms, ...]


class Line(Struct, frozen=True, array_like=True, gc=False):
    """One seat type of a reservation: asked for, taken of these, and the price each."""

    seat_type: str
    requested: int
    taken: int
    price_minor: int


# Commands


class Reserve(Struct, frozen=True, array_like=True, tag="reserve.1"):
    """Take these seats, or wait for them.

    ``reservation`` is a fresh id; ``client`` whose live holds count together ("" for none); ``subject``
    names the waiting person in the vault.
    """

    reservation: str
    client: str
    items: dict[str, int]
    accept_fewer: bool = False
    wait: bool = False
    keep_place: bool = False
    subject: str = ""


class Extend(Struct, frozen=True, array_like=True, tag="extend.1"):
    """Prolong a hold by its own length: once, while nobody waits for its seat types."""

    reservation: str


class Cancel(Struct, frozen=True, array_like=True, tag="cancel.1"):
    """Give a reservation back: a hold, an offer (declines it), a place on the list, or confirmed seats.

    ``unconfirmed``: only if it is not confirmed: confirmed seats are given up with their order.
    """

    reservation: str
    unconfirmed: bool = False


class CancelSeats(Struct, frozen=True, array_like=True, tag="cancel-seats.1"):
    """Give back some seats of a confirmed reservation. ``settled``: its order has seen to what the kept seats need."""

    reservation: str
    items: dict[str, int]
    settled: bool = False


class Confirm(Struct, frozen=True, array_like=True, tag="confirm.1"):
    """Make the seats final. ``lines`` says what was held, so that an expired hold can be taken again if free.

    ``exactly``: only those, even if the reservation holds other seats by now (it came to the wait-list's head again).
    """

    reservation: str
    lines: tuple[Line, ...]
    exactly: bool = False


class Keep(Struct, frozen=True, array_like=True, tag="keep.1"):
    """Keep a hold or offer until ``until_ms`` (an order whose payment has its own due date); 0 only looks."""

    reservation: str
    until_ms: int


class Expire(Struct, frozen=True, array_like=True, tag="expire.1"):
    """The lease's deadline has passed; a lease that is not the current one changes nothing."""

    reservation: str
    lease: int


class CutQuota(Struct, frozen=True, array_like=True, tag="cut-quota.1"):
    """Lower one quota, not below what is taken: asked by the conference before it records the edit."""

    seat_type: str
    quota: int


class Configure(Struct, frozen=True, array_like=True, tag="configure.1"):
    """The conference's configuration; an older version than the one in force changes nothing."""

    configuration: Configuration


SeatCommand = Reserve | Extend | Cancel | CancelSeats | Confirm | Keep | Expire | CutQuota | Configure


# Replies


class Held(Struct, frozen=True, array_like=True, tag="held.1"):
    """Seats kept until ``expires_at_ms``; ``offered`` when they came from the wait-list."""

    reservation: str
    lines: tuple[Line, ...]
    currency: str
    expires_at_ms: int
    offered: bool
    version: int


class WaitListed(Struct, frozen=True, array_like=True, tag="wait-listed.1"):
    """On the wait-list; ``position`` 1 is the head."""

    reservation: str
    lines: tuple[Line, ...]
    currency: str
    position: int
    version: int


class Confirmed(Struct, frozen=True, array_like=True, tag="confirmed.1"):
    """The seats are final."""

    reservation: str
    lines: tuple[Line, ...]
    currency: str
    version: int


class Ended(Struct, frozen=True, array_like=True, tag="ended.1"):
    """The reservation holds nothing any more."""

    reservation: str
    lines: tuple[Line, ...]
    currency: str
    status: Literal["expired", "cancelled"]
    version: int


class Unchanged(Struct, frozen=True, array_like=True, tag="unchanged.1"):
    """The command had nothing left to do (a timer's older lease, a retry whose effect stands)."""

    version: int


class Configured(Struct, frozen=True, array_like=True, tag="configured.1"):
    """This configuration version is in force."""

    configuration_version: int
    version: int


SeatReply = Held | WaitListed | Confirmed | Ended | Unchanged | Configured | Refused

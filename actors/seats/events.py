"""What can have happened in a seat inventory. Times are Unix milliseconds, money minor units."""

from typing import Literal

from msgspec import Struct

from actors.messages.seats import Configuration, Line


class InventoryConfigured(Struct, frozen=True, array_like=True, tag="inventory-configured.1"):
    """The conference's configuration came into force."""

    configuration: Configuration


class QuotaCut(Struct, frozen=True, array_like=True, tag="quota-cut.1"):
    """One quota was lowered, ahead of the configuration that records it."""

    seat_type: str
    quota: int


class SeatsHeld(Struct, frozen=True, array_like=True, tag="seats-held.1"):
    """Seats are kept for a reservation until the deadline, unless a later lease prolongs it."""

    reservation: str
    client: str
    lines: tuple[Line, ...]
    lease: int
    expires_at_ms: int


class WaitListJoined(Struct, frozen=True, array_like=True, tag="wait-list-joined.1"):
    """A reservation waits, at the end of the list; ``position`` is where that was (1 = head)."""

    reservation: str
    lines: tuple[Line, ...]
    accept_fewer: bool
    keep_place: bool
    subject: str
    position: int


class SeatsOffered(Struct, frozen=True, array_like=True, tag="seats-offered.1"):
    """Freed seats went to a waiting reservation, which leaves the list; to be claimed before the deadline."""

    reservation: str
    lines: tuple[Line, ...]
    lease: int
    expires_at_ms: int


class HoldExtended(Struct, frozen=True, array_like=True, tag="hold-extended.1"):
    """A hold got its own length once more, under a new lease."""

    reservation: str
    lines: tuple[Line, ...]
    lease: int
    expires_at_ms: int
    offered: bool = False


class HoldKept(Struct, frozen=True, array_like=True, tag="hold-kept.1"):
    """A hold or offer is kept for an order whose payment has its own due date, under a new lease."""

    reservation: str
    lines: tuple[Line, ...]
    lease: int
    expires_at_ms: int
    offered: bool = False


class SeatsConfirmed(Struct, frozen=True, array_like=True, tag="seats-confirmed.1"):
    """The seats are final; ``retaken`` when the hold had expired and its seats were still free."""

    reservation: str
    lines: tuple[Line, ...]
    retaken: bool


class SeatsReleased(Struct, frozen=True, array_like=True, tag="seats-released.1"):
    """A reservation's seats are free again and it has ended (unless ``WaitListJoined`` follows)."""

    reservation: str
    lines: tuple[Line, ...]
    reason: Literal["expired", "cancelled", "declined"]


class SeatsGivenBack(Struct, frozen=True, array_like=True, tag="seats-given-back.1"):
    """Some seats of a confirmed reservation are free again; ``lines`` is what it keeps."""

    reservation: str
    items: dict[str, int]
    lines: tuple[Line, ...]


class WaitListLeft(Struct, frozen=True, array_like=True, tag="wait-list-left.1"):
    """A waiting reservation ended without seats."""

    reservation: str
    lines: tuple[Line, ...]


class WaitListClosed(Struct, frozen=True, array_like=True, tag="wait-list-closed.1"):
    """The conference was cancelled: everyone who waited has left the list."""


SeatEvent = (
    InventoryConfigured
    | QuotaCut
    | SeatsHeld
    | WaitListJoined
    | SeatsOffered
    | HoldExtended
    | HoldKept
    | SeatsConfirmed
    | SeatsReleased
    | SeatsGivenBack
    | WaitListLeft
    | WaitListClosed
)

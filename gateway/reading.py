"""The read side as the gateway needs it: typed rows and queries over the read models.

Everything here is a view that lags a little; each row says of which version it speaks.
Queries are quick (an index each) and run on the loop's thread.
"""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from actors.messages.conference import Details, SeatType
from actors.messages.fees import FeeStructure
from actors.messages.seats import Line, SalesState
from actors.messages.terms import KeyPerson, Papers, Terms
from gateway.replies import Status


class ConferenceRow(Struct, frozen=True):
    """A conference and its seat types; ``taken`` by seat type, as the inventory last said."""

    id: str
    organiser: str
    slug: str
    state: SalesState
    details: Details
    seat_types: tuple[SeatType, ...]
    taken: Mapping[str, int]
    version: int
    papers: Papers = Papers()
    fees: tuple[FeeStructure, ...] = ()
    personnel: tuple[KeyPerson, ...] = ()
    terms: Terms = Terms()


class ReservationRow(Struct, frozen=True):
    """A reservation as it stands; ``position`` is where it waits (1 = head), 0 elsewhere."""

    id: str
    status: Status
    lines: tuple[Line, ...]
    currency: str
    expires_at_ms: int
    position: int
    created_at_ms: int
    version: int


class WaiterRow(Struct, frozen=True):
    """One entry of a wait-list; ``sequence`` orders it and never changes."""

    reservation: str
    position: int
    lines: tuple[Line, ...]
    since_ms: int


class SeatsLeftRow(Struct, frozen=True):
    """Of one seat type."""

    quota: int
    available: int
    waiting: int


class AvailabilityRow(Struct, frozen=True):
    """Seats left by seat type, at the inventory's ``version``."""

    version: int
    as_of_ms: int
    seat_types: Mapping[str, SeatsLeftRow]


class Views(Protocol):
    """Queries. ``after`` is an opaque place in a list ("" for its start); lists come with the place after them."""

    def position(self, stream: str) -> int:
        """The last version of this stream that the read models know; 0 when they know none."""
        ...

    def standing(self) -> dict[str, int]:
        """How many reservations are held, offered and waiting in all conferences."""
        ...

    def published(self, text: str, after: str, limit: int) -> tuple[list[ConferenceRow], str | None]:
        """Published conferences by date, those with ``text`` in name, tagline or location."""
        ...

    def conference(self, conference: str) -> ConferenceRow | None: ...

    def conferences(self, organiser: str, after: str, limit: int) -> tuple[list[ConferenceRow], str | None]:
        """All of an organiser's conferences."""
        ...

    def availability_document(self, conference: str) -> tuple[int, bytes] | None:
        """Seats left: the inventory's version, and the JSON as it is served (``gateway.replies.Availability``)."""
        ...

    def reservation(self, reservation: str) -> ReservationRow | None: ...

    def reservations(
        self, conference: str, status: str | None, after: str, limit: int
    ) -> tuple[list[ReservationRow], str | None]:
        """A conference's reservations, oldest first."""
        ...

    def wait_list(self, conference: str, after: str, limit: int) -> tuple[list[WaiterRow], str | None]:
        """Head first."""
        ...

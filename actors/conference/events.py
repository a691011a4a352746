"""What can have happened to a conference."""

from msgspec import Struct

from actors.messages.conference import Details, DetailsChanges, SeatType, SeatTypeChanges
from actors.messages.fees import FeeStructure
from actors.messages.terms import KeyPerson, Papers, TermsChanges


class ConferenceCreated(Struct, frozen=True, array_like=True, tag="conference-created.1"):
    """An organiser started planning it, as a draft."""

    conference: str
    organiser: str
    slug: str
    details: Details


class DetailsEdited(Struct, frozen=True, array_like=True, tag="details-edited.1"):
    """Some details changed."""

    changes: DetailsChanges


class ConferencePublished(Struct, frozen=True, array_like=True, tag="conference-published.1"):
    """Its seats are on sale (inside their sale windows)."""


class ConferenceUnpublished(Struct, frozen=True, array_like=True, tag="conference-unpublished.1"):
    """No new reservations; what is held or confirmed goes on."""


class ConferenceCancelled(Struct, frozen=True, array_like=True, tag="conference-cancelled.1"):
    """It will not take place."""


class ConferenceArchived(Struct, frozen=True, array_like=True, tag="conference-archived.1"):
    """It is over."""


class SeatTypeAdded(Struct, frozen=True, array_like=True, tag="seat-type-added.1"):
    """A new kind of seat."""

    seat_type: SeatType


class SeatTypeEdited(Struct, frozen=True, array_like=True, tag="seat-type-edited.1"):
    """Some of its terms changed."""

    seat_type: str
    changes: SeatTypeChanges


class SeatTypeRetired(Struct, frozen=True, array_like=True, tag="seat-type-retired.1"):
    """Sold no more."""

    seat_type: str


class PapersSet(Struct, frozen=True, array_like=True, tag="papers-set.1"):
    """How papers are taken from now on."""

    papers: Papers


class FeeAgreed(Struct, frozen=True, array_like=True, tag="fee-agreed.1"):
    """Contoso's fee for orders from the structure's first day on; earlier orders keep theirs."""

    fee: FeeStructure


class PersonnelSet(Struct, frozen=True, array_like=True, tag="personnel-set.1"):
    """Who is responsible from now on, by subjects of the vault."""

    personnel: tuple[KeyPerson, ...]


class TermsEdited(Struct, frozen=True, array_like=True, tag="terms-edited.1"):
    """Some terms of refunds, invoices, names and badges changed."""

    changes: TermsChanges


ConferenceEvent = (
    ConferenceCreated
    | DetailsEdited
    | ConferencePublished
    | ConferenceUnpublished
    | ConferenceCancelled
    | ConferenceArchived
    | SeatTypeAdded
    | SeatTypeEdited
    | SeatTypeRetired
    | PapersSet
    | FeeAgreed
    | PersonnelSet
    | TermsEdited
)

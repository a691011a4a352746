"""How partial changes apply to the shape they are about: only what is set changes."""

from typing import Any, TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from actors.messages.conference import Details, DetailsChanges, SeatType, SeatTypeChanges
from actors.messages.terms import Terms, TermsChanges

Shape = TypeVar("Shape", Details, SeatType, Terms)
Changes = TypeVar("Changes", DetailsChanges, SeatTypeChanges, TermsChanges)


def named(changes: DetailsChanges | SeatTypeChanges | TermsChanges) -> dict[str, Any]:
    """The fields that are set, by name."""
    fields = ((name, getattr(changes, name)) for name in changes.__struct_fields__)
    return {name: value for name, value in fields if value is not UNSET}


def changed(shape: Shape, changes: DetailsChanges | SeatTypeChanges | TermsChanges) -> Shape:
    """The shape after the changes."""
    return replace(shape, **named(changes))


def effective(shape: Details | SeatType | Terms, changes: Changes) -> Changes:
    """The changes without those that would change nothing."""
    kept = {name: value for name, value in named(changes).items() if getattr(shape, name) != value}
    return type(changes)(**kept)

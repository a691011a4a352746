"""Badges: what stands on one, and in which order they are printed. The pages are in ``badge_pages``."""

import unicodedata
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from gateway.documents.plain_text import one_line

BADGES_MAX: Final = 50_000
"""Badges of one document: as many as the largest halls hold; more are printed in parts."""

NAME_LENGTH_MAX: Final = 120

Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""


class Badge(Struct, frozen=True):
    """What stands on one badge. ``details``: the extra fields that were asked for, such as a company."""

    conference_name: str
    seat_type_name: str
    attendee_name: str
    details: tuple[str, ...] = ()


def sorting_key(name: str) -> tuple[str, str]:
    """By the name's last word, then by the whole name, without regard to case and accents."""
    plain = unicodedata.normalize("NFKD", one_line(name, NAME_LENGTH_MAX)).casefold()
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return (plain.split()[-1] if plain.split() else "", plain)

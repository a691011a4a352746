"""Lists in pages: ``cursor`` and ``limit`` of a request, and the way to the next page."""

import base64
import binascii
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from gateway.problems import invalid

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
_PLACE_MAX = 512  # characters


class Page(NamedTuple):
    """Which part of a list is asked for; ``after`` is "" for its start."""

    after: str
    limit: int


def page_of(query: Mapping[str, str], name: str = "cursor") -> Page:
    """The page that a query asks for. Raises ``Problem``."""
    return Page(decode_cursor(query.get(name, ""), name), integer(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX))


def integer(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number from a query. Raises ``Problem``."""
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and least <= int(text) <= most):
        raise invalid(name, f"Expected an integer from {least} to {most}")
    return int(text)


def encode_cursor(place: str) -> str:
    """A place in a list as an opaque cursor."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, name: str = "cursor") -> str:
    """The place that a cursor of ours names. Raises ``Problem``."""
    try:
        if len(cursor) > _PLACE_MAX:
            raise ValueError(cursor)
        place = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as problem:
        raise invalid(name, "Expected the cursor that a page of this list gave as next") from problem
    return place


def link_next(path: str, query: Mapping[str, str], cursor: str, name: str = "cursor") -> str:
    """The value of a ``Link`` header to the next page."""
    return f'<{path}?{urlencode({**query, name: cursor})}>; rel="next"'

"""Where a subject of the vault stands in the read models: which orders, seats and reservations are theirs."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from actors.messages.order_replies import OrderStands
from storage.failures import Unavailable
from storage.sqlite.readmodels import open_reader

ROWS_MAX: Final = 10_000
"""Of each kind, for one subject."""
_BUYER: Final = OrderStands.__struct_fields__.index("buyer") + 1  # The tag stands first.
_QUERIES: Final = {
    "orders": f"SELECT order_id FROM orders WHERE json_extract(CAST(document AS TEXT), '$[{_BUYER}]') = ? LIMIT ?",  # noqa: S608 - a number of ours
    "seats": "SELECT order_id || '/' || seat FROM order_seats WHERE attendee = ? LIMIT ?",
    "reservations": "SELECT reservation FROM reservations WHERE subject = ? LIMIT ?",
}

Places = dict[str, list[str]]
"""Ids by kind; kinds without any are missing."""


def nowhere(_subject: str) -> Places:
    """Without read models nothing is known."""
    return {}


def finder(readmodels: Path) -> Callable[[str], Places]:
    """Finds a subject's places, each time on a connection of its own; raises ``Unavailable``."""
    if not readmodels.exists():
        return nowhere

    def find(subject: str) -> Places:
        try:
            with closing(open_reader(readmodels)) as connection:
                found = {
                    kind: [str(identity) for (identity,) in connection.execute(query, (subject, ROWS_MAX))]
                    for kind, query in _QUERIES.items()
                }
        except sqlite3.OperationalError as problem:
            raise Unavailable(f"The read models can't be read: {problem}.") from problem
        return {kind: identities for kind, identities in found.items() if identities}

    return find

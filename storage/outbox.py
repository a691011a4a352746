"""The port for effects after the fact: mail and webhook messages that are to be sent, at least once each.

A row is added under a key that names the fact it follows from, so a replayed log adds nothing again; rows that are
done keep their key until they are forgotten, and each stream's cursor knows what came before. Payloads hold
references (ids of orders and subjects), never personal data. Whoever takes a row leases it: a worker that dies lets
it come due again. Every method may raise ``storage.failures.Unavailable``.
"""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, Protocol

WAITING_MAX = 1_000_000
"""Rows that wait to be sent."""
ERROR_CHARACTERS_MAX = 500
WITHOUT_MAX = 1_000

State = Literal["waiting", "done", "given_up"]


class Entry(NamedTuple):
    """What is to be sent: ``kind`` says by what, ``group`` for whom (an organiser, or one of its webhooks)."""

    key: str
    kind: str
    payload: bytes
    due_at_ms: int
    group: str = ""


class Due(NamedTuple):
    """A row that was taken; ``attempt`` counts from 1."""

    id: int
    key: str
    kind: str
    payload: bytes
    group: str
    attempt: int


class Listed(NamedTuple):
    """A row as an operator sees it; ``at_ms``: when it is due, was done, or was given up."""

    id: int
    key: str
    kind: str
    group: str
    state: State
    at_ms: int
    attempts: int
    last_error: str | None


Ended = tuple[Due, Sequence[Entry]]
"""A row that was sent, and what follows from it."""


class Full(NamedTuple):
    """Nothing was added: as much waits as may wait. The fact stays in its log, so trying later loses nothing."""

    limit: int


class Outbox(Protocol):
    def enqueue(self, entries: Sequence[Entry], cursor: tuple[str, int] | None = None) -> int | Full:
        """Adds those whose key is new, and moves the cursor (stream, position) with them; how many were added."""
        ...

    def cursor(self, stream: str) -> int:
        """Up to which position the stream's facts have been heard; 0 for none."""
        ...

    def take_due(
        self, now_ms: int, limit: int, lease_ms: int, kind: str | None = None, without: Collection[str] = ()
    ) -> list[Due]:
        """Leases what is due, the longest due first, until ``now_ms + lease_ms``; each taking is an attempt.

        Of one ``kind`` only, where it is named, and nothing of the groups ``without`` (at most ``WITHOUT_MAX``).
        """
        ...

    def done(self, due: Due, at_ms: int, entries: Sequence[Entry] = ()) -> None:
        """It was sent: true whoever has leased it meanwhile. ``entries``: what follows from it, added with it."""
        ...

    def all_done(self, ended: Sequence[Ended], at_ms: int) -> None:
        """The same for several at once."""
        ...

    def retry(self, due: Due, due_at_ms: int, error: str) -> bool:
        """It comes due again then; False when somebody else has taken it since."""
        ...

    def give_up(self, due: Due, at_ms: int, error: str) -> bool:
        """It is not sent; False when somebody else has taken it since."""
        ...

    def send_again(self, row: int, now_ms: int) -> bool:
        """An operator's wish: due now, whatever became of it; False when there is no such row."""
        ...

    def postpone(self, due: Due, due_at_ms: int) -> bool:
        """It is not yet time: due then, and this taking was no attempt; False when somebody else has taken it since."""
        ...

    def next_due_ms(self) -> int | None:
        """When the next row comes due."""
        ...

    def listed(self, state: State, group: str | None = None, after: int = 0, limit: int = 50) -> list[Listed]:
        """By id."""
        ...

    def find(self, key: str) -> Listed | None:
        """The row of this key."""
        ...

    def forget(self, done_before_ms: int, limit: int) -> int:
        """Drops rows that were done before then, at most so many; how many. The cursors know what they were."""
        ...

    def counts(self) -> dict[State, int]: ...
    def close(self) -> None: ...

"""What was asked and what was answered: the load tester's own record, from which the verdict is made."""

from collections import Counter
from typing import Literal

import msgspec

CALLS_MAX = 1_000_000
SAMPLES_MAX = 20_000

Outcome = Literal["done", "refused", "put_off", "unknown"]
"""``done`` 2xx; ``refused`` a definite no; ``put_off`` 429 or busy, nothing done; ``unknown`` may have been done."""

Operation = Literal["reserve", "cancel", "availability"]

Items = tuple[tuple[str, int], ...]
"""Seat types and how many of each, sorted by seat type."""


class Wish(msgspec.Struct, frozen=True, gc=False):
    """One kind of reservation, encoded but for its key."""

    venue: int
    items: Items
    accept_fewer: bool
    seats: int
    head: bytes
    tail: bytes

    def request(self, key: str) -> bytes:
        return self.head + key.encode() + self.tail


class Call(msgspec.Struct, gc=False, kw_only=True):
    """One request that may change something, with its answer. Times are nanoseconds of one clock."""

    operation: Operation
    venue: int
    key: str
    items: Items
    sent_ns: int
    returned_ns: int
    outcome: Outcome
    problem: str = ""
    """Type of the refusal (``sold-out``) or how the answer was lost."""
    reservation: str = ""
    state: str = ""
    """Status of the reservation as answered: ``held``, ``waiting``, …"""
    answered: Items = ()
    """Seats as answered: held ones, or those waited for."""
    fingerprint: int = 0
    """Equal for equal answers; 0 where there was none that must be repeated."""
    accept_fewer: bool = False
    version: int = 0
    wish: Wish | None = None
    """What was asked, to be asked again if the answer was lost."""
    status: int = 0
    body: bytes = b""
    """An answer that is still to be read (:func:`gateway.loadtest.answers.read_into`)."""


class Sample(msgspec.Struct, gc=False):
    """One availability answer: per seat type (available, waiting), as of the inventory's ``version``."""

    venue: int
    version: int
    seats: tuple[tuple[str, int, int], ...]


class History:
    """All calls of a run, bounded by ``CALLS_MAX``; counts of problems by type."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.samples: list[Sample] = []
        self.problems: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.errors = 0
        self.seats_acknowledged = 0

    @property
    def full(self) -> bool:
        return len(self.calls) >= CALLS_MAX

    def count(self, outcome: Outcome, problem: str) -> None:
        """Count one answer of any operation."""
        self.outcomes[outcome] += 1
        if problem:
            self.problems[problem] += 1
        if outcome in ("put_off", "unknown"):
            self.errors += 1

    def sample(self, sample: Sample) -> None:
        if len(self.samples) < SAMPLES_MAX:
            self.samples.append(sample)

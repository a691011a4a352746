"""What a carrier is: it carries out one kind of effect, once, and says as a value how that went."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from storage.outbox import Due, Entry

RETRY_MS_MIN: Final = 2_000
RETRY_MS_MAX: Final = 3_600_000
SPREAD: Final = 0.1
"""A pause is shortened by up to this part of itself, so that what failed together does not come back together."""


class Done(NamedTuple):
    """It is done, or there is nothing (or nobody) left to do it for. ``entries``: what follows from it."""

    entries: Sequence[Entry] = ()


class Again(NamedTuple):
    """It failed this time: another try then."""

    at_ms: int
    problem: str


class NotYet(NamedTuple):
    """It is not the time for it yet: this was no try."""

    at_ms: int


class GivenUp(NamedTuple):
    """No other try can help; an operator has to look at it."""

    problem: str


Outcome = Done | Again | NotYet | GivenUp


class Carrier(Protocol):
    """Carries out effects of one kind. Raises nothing that a network, a provider or a store can cause."""

    async def carry(self, due: Due, now_ms: int) -> Outcome: ...


def pause_ms(attempts: int, spread: float, longest_ms: int = RETRY_MS_MAX) -> int:
    """How long to wait after the ``attempts``-th failed try; ``spread``: a random number from 0 to 1."""
    pause = min(RETRY_MS_MIN << min(attempts - 1, 30), longest_ms)
    return round(pause * (1 - SPREAD * spread))


def waited_ms(attempts: int, longest_ms: int = RETRY_MS_MAX) -> int:
    """How long all pauses up to the ``attempts``-th try were together, at least."""
    return sum(pause_ms(number, 1.0, longest_ms) for number in range(1, attempts))


def version_of(due: Due) -> tuple[str, int]:
    """The stream and the version of the event that an effect follows from; ("", 0) for one of another origin."""
    stream, _, rest = due.key.partition("/")
    version = rest.partition("/")[0]
    if not (stream.startswith(("orders-", "seats-")) and version.isdecimal()):
        return "", 0
    return stream, int(version)

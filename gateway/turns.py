"""A bound on how many do the same costly thing at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.problems import Problem

LOOKS_AT_ONCE_MAX = 2
"""Looks back at how a conference stood, in one gateway."""


class Turns:
    """At most ``most`` at a time; one more is told to come back. Loop thread only."""

    def __init__(self, most: int) -> None:
        self._most, self._taken = most, 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises ``Problem`` (busy) when all are taken."""
        if self._taken >= self._most:
            raise Problem("busy", "Others are doing this at the moment. Try again shortly.")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

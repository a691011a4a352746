"""Counts failures by name in a window of a minute, to slow guessing down. Bounded."""

from collections.abc import Callable

WINDOW_S = 60.0
NAMES_MAX = 20_000


class Attempts:
    """How often something failed lately, for each of many names."""

    def __init__(self, most: int, now: Callable[[], float]) -> None:
        self._most, self._now = most, now
        self._failures: dict[str, tuple[int, float]] = {}

    def wait_s(self, name: str) -> int:
        """How long this name must wait before the next attempt; 0 when it may go on."""
        count, ends_at = self._failures.get(name, (0, 0.0))
        left = ends_at - self._now()
        return int(left) + 1 if count >= self._most and left > 0 else 0

    def failed(self, name: str) -> None:
        """One more failure."""
        now = self._now()
        count, ends_at = self._failures.pop(name, (0, 0.0))
        if ends_at <= now:
            count, ends_at = 0, now + WINDOW_S
        self._failures[name] = (count + 1, ends_at)
        if len(self._failures) > NAMES_MAX:
            del self._failures[next(iter(self._failures))]

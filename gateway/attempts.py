"""Counts failures by name, in a minute and in an hour, to slow guessing down. Bounded.

A name waits when it has failed ``most`` times in a minute, or ``HOUR_FACTOR`` times as often in an hour: a code of
six digits that changes twice a minute would be found in days otherwise.
"""

from collections.abc import Callable
from typing import NamedTuple

WINDOW_S = 60.0
HOUR_S = 3_600.0
HOUR_FACTOR = 6
NAMES_MAX = 20_000


class _Window(NamedTuple):
    failures: int
    ends_at: float


_NEVER = _Window(0, 0.0)


class Attempts:
    """How often something failed lately, for each of many names."""

    def __init__(self, most: int, now: Callable[[], float]) -> None:
        self._now = now
        self._spans = ((WINDOW_S, most), (HOUR_S, most * HOUR_FACTOR))
        self._failures: dict[str, tuple[_Window, ...]] = {}

    def wait_s(self, name: str) -> int:
        """How long this name must wait before the next attempt; 0 when it may go on."""
        now, waits = self._now(), [0]
        for (_span, most), window in zip(self._spans, self._failures.get(name, ()), strict=False):
            if window.failures >= most and window.ends_at > now:
                waits.append(int(window.ends_at - now) + 1)
        return max(waits)

    def failed(self, name: str) -> None:
        """One more failure."""
        now = self._now()
        windows = self._failures.pop(name, (_NEVER, _NEVER))
        self._failures[name] = tuple(
            _Window(window.failures + 1, window.ends_at) if window.ends_at > now else _Window(1, now + span)
            for (span, _most), window in zip(self._spans, windows, strict=True)
        )
        if len(self._failures) > NAMES_MAX:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, name: str) -> None:
        """What was counted as a failure before its end was known was none."""
        windows = tuple(window._replace(failures=window.failures - 1) for window in self._failures.get(name, ()))
        if any(window.failures > 0 for window in windows):
            self._failures[name] = windows
        else:
            self._failures.pop(name, None)

"""Availability as it is published: the latest of each conference, and whoever listens for the next.

The projector pushes; an entry older than a second is read again, so a lost push costs a
second at most. Listeners of a conference are woken at most twice a second, however fast it
sells, and a slow one skips to the latest: a thousand of them must not slow down the selling.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

FRESH_S = 1.0
NEWS_EVERY_S = 0.5
CONFERENCES_MAX = 1_000  # in memory; the one touched longest ago goes first


class Current(NamedTuple):
    """Availability as of ``version``: JSON, and when it was learnt (seconds of the loop's clock)."""

    version: int
    as_of: float
    body: bytes


class Feed:
    """The latest availability of each conference. Loop thread only."""

    def __init__(
        self,
        read: Callable[[str], tuple[int, bytes] | None],
        now: Callable[[], float],
        later: Callable[[float, Callable[[str], None], str], object],
    ) -> None:
        """``later(seconds, call, argument)`` is the loop's ``call_later``."""
        self._read, self._now, self._later = read, now, later
        self._told: dict[str, float] = {}  # When its listeners were, or will be, woken last.
        self._current: dict[str, Current] = {}
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self.closed = False

    def current(self, conference: str) -> Current | None:
        """The latest, at most a second old; ``None`` when there is no such conference on sale."""
        current = self._current.get(conference)
        now = self._now()
        if current is None or now - current.as_of > FRESH_S:
            found = self._read(conference)
            if found is None:
                return current
            if current is not None and found[0] <= current.version:
                current = current._replace(as_of=now)
            else:
                current = Current(found[0], now, found[1])
            self._keep(conference, current)
        return current

    def published(self, conference: str, version: int, body: bytes) -> None:
        """The projector's push, or what a query has just read."""
        current = self._current.get(conference)
        if current is None or version > current.version:
            self._keep(conference, Current(version, self._now(), body))

    def _keep(self, conference: str, current: Current) -> None:
        before = self._current.pop(conference, None)
        self._current[conference] = current
        if len(self._current) > CONFERENCES_MAX:
            del self._current[next(iter(self._current))]
        if conference in self._listeners and (before is None or current.version > before.version):
            self._tell_in_time(conference)

    def _tell_in_time(self, conference: str) -> None:
        """Wakes the listeners now, or when the last time is ``NEWS_EVERY_S`` ago."""
        now, told = self._now(), self._told.get(conference, -NEWS_EVERY_S)
        if told > now:
            return  # They will be woken, and then look at the latest.
        wait_s = told + NEWS_EVERY_S - now
        if wait_s <= 0:
            self._told[conference] = now
            self._tell(conference)
        else:
            self._told[conference] = now + wait_s
            self._later(wait_s, self._tell, conference)

    def _tell(self, conference: str) -> None:
        for listener in self._listeners.get(conference, ()):
            listener.set()

    def subscribe(self, conference: str) -> asyncio.Event:
        """An event that is set when there is news; to be given back to ``unsubscribe``."""
        listener = asyncio.Event()
        self._listeners.setdefault(conference, set()).add(listener)
        return listener

    def unsubscribe(self, conference: str, listener: asyncio.Event) -> None:
        listeners = self._listeners[conference]
        listeners.discard(listener)
        if not listeners:
            del self._listeners[conference]
            self._told.pop(conference, None)

    @property
    def listening(self) -> int:
        return sum(len(listeners) for listeners in self._listeners.values())

    def close(self) -> None:
        """Ends all streams."""
        self.closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.set()

"""Streams of which the read models miss events: whom to ask for them, when again, and whom to wake for it.

Pure bookkeeping in monotonic milliseconds; the actor sends. Whatever message is lost, a stream stays here until
its events have come.
"""

from collections.abc import Iterable
from typing import NamedTuple

ASK_AGAIN_MS = 2_000  # a page that did not come by then is asked for again
WAKE_AGAIN_MS = 10_000  # a stream that has not been heard of by then is opened again
WAKING_MAX = 16  # streams woken at once to hear what was missed


class Asked(NamedTuple):
    """An entity that was asked for a page, or is to be: where it lives, under which epoch, and since when."""

    stream: str
    epoch: int
    entity: str
    at_ms: int


class Backlog:
    """At most one page is asked of a stream at a time, and a stream is either asked, being woken or to be woken."""

    def __init__(self) -> None:
        self._asked: dict[str, Asked] = {}
        self._sleeping: dict[str, None] = {}
        self._waking: dict[str, int] = {}

    def missed(self, streams: Iterable[str]) -> None:
        """Events of these streams never came here, and nobody has said where the streams live."""
        self._sleeping |= {stream: None for stream in streams if stream not in self._asked}

    def behind(self, stream: str, epoch: int, entity: str, now_ms: int) -> bool:
        """An entity has more than is known here; whether to ask it now (a later life is asked at once)."""
        known = self._asked.get(stream)
        if known is not None and known.epoch == epoch and now_ms - known.at_ms < ASK_AGAIN_MS:
            return False
        self.put_off(stream, epoch, entity, now_ms)
        return True

    def put_off(self, stream: str, epoch: int, entity: str, now_ms: int) -> None:
        """What came can't be applied now: it is to be asked for again."""
        self._asked[stream] = Asked(stream, epoch, entity, now_ms)

    def heard(self, stream: str) -> None:
        """The stream has told where it stands."""
        self._asked.pop(stream, None)
        self._waking.pop(stream, None)
        self._sleeping.pop(stream, None)

    def asleep(self, stream: str) -> None:
        """The entity has gone to sleep, or goes."""
        if self._asked.pop(stream, None) is not None:
            self._sleeping[stream] = None

    def is_waking(self, stream: str) -> bool:
        return stream in self._waking

    def unopened(self, stream: str) -> None:
        """It can't be woken, and so it has nothing to tell."""
        self._waking.pop(stream, None)

    def to_ask(self, now_ms: int) -> list[Asked]:
        """Those who were asked too long ago; they count as asked now."""
        late = [asked for asked in self._asked.values() if now_ms - asked.at_ms >= ASK_AGAIN_MS]
        self._asked |= {asked.stream: asked._replace(at_ms=now_ms) for asked in late}
        return late

    def to_wake(self, now_ms: int) -> list[str]:
        """Streams to open now; at most ``WAKING_MAX`` are on their way."""
        for stream in [stream for stream, since_ms in self._waking.items() if now_ms - since_ms >= WAKE_AGAIN_MS]:
            del self._waking[stream]
            self._sleeping[stream] = None
        waking = list(self._sleeping)[: WAKING_MAX - len(self._waking)]
        for stream in waking:
            del self._sleeping[stream]
            self._waking[stream] = now_ms
        return waking

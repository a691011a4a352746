"""When an entity tells the projector what it has appended: at most one hint on its way, few under load.

A hint costs a message; coalescing makes that cost small against the commands it speaks of.
"""

from actors.messages.envelopes import Appended, StoredEvent

EVENTS_PER_HINT_MAX = 4096
ANSWER_WITHIN_MS = 5_000  # without an answer by then, the hint counts as lost


class Hints:
    """Pure bookkeeping in monotonic milliseconds; the actor sends what ``next`` returns."""

    def __init__(self, stream: str, epoch: int, interval_ms: int) -> None:
        self._stream, self._epoch, self._interval_ms = stream, epoch, interval_ms
        self._pending: list[StoredEvent] = []
        self._head = self._told = -1
        self._sent_ms: int | None = None
        self._last_ms = -interval_ms

    def add(self, head: int, events: list[StoredEvent]) -> None:
        """Takes freshly committed events; above ``EVENTS_PER_HINT_MAX`` the projector will ask for pages itself."""
        self._head = head
        self._pending += events
        if len(self._pending) > EVENTS_PER_HINT_MAX:
            self._pending.clear()

    def next(self, now_ms: int) -> Appended | None:
        """The hint to send now, if one is due."""
        if not self.open or self.wait_ms(now_ms) > 0:
            return None
        self._sent_ms = self._last_ms = now_ms
        return self._hint()

    def last(self) -> Appended | None:
        """What must be told before the log is closed, whatever is on its way."""
        return self._hint() if self.open else None

    def _hint(self) -> Appended:
        hint = Appended(self._stream, self._epoch, self._head, self._pending)
        self._pending, self._told = [], self._head
        return hint

    def wait_ms(self, now_ms: int) -> int:
        """How long until ``next`` may have something; 0 or less for now."""
        if self._sent_ms is not None:
            return self._sent_ms + ANSWER_WITHIN_MS - now_ms
        return self._last_ms + self._interval_ms - now_ms

    def answered(self) -> None:
        """The projector took the hint."""
        self._sent_ms = None

    def again(self) -> None:
        """The projector is another one now: tell it where the log stands."""
        self._sent_ms, self._told = None, -1

    @property
    def open(self) -> bool:
        """Whether something is left to tell, or to be heard of."""
        return self._head != self._told or self._sent_ms is not None

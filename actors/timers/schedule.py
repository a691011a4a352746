"""Which streams are to be woken when: a heap of deadlines, the earliest of each stream.

Pure: times are Unix milliseconds and come as arguments. The schedule only wakes; what is
due says the stream's own log, so an entry too many or too early does no harm.
"""

import heapq

STREAMS_MAX = 1_000_000


class Schedule:
    """At most one deadline a stream; setting a later one than is known changes nothing until it has fired."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, str]] = []
        self._at_ms: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._at_ms)

    def wake(self, stream: str, at_ms: int) -> None:
        """Wakes ``stream`` at ``at_ms``, unless it is woken earlier already.

        Above ``STREAMS_MAX`` streams the deadline is left to the sweep.
        """
        known_ms = self._at_ms.get(stream)
        if known_ms is None and len(self._at_ms) >= STREAMS_MAX:
            return
        if known_ms is None or at_ms < known_ms:
            self._at_ms[stream] = at_ms
            heapq.heappush(self._heap, (at_ms, stream))

    def forget(self, stream: str) -> None:
        """The stream is woken no more."""
        self._at_ms.pop(stream, None)  # Its entry in the heap surfaces as one that was replaced.

    def due(self, now_ms: int, limit: int) -> list[str]:
        """Takes at most ``limit`` streams whose deadline has passed, the earliest first."""
        streams: list[str] = []
        while self._heap and len(streams) < limit:
            at_ms, stream = self._heap[0]
            if self._at_ms.get(stream) != at_ms:
                heapq.heappop(self._heap)  # An entry that an earlier deadline has replaced.
                continue
            if at_ms > now_ms:
                break
            heapq.heappop(self._heap)
            del self._at_ms[stream]
            streams.append(stream)
        return streams

    def next_ms(self) -> int | None:
        """The earliest deadline; ``None`` when nobody is to be woken."""
        while self._heap and self._at_ms.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

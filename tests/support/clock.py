"""A wall clock that moves only when it is told to."""


class SetClock:
    """Satisfies ``actors.kernel.ports.Clock``; ``now`` may be set forwards and backwards."""

    def __init__(self, now_ms: int = 1_000_000) -> None:
        self.now = now_ms

        self._leapt_ms = 0

    def now_ms(self) -> int:
        return self.now

    def steady_ms(self) -> int:
        return self.now - self._leapt_ms

    def leap(self, ms: int) -> None:
        """Somebody sets the clock; no time passes."""
        self.now += ms
        self._leapt_ms += ms

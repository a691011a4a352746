"""Why a run ends before its time, said once and in a sentence; and whether the server still answers."""

from collections.abc import Callable
from typing import Literal

Reason = Literal["finished", "time is up", "history is full", "interrupted", "server gone", "garbage", "not allowed"]


class Halt:
    """The first reason to stop wins; who works looks at ``raised`` before each step."""

    def __init__(self) -> None:
        self.reason: Reason = "finished"
        self.sentence = ""

    @property
    def raised(self) -> bool:
        return self.reason != "finished"

    def stop(self, reason: Reason, sentence: str) -> None:
        if not self.raised:
            self.reason, self.sentence = reason, sentence


class Pulse:
    """Notices that nothing is answered any more.

    ``patience_ns``: how long nobody may be reached at all before the server counts as gone.
    """

    def __init__(self, now_ns: Callable[[], int], patience_ns: int) -> None:
        self._now_ns = now_ns
        self._patience_ns = patience_ns
        self._answered_ns = now_ns()
        self._trouble = ""
        self.outage_ns_max = 0

    def answered(self, at_ns: int) -> None:
        if self._trouble:
            self.outage_ns_max = max(self.outage_ns_max, at_ns - self._answered_ns)
            self._trouble = ""
        self._answered_ns = at_ns

    def failed(self, trouble: Exception) -> None:
        self._trouble = str(trouble)

    def check(self, halt: Halt) -> None:
        """Stop the run when the trouble has lasted too long."""
        silent_ns = self._now_ns() - self._answered_ns
        if self._trouble:
            self.outage_ns_max = max(self.outage_ns_max, silent_ns)
            if silent_ns > self._patience_ns:
                halt.stop("server gone", f"The server stopped answering {silent_ns / 1e9:.0f} s ago: {self._trouble}.")

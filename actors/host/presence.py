"""Was the system away, or did the clock jump? Then holds get a grace (safety rule 6).

A file in the data directory says when the system last lived. It is written without fsync:
losing it costs a grace that was not needed, or nothing.
"""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

FILE = "alive"
DIGITS = 20

log = logging.getLogger(__name__)


class Presence:
    """Times in Unix milliseconds. ``grace_until_ms`` 0 means that nobody needs grace."""

    def __init__(
        self,
        data: Path,
        absence_ms_max: int,
        grace_ms: int,
        wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        steady_ms: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
    ) -> None:
        self._file, self._absence_ms_max, self._grace_ms = data / FILE, absence_ms_max, grace_ms
        self._wall_ms, self._steady_ms = wall_ms, steady_ms
        self._drift_ms = wall_ms() - steady_ms()
        self._noted = True
        self.grace_until_ms = self._after_absence(wall_ms())

    def _after_absence(self, now_ms: int) -> int:
        try:
            last_ms = int(self._file.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return 0  # The first start, or a file that a power cut has left half written.
        return now_ms + self._grace_ms if abs(now_ms - last_ms) > self._absence_ms_max else 0

    def tick(self) -> bool:
        """Once a second: notes the sign of life; whether the clock has jumped since the last tick."""
        now_ms = self._wall_ms()
        self._note(now_ms)
        drift_ms = now_ms - self._steady_ms()
        jumped = abs(drift_ms - self._drift_ms) > self._absence_ms_max
        self._drift_ms = drift_ms
        if jumped:
            self.grace_until_ms = now_ms + self._grace_ms
        return jumped

    def _note(self, now_ms: int) -> None:
        """In place and always as long, so that it needs no new room; a full disk must not end the directory."""
        try:
            descriptor = os.open(self._file, os.O_CREAT | os.O_WRONLY, 0o600)
            try:
                os.pwrite(descriptor, f"{now_ms:0{DIGITS}}".encode("ascii"), 0)
            finally:
                os.close(descriptor)
        except OSError as problem:
            if self._noted:
                log.warning("life-not-noted", extra={"problem": str(problem)})
            self._noted = False
            return
        self._noted = True

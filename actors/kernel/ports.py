"""What an entity needs of the world, each with a real adapter here and a fake in ``tests/support``."""

import os
import time
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """The wall clock in Unix milliseconds, and a steady one that nobody sets."""

    def now_ms(self) -> int: ...
    def steady_ms(self) -> int: ...


class SystemClock:
    """The machine's own."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def steady_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


class Room(Protocol):
    """Whether there is room on the disk for what may as well come later."""

    def enough(self) -> bool: ...


class DiskRoom:
    """Looks at the file system at most once in ``LOOK_EVERY_MS``: keeps ``reserve_bytes`` for cancels and confirms."""

    LOOK_EVERY_MS = 500

    def __init__(self, folder: Path, reserve_bytes: int) -> None:
        self._folder, self._reserve_bytes = folder, reserve_bytes
        self._looked_at_ms, self._enough = -self.LOOK_EVERY_MS, True

    def enough(self) -> bool:
        now_ms = time.monotonic_ns() // 1_000_000
        if now_ms - self._looked_at_ms >= self.LOOK_EVERY_MS:
            self._looked_at_ms = now_ms
            disk = os.statvfs(self._folder)
            self._enough = disk.f_bavail * disk.f_frsize >= self._reserve_bytes
        return self._enough

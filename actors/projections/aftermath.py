"""Puts what follows from facts into the outbox, when the projector hears of them first.

The outbox remembers how far it has heard each stream's effects, and every entry's key is unique: read models that are
made anew add nothing, and what a crash kept from the outbox is added when the events are read again.
"""

import time
from collections.abc import Callable
from typing import Final

from actors.projections import outbox
from actors.projections.outbox import Told
from config.settings import Settings
from storage.failures import Unavailable
from storage.outbox import Entry, Full, Outbox
from storage.sqlite.outbox import SqliteOutbox

STALE_MS: Final = 3 * 86_400_000
"""What was to be told longer ago, and was never noted, is told to nobody: the outbox was lost, or is another day's."""


class NotNow(Exception):
    """The outbox takes no more now: the events must be applied later, and their effects with them."""


class Aftermath:
    """The projector's way to the outbox."""

    def __init__(self, rows: Outbox, payment_reminder_ms: int, now_ms: Callable[[], int]) -> None:
        self._outbox, self._payment_reminder_ms, self._now_ms = rows, payment_reminder_ms, now_ms
        self._heard: dict[str, int] = {}

    def note(self, stream: str, told: Told) -> None:
        """Adds the effects of these events. Raises ``NotNow``: nothing is added."""
        entries = outbox.entries(stream, told, self._payment_reminder_ms)
        if not entries:  # So it is for nearly every batch of holds: no database is touched.
            return
        version = max(map(_version, entries))
        try:
            if stream not in self._heard:
                self._heard[stream] = self._outbox.cursor(stream)
            heard = self._heard[stream]
            if version <= heard:
                return
            oldest_ms = self._now_ms() - STALE_MS
            unheard = [entry for entry in entries if _version(entry) > heard]  # What was done may be forgotten by now.
            fresh = [entry for entry in unheard if entry.kind == "refund" or entry.due_at_ms >= oldest_ms]
            outcome = self._outbox.enqueue(fresh, (stream, version))
        except Unavailable as problem:
            raise NotNow(str(problem)) from problem
        if isinstance(outcome, Full):
            raise NotNow(f"{outcome.limit:,} effects wait in the outbox")
        self._heard[stream] = version


def _version(entry: Entry) -> int:
    """Of the event that it follows from."""
    return int(entry.key.split("/")[1])


def open_aftermath(settings: Settings) -> Aftermath:
    """The way to the outbox in the data directory. Raises ``storage.failures.Unavailable``."""
    return Aftermath(SqliteOutbox(settings.data / "outbox.db"), settings.courier.payment_reminder_ms, _now_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

"""Puts what follows from facts into the outbox, when the projector hears of them first.

The outbox remembers how far it has heard each stream's effects, and every entry's key is unique: read models that are
made anew add nothing, and what a crash kept from the outbox is added when the events are read again.
"""

from actors.projections import outbox
from actors.projections.outbox import Told
from config.settings import Settings
from storage.failures import Unavailable
from storage.outbox import Full, Outbox
from storage.sqlite.outbox import SqliteOutbox


class NotNow(Exception):
    """The outbox takes no more now: the events must be applied later, and their effects with them."""


class Aftermath:
    """The projector's way to the outbox."""

    def __init__(self, rows: Outbox, payment_reminder_ms: int) -> None:
        self._outbox, self._payment_reminder_ms = rows, payment_reminder_ms
        self._heard: dict[str, int] = {}

    def note(self, stream: str, told: Told) -> None:
        """Adds the effects of these events. Raises ``NotNow``: nothing is added."""
        entries = outbox.entries(stream, told, self._payment_reminder_ms)
        if not entries:  # So it is for nearly every batch of holds: no database is touched.
            return
        version = max(int(entry.key.split("/")[1]) for entry in entries)
        try:
            if stream not in self._heard:
                self._heard[stream] = self._outbox.cursor(stream)
            if version <= self._heard[stream]:
                return
            outcome = self._outbox.enqueue(entries, (stream, version))
        except Unavailable as problem:
            raise NotNow(str(problem)) from problem
        if isinstance(outcome, Full):
            raise NotNow(f"{outcome.limit:,} effects wait in the outbox")
        self._heard[stream] = version


def open_aftermath(settings: Settings) -> Aftermath:
    """The way to the outbox in the data directory. Raises ``storage.failures.Unavailable``."""
    return Aftermath(SqliteOutbox(settings.data / "outbox.db"), settings.courier.payment_reminder_ms)

"""Looks at event logs from outside: heads, streams, events and the full check. The only door besides the shell."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Raw

from actors.messages.envelopes import StoredEvent
from storage.eventlog import EventLogs
from storage.sqlite.eventlog import SqliteEventLogs


def logs(data: Path) -> EventLogs:
    """The installation's event logs."""
    return SqliteEventLogs(data / "logs")


def read_events(store: EventLogs, stream: str, after: int = 0) -> Iterator[StoredEvent]:
    """A closed stream's events as stored, checked along the chain. Raises ``NotWhole``, ``InUse``, ``KeyError``."""
    for record in store.read(stream, after):
        yield StoredEvent(record.position, record.at_ms, Raw(record.data))

"""Pages of a log, for the audit feed (described for people) and for the projector (as stored)."""

from msgspec import Raw

from actors.kernel.upcasting import EventReader, described
from actors.messages.codec import encode
from actors.messages.envelopes import DescribedEvent, LogPage, ReadLog, StoredEvent
from storage.eventlog import EventLog

PAGE_BYTES_MAX = 4 * 1024 * 1024  # so that a page stays well below the frame cap


def page(log: EventLog, reader: EventReader, ask: ReadLog, items_max: int) -> LogPage:
    """Events after ``ask.after``: at most ``ask.limit``, ``items_max`` and ``PAGE_BYTES_MAX``. Raises ``NotWhole``."""
    stored: list[StoredEvent] = []
    people: list[DescribedEvent] = []
    size = 0
    for record in log.read(ask.after, max(0, min(ask.limit, items_max))):
        if ask.described:
            name, fields = described(reader(record.data))
            body = encode(fields)
            people.append(DescribedEvent(record.position, record.at_ms, name, Raw(body)))
        else:
            body = record.data
            stored.append(StoredEvent(record.position, record.at_ms, Raw(body)))
        size += len(body)
        if size >= PAGE_BYTES_MAX:
            break
    return LogPage(log.stream, log.epoch, ask.number, log.head, stored, people)

"""Looks at event logs from outside: heads, events, the full check. The only door to them besides the shell."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgpack
from msgspec import Raw

from actors.kernel.decider import Decider
from actors.kernel.upcasting import EventReader, described
from actors.messages.envelopes import StoredEvent
from storage.eventlog import EventLogs, InUse, NotWhole, Unknown
from storage.sqlite.eventlog import SqliteEventLogs

OK, WRONG = 0, 1


def logs(data: Path) -> EventLogs:
    """The installation's event logs; ``data`` is its data directory."""
    return SqliteEventLogs(data / "logs")


def read_events(store: EventLogs, stream: str, after: int = 0) -> Iterator[StoredEvent]:
    """A closed stream's events as stored, checked along the chain. Raises ``NotWhole``, ``InUse``, ``KeyError``."""
    for record in store.read(stream, after):
        yield StoredEvent(record.position, record.at_ms, Raw(record.data))


def show(data: Path, stream: str, *, after: int, limit: int | None, kinds: Mapping[str, Decider[Any]]) -> int:
    """Prints a stream's events, one JSON line each; an event that no kind knows is shown by its bare fields."""
    kind = kinds.get(stream.partition("-")[0])
    reader = EventReader(kind.events, kind.lifts) if kind is not None else None
    try:
        for record in logs(data).read(stream, after, limit):
            name, fields = described(reader(record.data)) if reader is not None else _bare(record.data)
            at = datetime.fromtimestamp(record.at_ms / 1000, UTC).isoformat(timespec="milliseconds")
            line = {"version": record.position, "epoch": record.epoch, "at": at.replace("+00:00", "Z"), "type": name}
            print(json.dumps({**line, "data": fields}, ensure_ascii=False))
    except KeyError:
        return _told(f"{stream}: there is no such stream")
    except InUse:
        return _told(f"{stream}: in use by the running system; stop it first")
    except (NotWhole, Unknown) as problem:
        return _told(str(problem))
    return OK


def verify(data: Path, streams: Sequence[str]) -> int:
    """Checks streams (all when none is named) record by record and prints a line for each; 1 when one is not whole."""
    store = logs(data)
    status = OK
    for stream in streams or store.streams():
        try:
            verdict = store.verify(stream)
        except InUse:
            status = _told(f"{stream}: in use by the running system; stop it to check it")
            continue
        except (KeyError, Unknown) as problem:
            status = _told(f"{stream}: can't be read: {problem}")
            continue
        if verdict.problem is None:
            print(f"{stream}: whole, {verdict.head} events")
        else:
            status = WRONG
            print(f"{stream}: NOT whole at position {verdict.position}: {verdict.problem}")
    return status


def _bare(data: bytes) -> tuple[str, Any]:
    unpack: Any = msgpack.unpackb  # type: ignore[attr-defined]  # typed by its C half only
    tag, *fields = unpack(data)
    return str(tag), fields


def _told(problem: str) -> int:
    print(problem, file=sys.stderr)
    return WRONG

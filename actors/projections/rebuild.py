"""Makes the read models again from the logs, while nothing serves: ``python run.py rebuild``.

A stream that can't be read, or stops fitting, is named and left where it stopped; the
others go on. Interrupted, it leaves read models that are behind, which the running system catches up.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from actors.kernel import inspect
from actors.messages.envelopes import StoredEvent
from actors.projections import tables
from actors.projections.aftermath import Aftermath, NotNow, open_aftermath
from actors.projections.projection import Projection
from config.settings import Settings
from storage.sqlite.readmodels import open_writer

OK: Final = 0
INCOMPLETE: Final = 1
BATCH_EVENTS: Final = 2_000
SAY_EVERY_S: Final = 1.0

Read = Callable[[str], Iterable[StoredEvent]]
"""A stream's events from the first on; raises whatever says that its log can't be read."""


class Running(Exception):
    """The system serves from this data directory."""


def main(settings: Settings) -> int:
    """The command; its exit status is 1 when a stream could not be projected to its end."""
    try:
        with _alone(settings.data):
            db = open_writer(settings.data / "readmodels.db")
            store = inspect.logs(settings.data)
            try:
                aftermath = open_aftermath(settings)
                return rebuild(store.streams(), lambda stream: inspect.read_events(store, stream), db, _say, aftermath)
            finally:
                db.close()
    except (Running, FileNotFoundError) as problem:
        _say(str(problem))
        return INCOMPLETE


def rebuild(
    streams: Sequence[str],
    read: Read,
    db: Database,
    say: Callable[[str], None],
    aftermath: Aftermath | None = None,
) -> int:
    """Wipes the read models and folds the streams into them; says how far it has come, about once a second.

    ``aftermath`` hears of events whose effects a crash has kept from the outbox; it knows all others.
    """
    tables.wipe(db)
    projection = Projection(db, aftermath)
    incomplete = []
    total = 0
    began = time.monotonic()
    for index, stream in enumerate(streams, 1):
        count, problem = _fold(projection, stream, read, _Progress(say, f"stream {index} of {len(streams)}: {stream}"))
        total += count
        if problem is not None:
            incomplete.append(stream)
            say(f"{stream}: {problem}")
    seconds = time.monotonic() - began
    say(f"{len(streams)} streams, {total:,} events in {seconds:.1f} s ({total / max(seconds, 1e-3):,.0f} events/s)")
    if incomplete:
        say(f"NOT complete: {', '.join(incomplete)}")
    return INCOMPLETE if incomplete else OK


class _Progress:
    """Says at most once in ``SAY_EVERY_S`` how a stream comes along."""

    def __init__(self, say: Callable[[str], None], what: str) -> None:
        self._say, self._what = say, what
        self._began = self._said = time.monotonic()

    def __call__(self, count: int) -> None:
        now = time.monotonic()
        if now - self._said >= SAY_EVERY_S:
            self._said = now
            self._say(f"{self._what}: {count:,} events, {count / (now - self._began):,.0f} events/s")


def _fold(projection: Projection, stream: str, read: Read, progress: Callable[[int], None]) -> tuple[int, str | None]:
    """How many events of the stream were applied, and why no more."""
    version, unread = 0, None
    events = _until_unread(iter(read(stream)))
    while batch := list(islice(events, BATCH_EVENTS)):
        if isinstance(batch[-1], Exception):
            unread = batch.pop()
        try:
            applied = projection.apply(stream, [event for event in batch if isinstance(event, StoredEvent)])
        except NotNow as problem:
            return version, str(problem)
        version = applied.version
        if applied.problem is not None:
            return version, applied.problem
        if applied.gap is not None:
            return version, f"event {applied.gap} is missing"
        progress(version)
    return version, None if unread is None else f"{type(unread).__name__}: {unread}"


def _until_unread(events: Iterator[StoredEvent]) -> Iterator[StoredEvent | Exception]:
    """The events and, where reading fails, the failure as the last item: whatever it is, it is this stream's alone."""
    while True:
        try:
            yield next(events)
        except StopIteration:
            return
        except Exception as problem:
            yield problem
            return


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Keeps the system from starting meanwhile. Raises ``Running``, or ``FileNotFoundError`` without the directory."""
    if not data.is_dir():
        raise FileNotFoundError(f"There is no data directory {data}.")
    lock = os.open(data / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as problem:
        raise Running(f"The system is running on {data}: stop it first.") from problem
    finally:
        os.close(lock)


def _say(line: str) -> None:
    print(line, flush=True)

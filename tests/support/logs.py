"""Event logs in memory, with switches for what can go wrong: the fake behind ``storage.eventlog``."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from storage.eventlog import (
    Decision,
    Fenced,
    InUse,
    NewRecord,
    NotWhole,
    Record,
    Remembered,
    Snapshot,
    Unknown,
    Verdict,
)


class Fault(Enum):
    """What becomes of one append."""

    LOST = "raises Unknown, and nothing was kept"
    KEPT = "raises Unknown, and all was kept"


@dataclass
class _Kept:
    """What a disk would hold of one stream."""

    epoch: int = 0
    records: list[Record] = field(default_factory=list)
    positions: dict[bytes, int] = field(default_factory=dict)
    remembered: dict[bytes, Remembered] = field(default_factory=dict)
    snapshot: Snapshot | None = None
    damaged_at: int | None = None
    writer: "MemoryEventLog | None" = None


class MemoryEventLogs:
    """See ``storage.eventlog.EventLogs``. What is kept outlives the logs opened on it, as a disk outlives processes.

    ``faults``: taken one per append. ``full``: every append is ``Unknown`` and keeps nothing. ``before_append``: called
    with the stream's name; it may move a clock on (a slow disk) or raise (a crash). ``exclusive=False``: a second
    opening does not meet ``InUse`` but fences the first, as a database shared by nodes does.
    """

    def __init__(self, *, exclusive: bool = True) -> None:
        self.faults: deque[Fault] = deque()
        self.full = False
        self.before_append: Callable[[str], None] = lambda _stream: None
        self.appends = 0
        self._exclusive = exclusive
        self._kept: dict[str, _Kept] = {}

    def open(self, stream: str, *, create: bool) -> "MemoryEventLog":
        if create:
            self._kept.setdefault(stream, _Kept())
        kept = self._whole(stream)
        if self.full:
            raise Unknown(f"{stream}: the disk is full")
        kept.epoch += 1
        kept.writer = MemoryEventLog(self, stream, kept)
        return kept.writer

    def streams(self) -> list[str]:
        return sorted(self._kept)

    def heads(self) -> dict[str, int]:
        return {stream: len(kept.records) for stream, kept in self._kept.items()}

    def read(self, stream: str, after: int, limit: int | None = None) -> Iterator[Record]:
        records = self._whole(stream).records[after:]
        yield from records if limit is None else records[:limit]

    def verify(self, stream: str) -> Verdict:
        head = len(self._kept[stream].records)
        try:
            self._whole(stream)
        except NotWhole as found:
            return Verdict(stream, head, found.position, found.problem)
        return Verdict(stream, head, None, None)

    def crash(self, stream: str) -> None:
        """The process that has the log open is gone; what it committed stays."""
        if writer := self._kept[stream].writer:
            writer.close()

    def damage(self, stream: str, position: int) -> None:
        """From now on the log is not whole at this position."""
        self._kept[stream].damaged_at = position

    def _whole(self, stream: str) -> _Kept:
        kept = self._kept[stream]
        if kept.writer and self._exclusive:
            raise InUse(stream)
        if kept.damaged_at is not None:
            raise NotWhole(stream, kept.damaged_at, "damaged on purpose")
        return kept


class MemoryEventLog:
    """See ``storage.eventlog.EventLog``."""

    def __init__(self, logs: MemoryEventLogs, stream: str, kept: _Kept) -> None:
        self._logs, self._stream, self._kept, self._epoch = logs, stream, kept, kept.epoch
        self._usable = True

    @property
    def stream(self) -> str:
        return self._stream

    @property
    def epoch(self) -> int:
        return self._epoch

    @property
    def head(self) -> int:
        return len(self._kept.records)

    @property
    def last_at_ms(self) -> int:
        return self._kept.records[-1].at_ms if self._kept.records else 0

    def append(self, expected: int, records: Sequence[NewRecord], remembered: Sequence[Remembered] = ()) -> None:
        self._refuse_unusable()
        self._logs.before_append(self._stream)
        if expected != self.head or self._epoch != self._kept.epoch:
            raise Fenced(f"{self._stream}: expected {expected} of epoch {self._epoch}, the log is at {self.head}")
        self._refuse_repeated_keys(records)
        self._logs.appends += 1
        fault = Fault.LOST if self._logs.full else self._logs.faults.popleft() if self._logs.faults else None
        if fault is not Fault.LOST:
            fresh = [Record(position, self._epoch, *record) for position, record in enumerate(records, expected + 1)]
            self._kept.records += fresh
            self._kept.positions |= {record.key: record.position for record in fresh if record.key is not None}
            self._kept.remembered |= {answer.key: answer for answer in remembered}
        if fault is not None:
            self._usable = False
            raise Unknown(f"{self._stream}: {fault.value}")

    def read(self, after: int, limit: int | None = None) -> Iterator[Record]:
        self._refuse_unusable()
        end = self.head if limit is None else min(self.head, after + limit)
        return iter(self._kept.records[after:end])

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Decision | Remembered]:
        self._refuse_unusable()
        found: dict[bytes, Decision | Remembered] = {}
        for key in keys:
            if position := self._kept.positions.get(key):
                found[key] = self._decision(position)
            elif answer := self._kept.remembered.get(key):
                found[key] = answer
        return found

    def snapshot(self) -> Snapshot | None:
        self._refuse_unusable()
        return self._kept.snapshot

    def keep_snapshot(self, snapshot: Snapshot) -> None:
        self._refuse_unusable()
        if not 0 < snapshot.position <= self.head:
            msg = f"{self._stream}: a snapshot at {snapshot.position} of a log at {self.head}"
            raise ValueError(msg)
        self._kept.snapshot = snapshot

    def forget(self, before_ms: int, keep_max: int) -> None:
        self._refuse_unusable()
        fresh = [answer for answer in self._kept.remembered.values() if answer.at_ms >= before_ms]
        self._kept.remembered = {answer.key: answer for answer in fresh[max(0, len(fresh) - keep_max) :]}

    def close(self) -> None:
        self._usable = False
        if self._kept.writer is self:
            self._kept.writer = None

    def _decision(self, position: int) -> Decision:
        first = self._kept.records[position - 1]
        events = [first.data]
        while position + len(events) <= self.head:
            record = self._kept.records[position + len(events) - 1]
            if record.part == 0:
                break
            events.append(record.data)
        return Decision(first.fingerprint or b"", position + len(events) - 1, tuple(events))

    def _refuse_repeated_keys(self, records: Sequence[NewRecord]) -> None:
        keys = [record.key for record in records if record.key is not None]
        repeated = len(set(keys)) != len(keys) or any(key in self._kept.positions for key in keys)
        if repeated or any(len(key) != 16 for key in keys):
            msg = f"{self._stream}: a key is repeated, or not of 16 bytes"
            raise ValueError(msg)

    def _refuse_unusable(self) -> None:
        if not self._usable:
            raise Unknown(f"{self._stream}: closed, or an earlier append ended in an unknown outcome")

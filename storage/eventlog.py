"""The port behind which event logs live: one log per stream, one writer per log.

An adapter promises: ``append`` is durable when it returns (fsync), all or nothing, and
refused when the expected position or the epoch is not the log's own; a record's checksum
is chained to the one before; a damaged, shortened or missing log is ``NotWhole`` for that
stream alone. Bytes and rows only: no domain here.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol


class NewRecord(NamedTuple):
    """One event to append. The first of a decision (``part`` 0) may carry key and fingerprint (16 bytes each)."""

    at_ms: int
    part: int
    key: bytes | None
    fingerprint: bytes | None
    data: bytes


class Record(NamedTuple):
    """One event as it stands in the log; positions are dense from 1."""

    position: int
    epoch: int
    at_ms: int
    part: int
    key: bytes | None
    fingerprint: bytes | None
    data: bytes


class Remembered(NamedTuple):
    """An answer kept beside the log under a key: a refusal, or a success that changed nothing."""

    key: bytes
    fingerprint: bytes
    at_ms: int
    answer: bytes


class Decision(NamedTuple):
    """What the log holds under a key: the events of that decision, the last at ``version``."""

    fingerprint: bytes
    version: int
    events: tuple[bytes, ...]


class Snapshot(NamedTuple):
    """A frozen fold up to ``position``: a cache, dropped when ``fold_version`` is not the reader's."""

    position: int
    at_ms: int
    fold_version: int
    state: bytes


class NotWhole(Exception):
    """The log fails its checks: names the stream, the first bad position (0 when unknown) and what is wrong."""

    def __init__(self, stream: str, position: int, problem: str) -> None:
        super().__init__(f"{stream}: NOT whole at position {position}: {problem}")
        self.stream, self.position, self.problem = stream, position, problem


class Fenced(Exception):
    """The append's epoch or expected position is not the log's: another writer has it. Nothing was written."""


class Unknown(Exception):
    """The append may or may not have happened (an error from COMMIT or fsync): fold the log again to learn."""


class InUse(Exception):
    """Another process has the log open."""


class EventLog(Protocol):
    """One stream's log, opened for writing under ``epoch`` (each opening takes the next one)."""

    @property
    def stream(self) -> str: ...
    @property
    def epoch(self) -> int: ...
    @property
    def head(self) -> int:
        """Position of the last event; 0 when there is none."""
        ...

    @property
    def last_at_ms(self) -> int:
        """``at_ms`` of the last event; 0 when there is none."""
        ...

    def append(self, expected: int, records: Sequence[NewRecord], remembered: Sequence[Remembered] = ()) -> None:
        """One durable commit of all, after position ``expected``. Raises ``Fenced`` or ``Unknown``.

        After ``Unknown`` the log answers nothing else: close it, open it again, fold. A key that the log holds
        already is a bug of the caller: ``ValueError``, nothing written.
        """
        ...

    def read(self, after: int, limit: int | None = None) -> Iterator[Record]:
        """Events after a position, each checked against the one before. Raises ``NotWhole``."""
        ...

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Decision | Remembered]:
        """What is known under these keys; unknown keys are absent."""
        ...

    def snapshot(self) -> Snapshot | None:
        """The newest snapshot, checked by its own checksum; a bad one is dropped.

        Ask before the first ``find``: it also brings the keys up to its position, else they are read from the log.
        """
        ...

    def keep_snapshot(self, snapshot: Snapshot) -> None:
        """Replaces the snapshot. Not durable, for it is a cache. Raises ``OSError`` when it cannot be kept."""
        ...

    def forget(self, before_ms: int, keep_max: int) -> None:
        """Drops remembered answers older than ``before_ms``, and the oldest above ``keep_max``.

        What one append brought may be dropped as one (so a few more are kept), and a bounded number a call.
        """
        ...

    def close(self) -> None: ...


class Verdict(NamedTuple):
    """Outcome of a full check of one stream: whole, or the first bad position and what is wrong there."""

    stream: str
    head: int
    position: int | None
    problem: str | None


class EventLogs(Protocol):
    """All the logs of one place."""

    def open(self, stream: str, *, create: bool) -> EventLog:
        """Opens a log for writing, taking the next epoch, which is a durable write.

        Raises ``KeyError`` (no such log), ``InUse``, ``NotWhole``, ``Unknown`` (the disk fails or is full).
        """
        ...

    def streams(self) -> list[str]:
        """Names of all streams, sorted; also those whose file is missing though their anchor says it was there."""
        ...

    def heads(self) -> dict[str, int]:
        """Last committed position of each stream as its head anchor says (never above the log's own).

        A stream whose anchor is damaged is left out.
        """
        ...

    def read(self, stream: str, after: int, limit: int | None = None) -> Iterator[Record]:
        """Reads a log that nobody has open (inspection, rebuild), checking the chain. Raises as ``open`` does."""
        ...

    def verify(self, stream: str) -> Verdict:
        """Checks every record, the anchor and the file itself. Raises ``InUse``."""
        ...

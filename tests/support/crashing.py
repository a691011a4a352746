"""``run.py`` with crash points: an inventory kills itself (SIGKILL) where a test has armed it.

Run as ``python -m tests.support.crashing serve`` with CRASH_FOLDER naming a folder: a file there with a point's
name arms it, once. The patches are made before the first fork, so every process has them.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import run
from actors.kernel.entity import Entity
from storage.eventlog import NewRecord
from storage.sqlite.writer import SqliteEventLog

POINTS = ("before-append", "after-append", "before-reply", "before-promotion", "after-promotion", "after-opening")
OFFER = b"seats-offered"


def _crash_at(point: str, stream: str) -> None:
    if not stream.startswith("seats-"):
        return
    try:
        os.unlink(Path(os.environ["CRASH_FOLDER"]) / point)
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _install() -> None:
    append, turn, born = SqliteEventLog.append, Entity.turn, Entity.__init__

    def append_or_crash(log: SqliteEventLog, at: int, records: Sequence[NewRecord], *more: Any) -> None:
        promotes = any(OFFER in record.data for record in records)
        if records:
            _crash_at("before-append", log.stream)
        if promotes:
            _crash_at("before-promotion", log.stream)
        append(log, at, records, *more)
        if records:
            _crash_at("after-append", log.stream)
        if promotes:
            _crash_at("after-promotion", log.stream)

    def turn_or_crash(entity: Entity, now_ms: int) -> None:
        if entity._held:
            _crash_at("before-reply", entity.stream)
        turn(entity, now_ms)

    def born_or_crash(entity: Entity, *arguments: Any) -> None:
        born(entity, *arguments)
        _crash_at("after-opening", entity.stream)

    SqliteEventLog.append = append_or_crash  # type: ignore[method-assign,assignment]
    Entity.turn = turn_or_crash  # type: ignore[method-assign,assignment]
    Entity.__init__ = born_or_crash  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    _install()
    sys.exit(run.main(sys.argv[1:]))

"""Real processes and a disk that refuses: what was acknowledged stays, what was not is unknown and never half done."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.eventlog import EventLog, InUse, Unknown
from storage.sqlite.eventlog import SqliteEventLogs
from tests.storage.contract_eventlog import STREAM, contents, event, keep
from tests.support import disks

ROOT = Path(__file__).parents[2]
BATCH = 8
OPENING_SYNCS = 17
"""Syncs until the first append has returned. SQLite passes over those of folders that fail; we sync folders again."""

WRITER = f"""
import sys
from pathlib import Path
from storage.eventlog import Unknown
from storage.sqlite.eventlog import SqliteEventLogs
from tests.storage.contract_eventlog import STREAM, event, keep
try:
    log = SqliteEventLogs(Path(sys.argv[1])).open(STREAM, create=True)
    while log.head < int(sys.argv[2]):
        keep(log, *(event(log.head + number) for number in range(1, {BATCH} + 1)))
        print(log.head, flush=True)
except Unknown:
    print("unknown", flush=True)
"""


def expected(head: int) -> list[bytes]:
    return [b"event %d" % number for number in range(1, head + 1)]


def start(program: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def keep_batches(log: EventLog, count: int) -> None:
    for _ in range(count):
        keep(log, *(event(log.head + number) for number in range(1, BATCH + 1)))


@contextlib.contextmanager
def files_up_to(size_bytes: int) -> Iterator[None]:
    """No file may grow beyond this meanwhile: writing there fails as on a full disk, but only for us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("acknowledged", [1, 5, 23])
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path, acknowledged: int) -> None:
    writer = start(WRITER, tmp_path, 10**9)
    assert writer.stdout is not None
    heads = [int(writer.stdout.readline()) for _ in range(acknowledged)]
    writer.send_signal(signal.SIGKILL)
    heads += map(int, writer.stdout.read().split())
    writer.wait()
    writer.stdout.close()
    log = SqliteEventLogs(tmp_path).open(STREAM, create=False)
    assert log.head in {heads[-1], heads[-1] + BATCH}
    assert contents(log) == expected(log.head)
    log.close()


def test_a_second_process_finds_the_log_in_use(tmp_path: Path) -> None:
    writer = start(WRITER + "sys.stdin.read()", tmp_path, BATCH)
    assert writer.stdout is not None
    assert writer.stdout.readline() == f"{BATCH}\n"
    try:
        with pytest.raises(InUse):
            SqliteEventLogs(tmp_path).open(STREAM, create=False)
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    SqliteEventLogs(tmp_path).open(STREAM, create=False).close()


@pytest.mark.parametrize("limit", [48_000, 50_000, 131_072, 200_001, 262_144])
def test_a_disk_that_takes_no_more_makes_the_append_unknown_and_goes_on_once_there_is_room(
    tmp_path: Path, limit: int
) -> None:
    logs = SqliteEventLogs(tmp_path)
    log = logs.open(STREAM, create=True)
    with files_up_to(limit):
        with pytest.raises(Unknown):
            keep_batches(log, 200)
        acknowledged = log.head
        with pytest.raises(Unknown):
            keep(log, event(acknowledged + 1))
        log.close()
    again = logs.open(STREAM, create=False)
    assert 0 < acknowledged <= again.head <= acknowledged + BATCH
    assert contents(again) == expected(again.head)
    keep(again, event(again.head + 1))
    again.close()
    assert logs.verify(STREAM).problem is None


def test_a_log_is_not_opened_while_the_disk_takes_nothing(tmp_path: Path) -> None:
    logs = SqliteEventLogs(tmp_path)
    log = logs.open(STREAM, create=True)
    keep(log, event(1))
    log.close()
    with files_up_to(4096), pytest.raises(Unknown):
        logs.open(STREAM, create=False)
    again = logs.open(STREAM, create=False)
    assert contents(again) == expected(1)
    again.close()


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = disks.build(tmp_path_factory.mktemp("shim"))
    if library is None:
        pytest.skip("no C compiler: the sync calls can't be made to fail")
    return library


@pytest.mark.parametrize("nth", range(1, OPENING_SYNCS + 11))
def test_a_failed_sync_is_unknown_and_nothing_acknowledged_is_lost(tmp_path: Path, shim: Path, nth: int) -> None:
    writer = start(WRITER, tmp_path, 15 * BATCH, LD_PRELOAD=str(shim), FAIL_SYNC=str(nth))
    said = writer.communicate()[0].split()
    assert writer.returncode == 0
    acknowledged = [int(head) for head in said if head != "unknown"]
    log = SqliteEventLogs(tmp_path).open(STREAM, create=True)
    assert log.head >= max(acknowledged, default=0)
    assert contents(log) == expected(log.head)
    log.close()
    if nth > OPENING_SYNCS:
        assert said[-1] == "unknown"


def test_each_append_is_synced_once(tmp_path: Path, shim: Path) -> None:
    counting = WRITER.replace("print(log.head", "print(ctypes.CDLL(None).sync_calls()").replace(
        "import sys", "import ctypes, sys"
    )
    writer = start(counting, tmp_path, 12 * BATCH, LD_PRELOAD=str(shim))
    calls = list(map(int, writer.communicate()[0].split()))
    assert calls == list(range(OPENING_SYNCS, OPENING_SYNCS + 12))

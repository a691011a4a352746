"""When the power is cut, what was acknowledged is on the disk, whatever became of what was only written."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from storage.eventlog import NotWhole
from storage.sqlite.eventlog import SqliteEventLogs
from storage.sqlite.places import place_of
from tests.storage.contract_eventlog import STREAM, contents
from tests.support import disks

ROOT = Path(__file__).parents[2]
SEEDS = 10
# Of 40 KB each, so that the write-ahead log is copied into the file about every hundredth append.
WRITER = """
import sys
from pathlib import Path
from storage.eventlog import NewRecord
from storage.sqlite.eventlog import SqliteEventLogs
log = SqliteEventLogs(Path(sys.argv[1])).open(sys.argv[2], create=True)
if sys.argv[3] == "NORMAL":
    log._connection.execute("PRAGMA synchronous=NORMAL")
while True:
    log.append(log.head, [NewRecord(1, 0, None, None, b"event %d" % (log.head + 1) * 4_000)])
    print(log.head, flush=True)
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = disks.build(tmp_path_factory.mktemp("shim"))
    if library is None:
        pytest.skip("no C compiler: what was synced can't be told")
    return library


def cut(folder: Path, shim: Path, appends: int, synchronous: str = "FULL") -> int:
    """Kills a writer after so many appends; the last position that it acknowledged."""
    (folder / "synced").mkdir(parents=True)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder / "logs"), STREAM, synchronous],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LD_PRELOAD": str(shim), "SYNCED": str(folder / "synced")},
    )
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(appends)]
    writer.kill()
    said += writer.stdout.read().splitlines()
    writer.wait()
    writer.stdout.close()
    return int(said[-1])


def head_after(folder: Path, attempt: str, chance: random.Random | None) -> int:
    """Where the log stands that is opened on what the power cut left. Raises ``NotWhole``."""
    written = place_of(folder / "logs", STREAM).log.parent
    left = folder / attempt
    disks.after_power_cut(folder / "synced", written, left / written.name, chance)
    log = SqliteEventLogs(left).open(STREAM, create=False)
    assert contents(log) == [b"event %d" % number * 4_000 for number in range(1, log.head + 1)]
    log.close()
    return log.head


@pytest.mark.parametrize("appends", [1, 30, 101, 130])
def test_no_acknowledged_event_is_lost(tmp_path: Path, shim: Path, appends: int) -> None:
    acknowledged = cut(tmp_path, shim, appends)
    assert head_after(tmp_path, "unsynced lost", None) >= acknowledged
    for seed in range(SEEDS):
        assert head_after(tmp_path, f"seed {seed}", random.Random(seed)) >= acknowledged


def test_the_control_without_synced_commits_loses_some(tmp_path: Path, shim: Path) -> None:
    acknowledged = cut(tmp_path, shim, 30, "NORMAL")
    try:
        head = head_after(tmp_path, "unsynced lost", None)
    except NotWhole:
        head = 0
    assert head < acknowledged

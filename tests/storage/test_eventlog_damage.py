"""A log whose files were damaged, cut, swapped, lost or replaced by older ones is stopped by name, and no other is."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.eventlog import Decision, Fenced, NotWhole, Record, Remembered, Snapshot
from storage.sqlite.eventlog import SqliteEventLogs
from storage.sqlite.places import Place, place_of
from tests.storage.contract_eventlog import OTHER, STREAM, answer, event, keep, key

BATCHES, BATCH = 40, 5
KEYS = [key(number) for number in range(1, BATCHES * BATCH + 20)]

Serving = tuple[list[Record], dict[bytes, Decision | Remembered]]


def fill(folder: Path, stream: str, *, close: bool = True) -> None:
    log = SqliteEventLogs(folder).open(stream, create=True)
    for batch in range(BATCHES):
        first = batch * BATCH + 1
        log.append(log.head, [event(number) for number in range(first, first + BATCH)], [answer(1_000 + batch)])
        if batch == BATCHES // 2:
            log.keep_snapshot(Snapshot(log.head, log.last_at_ms, 1, b"state " * 50))
    if close:
        log.close()


def served(folder: Path, stream: str = STREAM, *, from_snapshot: bool = False) -> Serving:
    """What an entity would get to see: the events it folds and what it finds under every key."""
    log = SqliteEventLogs(folder).open(stream, create=False)
    try:
        snapshot = log.snapshot() if from_snapshot else None
        assert snapshot is None or snapshot.state == b"state " * 50
        return list(log.read(snapshot.position if snapshot else 0)), log.find([*KEYS, key(1_000), key(1_039)])
    finally:
        log.close()


def flip(path: Path, offset: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 1 << bit
    path.write_bytes(content)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two closed logs."""
    folder = tmp_path_factory.mktemp("whole")
    fill(folder, STREAM)
    fill(folder, OTHER)
    return folder


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a killed process leaves it: the newest commits stand in the write-ahead log."""
    folder = tmp_path_factory.mktemp("open")
    fill(folder, STREAM, close=False)
    return Path(shutil.copytree(folder, tmp_path_factory.mktemp("crashed") / "logs"))


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "logs"))


@pytest.fixture
def place(folder: Path) -> Place:
    return place_of(folder, STREAM)


@pytest.mark.parametrize("number", [21, 57, 100, 199, 200])
def test_a_flipped_byte_in_a_record_is_named_with_its_position(folder: Path, place: Place, number: int) -> None:
    flip(place.log, place.log.read_bytes().index(b"event %d" % number))
    verdict = SqliteEventLogs(folder).verify(STREAM)
    assert (verdict.stream, verdict.position) == (STREAM, number)
    with pytest.raises(NotWhole, match=f"{STREAM}: NOT whole at position {number}"):
        served(folder)
    assert SqliteEventLogs(folder).verify(OTHER).problem is None
    assert len(served(folder, OTHER)[0]) == BATCHES * BATCH


def test_a_flipped_byte_older_than_the_snapshot_is_found_when_its_key_is_asked(folder: Path, place: Place) -> None:
    flip(place.log, place.log.read_bytes().index(b"event 33"))
    with pytest.raises(NotWhole, match="at position 33"):
        served(folder, from_snapshot=True)


@pytest.mark.parametrize("from_snapshot", [False, True])
@pytest.mark.parametrize("kind", ["log", "head", "snapshot", "log-wal"])
def test_no_flipped_bit_changes_what_is_served(
    whole: Path, crashed: Path, tmp_path: Path, kind: str, from_snapshot: bool
) -> None:
    origin = crashed if kind == "log-wal" else whole
    chance = random.Random(f"{kind} {from_snapshot}")
    expected = None
    found = 0
    for attempt in range(50 if kind.startswith("log") else 15):
        folder = Path(shutil.copytree(origin, tmp_path / str(attempt)))
        expected = expected or served(Path(shutil.copytree(origin, tmp_path / "whole")), from_snapshot=from_snapshot)
        path = place_of(folder, STREAM).log.with_suffix(f".{kind}")
        flip(path, chance.randrange(path.stat().st_size), chance.randrange(8))
        try:
            events, known = served(folder, from_snapshot=from_snapshot)
        except NotWhole as error:
            found += error.stream == STREAM
        else:
            # A snapshot that fails its checksum is dropped: then the whole log is folded.
            assert events[-len(expected[0]) :] == expected[0]
            assert known == expected[1]
        shutil.rmtree(folder)
    assert found > 0 or kind in {"head", "snapshot"}


def test_every_kept_byte_of_a_record_is_covered(folder: Path, place: Place) -> None:
    start = place.log.read_bytes().index(b"event 57")
    for offset in range(start - 60, start + 8):
        flip(place.log, offset)
        with pytest.raises(NotWhole):
            served(folder)
        flip(place.log, offset)
    assert len(served(folder)[0]) == BATCHES * BATCH


def older(place: Place, folder: Path) -> None:
    """The log as it was 50 events ago is put back, its anchor is not."""
    for path in (place.log, place.head, place.snapshot, folder / "roll"):
        path.unlink()
    log = SqliteEventLogs(folder).open(STREAM, create=True)
    keep(log, *(event(number) for number in range(1, 151)))
    log.close()
    past = place.log.read_bytes()
    log = SqliteEventLogs(folder).open(STREAM, create=False)
    keep(log, *(event(number) for number in range(151, 201)))
    log.close()
    place.log.write_bytes(past)


def another(place: Place, folder: Path) -> None:
    """A log of the same name and length that tells another story."""
    elsewhere = folder.parent / "elsewhere"
    log = SqliteEventLogs(elsewhere).open(STREAM, create=True)
    keep(log, *(event(number + 5_000) for number in range(BATCHES * BATCH)))
    log.close()
    place_of(elsewhere, STREAM).log.replace(place.log)


@pytest.mark.parametrize(
    "harm",
    [
        lambda place, _folder: place.log.unlink(),
        lambda place, _folder: place.log.write_bytes(b""),
        lambda place, _folder: place.log.write_bytes(b"not a database at all" * 1_000),
        lambda place, _folder: place.log.write_bytes(place.log.read_bytes()[:-4096]),
        lambda place, _folder: place.log.write_bytes(place.log.read_bytes()[:4096]),
        lambda place, _folder: place.log.write_bytes(place.log.read_bytes()[:5000]),
        lambda place, _folder: place.head.unlink(),
        lambda place, _folder: place.head.write_bytes(bytes(128)),
        lambda place, folder: place_of(folder, OTHER).log.replace(place.log),
        lambda place, folder: place_of(folder, OTHER).head.replace(place.head),
        older,
        another,
    ],
    ids=[
        "log missing", "log empty", "log overwritten", "last page cut", "all but one page cut", "cut within a page",
        "anchor missing", "anchor zeroed", "another stream's log", "another stream's anchor", "older copy",
        "another story",
    ],
)  # fmt: skip
@pytest.mark.parametrize("create", [False, True])
def test_a_log_that_is_not_its_own_whole_self_is_stopped_by_name(
    folder: Path, place: Place, harm: Callable[[Place, Path], object], create: bool
) -> None:
    harm(place, folder)
    logs = SqliteEventLogs(folder)
    assert STREAM in logs.streams()
    with pytest.raises(NotWhole, match=STREAM):
        logs.open(STREAM, create=create)
    if place.head.exists():
        verdict = logs.verify(STREAM)
        assert verdict.stream == STREAM
        assert verdict.problem is not None


def test_a_missing_log_is_not_made_anew(folder: Path, place: Place) -> None:
    place.log.unlink()
    with pytest.raises(NotWhole, match="its file is missing"):
        SqliteEventLogs(folder).open(STREAM, create=True)
    assert not place.log.exists()


def test_an_older_copy_is_told_from_its_anchor(folder: Path, place: Place) -> None:
    older(place, folder)
    with pytest.raises(NotWhole, match="at position 151: the log ends at 150, its anchor was at 200"):
        SqliteEventLogs(folder).open(STREAM, create=False)


def test_an_empty_log_of_another_stream_is_told_by_its_name(tmp_path: Path) -> None:
    logs = SqliteEventLogs(tmp_path)
    for stream in (STREAM, OTHER):
        logs.open(stream, create=True).close()
    place_of(tmp_path, OTHER).log.replace(place_of(tmp_path, STREAM).log)
    with pytest.raises(NotWhole, match=f"{STREAM}.*the file is that of {OTHER}"):
        logs.open(STREAM, create=False)


def test_a_snapshot_of_another_log_is_dropped(folder: Path, place: Place) -> None:
    expected = served(folder)
    shutil.copyfile(place_of(folder, OTHER).snapshot, place.snapshot)
    assert served(folder, from_snapshot=True) == expected


def test_a_stream_whose_making_was_cut_short_is_made_again(tmp_path: Path) -> None:
    logs = SqliteEventLogs(tmp_path)
    place = place_of(tmp_path, STREAM)
    logs.open(STREAM, create=True).close()
    made = place.head.read_bytes()
    place.log.unlink()
    # The anchor of a log that was never opened: its first slot says epoch 0, the second is not written yet.
    place.head.write_bytes(bytes(64) + made[64:])
    assert logs.streams() == []
    with pytest.raises(KeyError):
        logs.open(STREAM, create=False)
    log = logs.open(STREAM, create=True)
    keep(log, event(1))
    assert (log.epoch, log.head) == (1, 1)
    log.close()


def test_a_file_moved_away_under_its_writer_takes_no_commit_with_it(tmp_path: Path) -> None:
    log = SqliteEventLogs(tmp_path).open(STREAM, create=True)
    place = place_of(tmp_path, STREAM)
    place.log.rename(place.log.with_suffix(".gone"))
    with pytest.raises(Fenced, match="moved"):
        keep(log, event(1))
    log.close()


def test_a_stream_of_which_every_file_is_gone_is_told_and_not_made_anew(folder: Path, place: Place) -> None:
    for file in (place.log, place.head, place.snapshot):
        file.unlink()
    logs = SqliteEventLogs(folder)
    assert logs.streams() == sorted([STREAM, OTHER])
    verdict = logs.verify(STREAM)
    assert (verdict.head, verdict.problem) == (0, "its files are missing")
    for create in (True, False):
        with pytest.raises(NotWhole, match="its files are missing"):
            logs.open(STREAM, create=create)
    with pytest.raises(NotWhole):
        list(logs.read(STREAM, 0))
    assert logs.verify(OTHER).problem is None


def test_a_torn_line_of_the_roll_hides_no_stream(folder: Path) -> None:
    roll = folder / "roll"
    roll.write_bytes(roll.read_bytes()[:-5])
    logs = SqliteEventLogs(folder)
    logs.open("seats-cnew", create=True).close()
    assert {STREAM, "seats-cnew"} <= set(logs.streams())
    assert logs.verify("seats-cnew").problem is None

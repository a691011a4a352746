"""The read models are made again from the logs, whatever was in them before."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from actors.messages.codec import encode
from actors.messages.envelopes import StoredEvent
from actors.projections import rebuild as module
from actors.projections.projection import Projection
from actors.projections.rebuild import main, rebuild
from config.settings import load
from gateway.views import SqliteViews
from storage.eventlog import NewRecord
from storage.sqlite.eventlog import SqliteEventLogs
from tests.actors.projections.given import (
    CID,
    CONFERENCE,
    PLANNED,
    SEATS,
    apply_all,
    configured,
    held,
    open_database,
    released,
    rid,
    stored,
)

HISTORY = [configured(), held("ana", 2), held("bob", 1), released("ana", "expired", 2)]


class Said(list[str]):
    """What the command printed."""

    def __call__(self, line: str) -> None:
        self.append(line)


def rebuilt(tmp_path: Path, logs: dict[str, Iterable[StoredEvent]]) -> tuple[int, Said]:
    said = Said()
    db = open_database(tmp_path)
    status = rebuild(list(logs), lambda stream: logs[stream], db, said)
    db.close()
    return status, said


def everything(views: SqliteViews) -> Any:
    return (
        views.availability_document(CID),
        views.reservations(CID, None, "", 200),
        views.conference(CID),
        views.position(SEATS),
        views.position(CONFERENCE),
    )


def test_a_rebuild_gives_what_projecting_gave(projection: Projection, views: SqliteViews, tmp_path: Path) -> None:
    apply_all(projection, CONFERENCE, PLANNED)
    apply_all(projection, SEATS, HISTORY)
    before = everything(views)
    status, said = rebuilt(tmp_path, {CONFERENCE: stored(*PLANNED), SEATS: stored(*HISTORY)})
    assert status == 0
    assert everything(views) == before
    assert said[-1].startswith("2 streams, 6 events")


def test_what_no_log_holds_is_gone(projection: Projection, views: SqliteViews, tmp_path: Path) -> None:
    apply_all(projection, SEATS, HISTORY)
    assert rebuilt(tmp_path, {})[0] == 0
    assert views.reservation(rid("bob")) is None
    assert views.position(SEATS) == 0


def test_a_damaged_stream_is_named_and_the_others_are_made_whole(
    projection: Projection, views: SqliteViews, tmp_path: Path
) -> None:
    def damaged() -> Iterator[StoredEvent]:
        yield from stored(*HISTORY)[:2]
        raise ValueError("NOT whole at position 3")

    status, said = rebuilt(tmp_path, {SEATS: damaged(), CONFERENCE: stored(*PLANNED)})
    assert status == 1
    assert any(SEATS in line and "position 3" in line for line in said)
    assert said[-1] == f"NOT complete: {SEATS}"
    assert views.position(SEATS) == 2
    assert views.position(CONFERENCE) == 2


def test_a_stream_of_a_newer_release_is_named_and_the_others_are_made_whole(
    projection: Projection, views: SqliteViews, tmp_path: Path
) -> None:
    newer = StoredEvent(2, 0, Raw(encode(["seats-teleported.1"])))
    status, said = rebuilt(tmp_path, {SEATS: [*stored(configured()), newer], CONFERENCE: stored(*PLANNED)})
    assert status == 1
    assert any(SEATS in line and "event 2" in line for line in said)
    assert views.position(CONFERENCE) == 2


def test_a_missing_event_is_named(tmp_path: Path) -> None:
    events = stored(*HISTORY)
    status, said = rebuilt(tmp_path, {SEATS: [events[0], *events[2:]]})
    assert status == 1
    assert any("event 1 is missing" in line or "event 2 is missing" in line for line in said)


def test_long_streams_are_folded_in_batches_and_tell_how_they_come_along(
    views: SqliteViews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_EVENTS", 2)
    monkeypatch.setattr(module, "SAY_EVERY_S", 0.0)
    status, said = rebuilt(tmp_path, {SEATS: stored(*HISTORY)})
    assert status == 0
    assert [line.partition(" events")[0] for line in said[:2]] == [
        f"stream 1 of 1: {SEATS}: 2",
        f"stream 1 of 1: {SEATS}: 4",
    ]
    assert views.position(SEATS) == 4


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with two logs."""
    data = tmp_path / "data"
    (data / "logs").mkdir(parents=True)
    logs = SqliteEventLogs(data / "logs")
    for stream, events in ((CONFERENCE, PLANNED), (SEATS, tuple(HISTORY))):
        log = logs.open(stream, create=True)
        log.append(0, [NewRecord(1_000, part, None, None, encode(event)) for part, event in enumerate(events)])
        log.close()
    return data


def test_the_command_reads_the_real_logs(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(load({"CONTOSO_DATA": str(data)})) == 0
    assert "2 streams, 6 events" in capsys.readouterr().out


def test_the_command_does_nothing_while_the_system_runs(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = os.open(data / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        assert main(load({"CONTOSO_DATA": str(data)})) == 1
    finally:
        os.close(lock)
    assert "stop it first" in capsys.readouterr().out
    assert not (data / "readmodels.db").exists()


def test_without_a_data_directory_there_is_nothing_to_rebuild(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(load({"CONTOSO_DATA": str(tmp_path / "none")})) == 1
    assert "no data directory" in capsys.readouterr().out

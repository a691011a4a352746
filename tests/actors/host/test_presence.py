"""Grace after an absence or a jump of the clock, and only then."""

import errno
import os
from pathlib import Path

import pytest

from actors.host.presence import Presence

ABSENCE_MS_MAX, GRACE_MS = 5_000, 60_000


class Clocks:
    """A wall clock and a steady one, both set by hand."""

    def __init__(self, wall: int) -> None:
        self.wall = wall
        self.steady = 0

    def advance(self, ms: int) -> None:
        self.wall += ms
        self.steady += ms


def presence(data: Path, clocks: Clocks) -> Presence:
    return Presence(data, ABSENCE_MS_MAX, GRACE_MS, lambda: clocks.wall, lambda: clocks.steady)


def test_the_first_start_needs_no_grace(tmp_path: Path) -> None:
    assert presence(tmp_path, Clocks(1_000_000)).grace_until_ms == 0


def test_a_quick_restart_needs_no_grace(tmp_path: Path) -> None:
    clocks = Clocks(1_000_000)
    presence(tmp_path, clocks).tick()
    clocks.advance(ABSENCE_MS_MAX)
    assert presence(tmp_path, clocks).grace_until_ms == 0


def test_after_a_longer_absence_nothing_expires_for_a_minute(tmp_path: Path) -> None:
    clocks = Clocks(1_000_000)
    presence(tmp_path, clocks).tick()
    clocks.advance(ABSENCE_MS_MAX + 1)
    assert presence(tmp_path, clocks).grace_until_ms == clocks.wall + GRACE_MS


def test_a_clock_that_was_set_back_while_the_system_was_down_is_an_absence_too(tmp_path: Path) -> None:
    clocks = Clocks(1_000_000)
    presence(tmp_path, clocks).tick()
    clocks.wall -= 3_600_000
    assert presence(tmp_path, clocks).grace_until_ms == clocks.wall + GRACE_MS


def test_a_jump_of_the_clock_gives_grace_once(tmp_path: Path) -> None:
    clocks = Clocks(1_000_000)
    present = presence(tmp_path, clocks)
    clocks.advance(1_000)
    assert not present.tick()
    clocks.wall += ABSENCE_MS_MAX + 1
    assert present.tick()
    assert present.grace_until_ms == clocks.wall + GRACE_MS
    clocks.advance(1_000)
    assert not present.tick()


def test_a_half_written_file_is_no_absence(tmp_path: Path) -> None:
    (tmp_path / "alive").write_text("17x")
    assert presence(tmp_path, Clocks(1_000_000)).grace_until_ms == 0


def test_on_a_full_disk_it_goes_on_watching_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = Clocks(1_000_000)
    present = presence(tmp_path, clocks)
    present.tick()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    clocks.advance(1_000)
    assert not present.tick()
    clocks.wall += ABSENCE_MS_MAX + 1
    assert present.tick()


def test_its_file_is_written_in_place_without_new_room(tmp_path: Path) -> None:
    clocks = Clocks(1_000_000)
    present = presence(tmp_path, clocks)
    present.tick()
    before = (tmp_path / "alive").stat()
    clocks.advance(9_000_000_000)
    present.tick()
    after = (tmp_path / "alive").stat()
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)
    assert presence(tmp_path, clocks).grace_until_ms == 0

"""Remembered answers stay bounded under a flood of them, however rarely anybody asks to forget."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.eventlog import EventLog, Remembered
from storage.sqlite.answers import FORGET_ROWS_MAX
from storage.sqlite.eventlog import SqliteEventLogs
from tests.storage.contract_eventlog import STREAM, answer, key


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    log = SqliteEventLogs(tmp_path).open(STREAM, create=True)
    yield log
    log.close()


def flood(log: EventLog, numbers: range, size: int = 4) -> None:
    """Appends of ``size`` answers; the number is also the time."""
    for start in range(numbers.start, numbers.stop, size):
        log.append(0, [], [answer(number, at_ms=number) for number in range(start, start + size)])


def known(log: EventLog, numbers: range) -> list[int]:
    found = log.find([key(number) for number in numbers])
    return [number for number in numbers if found.get(key(number)) == answer(number, at_ms=number)]


def test_a_flood_between_two_calls_drops_the_oldest_by_itself(log: EventLog) -> None:
    flood(log, range(1, 101))
    log.forget(before_ms=0, keep_max=40)
    assert known(log, range(1, 101)) == list(range(61, 101))
    flood(log, range(101, 2_001))
    assert known(log, range(1, 2_001)) == list(range(1_961, 2_001))


def test_what_one_call_left_is_dropped_by_the_appends_to_come(log: EventLog) -> None:
    count = 2 * FORGET_ROWS_MAX
    flood(log, range(1, count + 1), size=1)
    log.forget(before_ms=count - 9, keep_max=10**6)
    assert known(log, range(1, count + 1)) == list(range(FORGET_ROWS_MAX + 1, count + 1))
    flood(log, range(count + 1, count + FORGET_ROWS_MAX), size=1)
    assert known(log, range(1, count + FORGET_ROWS_MAX)) == list(range(count - 9, count + FORGET_ROWS_MAX))


def test_forgotten_answers_stay_forgotten_after_the_log_was_opened_again(tmp_path: Path) -> None:
    logs = SqliteEventLogs(tmp_path)
    log = logs.open(STREAM, create=True)
    flood(log, range(1, 101))
    log.forget(before_ms=0, keep_max=8)
    log.close()
    log = logs.open(STREAM, create=False)
    assert known(log, range(1, 101)) == list(range(93, 101))
    flood(log, range(101, 105))
    assert known(log, range(1, 105)) == list(range(93, 105))
    log.close()


def test_the_newest_answer_under_a_key_is_the_one(log: EventLog) -> None:
    for text in (b"first", b"second"):
        log.append(0, [], [Remembered(key(1), key(2), 1, text)])
    assert log.find([key(1)]) == {key(1): Remembered(key(1), key(2), 1, b"second")}


def test_the_keys_of_forgotten_answers_do_not_pile_up(log: EventLog) -> None:
    log.forget(before_ms=0, keep_max=100)
    flood(log, range(1, 10_001), size=100)
    answers = log._answers  # type: ignore[attr-defined]  # how much memory they take is visible nowhere else
    assert len(answers._keys) < 5_000

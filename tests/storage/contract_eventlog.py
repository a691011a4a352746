"""What every adapter of the event log promises. A test module subclasses it and says what ``logs`` are."""

from collections.abc import Iterator

import pytest

from storage.eventlog import (
    Decision,
    EventLog,
    EventLogs,
    Fenced,
    InUse,
    NewRecord,
    Record,
    Remembered,
    Snapshot,
    Unknown,
    Verdict,
)

STREAM = "seats-cabcdefghijkl"
OTHER = "orders-cabcdefghijkl"


def key(number: int) -> bytes:
    return number.to_bytes(4, "little") * 4


def event(number: int, *, keyed: bool = True, part: int = 0, at_ms: int | None = None) -> NewRecord:
    """An event whose bytes name its number; keyed ones carry the key and fingerprint of that number."""
    at = 1_000 + number if at_ms is None else at_ms
    if keyed and part == 0:
        return NewRecord(at, part, key(number), key(number + 1_000_000), b"event %d" % number)
    return NewRecord(at, part, None, None, b"event %d" % number)


def answer(number: int, at_ms: int = 1_000) -> Remembered:
    return Remembered(key(number), key(number + 1_000_000), at_ms, b"answer %d" % number)


def keep(log: EventLog, *records: NewRecord) -> None:
    log.append(log.head, records)


def contents(log: EventLog) -> list[bytes]:
    return [record.data for record in log.read(0)]


class EventLogContract:
    """Subclasses give the fixture ``logs``: an empty place for logs."""

    @pytest.fixture
    def logs(self) -> EventLogs:
        raise NotImplementedError

    @pytest.fixture
    def log(self, logs: EventLogs) -> Iterator[EventLog]:
        log = logs.open(STREAM, create=True)
        yield log
        log.close()

    def reopened(self, logs: EventLogs, log: EventLog) -> EventLog:
        log.close()
        return logs.open(STREAM, create=False)

    def test_a_new_log_is_empty_and_of_the_first_epoch(self, log: EventLog) -> None:
        assert (log.stream, log.epoch, log.head, log.last_at_ms, list(log.read(0))) == (STREAM, 1, 0, 0, [])

    def test_a_log_that_was_never_made_is_not_opened(self, logs: EventLogs) -> None:
        with pytest.raises(KeyError):
            logs.open(STREAM, create=False)
        assert logs.streams() == []

    def test_each_opening_takes_the_next_epoch_and_records_name_theirs(self, logs: EventLogs, log: EventLog) -> None:
        keep(log, event(1))
        again = self.reopened(logs, log)
        keep(again, event(2))
        assert [record.epoch for record in again.read(0)] == [1, 2]
        again.close()

    def test_an_open_log_is_in_use(self, logs: EventLogs, log: EventLog) -> None:
        for attempt in (
            lambda: logs.open(STREAM, create=False),
            lambda: list(logs.read(STREAM, 0)),
            lambda: logs.verify(STREAM),
        ):
            with pytest.raises(InUse):
                attempt()
        keep(log, event(1))
        assert log.head == 1

    def test_events_come_back_as_they_went_in_at_dense_positions(self, log: EventLog) -> None:
        keep(log, event(1), event(2, part=1), event(3, keyed=False))
        keep(log, event(4))
        assert list(log.read(0)) == [
            Record(1, 1, 1_001, 0, key(1), key(1_000_001), b"event 1"),
            Record(2, 1, 1_002, 1, None, None, b"event 2"),
            Record(3, 1, 1_003, 0, None, None, b"event 3"),
            Record(4, 1, 1_004, 0, key(4), key(1_000_004), b"event 4"),
        ]
        assert (log.head, log.last_at_ms) == (4, 1_004)

    def test_events_outlive_the_process_that_appended_them(self, logs: EventLogs, log: EventLog) -> None:
        keep(log, event(1), event(2))
        again = self.reopened(logs, log)
        assert (contents(again), again.head, again.last_at_ms) == ([b"event 1", b"event 2"], 2, 1_002)
        again.close()

    @pytest.mark.parametrize(
        ("after", "limit"), [(0, 2), (1, None), (3, 4), (5, 1), (9, 3), (12, None), (40, 5), (0, 0)]
    )
    def test_a_page_begins_and_ends_anywhere(self, log: EventLog, after: int, limit: int | None) -> None:
        for size in (1, 4, 2, 5):
            keep(log, *(event(log.head + number) for number in range(1, size + 1)))
        wanted = range(1, 13)[after:] if limit is None else range(1, 13)[after : after + limit]
        assert [record.position for record in log.read(after, limit)] == list(wanted)

    def test_a_long_append_is_one(self, logs: EventLogs, log: EventLog) -> None:
        keep(log, *(event(number) for number in range(1, 2_001)))
        again = self.reopened(logs, log)
        assert [record.position for record in again.read(0)] == list(range(1, 2_001))
        assert again.find([key(1_999)]) == {key(1_999): Decision(key(1_001_999), 1_999, (b"event 1999",))}
        again.close()

    def test_an_append_after_another_position_is_fenced_and_writes_nothing(self, log: EventLog) -> None:
        keep(log, event(1))
        for expected in (0, 2):
            with pytest.raises(Fenced):
                log.append(expected, [event(2)], [answer(3)])
        assert (contents(log), log.find([key(2), key(3)])) == ([b"event 1"], {})
        keep(log, event(2))
        assert log.head == 2

    def test_an_append_of_nothing_changes_nothing(self, log: EventLog) -> None:
        log.append(0, [])
        assert log.head == 0

    def test_a_key_finds_all_events_of_its_decision_and_no_others(self, logs: EventLogs, log: EventLog) -> None:
        keep(log, event(1), event(2), *(event(number, part=number - 2) for number in range(3, 30)), event(30))
        keep(log, event(31, keyed=False), event(32, part=1))
        whole = tuple(b"event %d" % number for number in range(2, 30))
        expected = {
            key(1): Decision(key(1_000_001), 1, (b"event 1",)),
            key(2): Decision(key(1_000_002), 29, whole),
            key(30): Decision(key(1_000_030), 30, (b"event 30",)),
        }
        asked = [key(number) for number in (1, 2, 30, 31, 99)]
        assert log.find(asked) == expected
        again = self.reopened(logs, log)
        assert again.find(asked) == expected
        again.close()

    def test_keys_are_found_among_thousands(self, logs: EventLogs, log: EventLog) -> None:
        for start in range(1, 6_001, 250):
            keep(log, *(event(number) for number in range(start, start + 250)))
        again = self.reopened(logs, log)
        found = again.find([key(number) for number in range(0, 7_000, 50)])
        assert sorted(decision.version for decision in found.values() if isinstance(decision, Decision)) == list(
            range(50, 6_001, 50)
        )
        again.close()

    def test_keys_with_the_same_beginning_are_told_apart(self, log: EventLog) -> None:
        alike = [b"same" + bytes([number]) * 12 for number in range(4)]
        log.append(0, [NewRecord(1, 0, alike[number], key(number), b"%d" % number) for number in (2, 0, 3)])
        log.append(3, [], [Remembered(alike[1], key(1), 1, b"kept")])
        assert log.find(alike) == {
            alike[0]: Decision(key(0), 2, (b"0",)),
            alike[1]: Remembered(alike[1], key(1), 1, b"kept"),
            alike[2]: Decision(key(2), 1, (b"2",)),
            alike[3]: Decision(key(3), 3, (b"3",)),
        }

    @pytest.mark.parametrize("asked_first", [True, False])
    def test_a_key_is_kept_once(self, logs: EventLogs, log: EventLog, asked_first: bool) -> None:
        keep(log, event(1))
        again = self.reopened(logs, log)
        if asked_first:
            again.find([key(1), key(2)])
        for repeated in ([event(1)], [event(2), event(1)], [event(2), event(2)]):
            with pytest.raises(ValueError, match="repeated"):
                again.append(1, repeated)
        assert contents(again) == [b"event 1"]
        keep(again, event(2))
        with pytest.raises(ValueError, match="repeated"):
            again.append(2, [event(2)])
        again.close()

    def test_an_answer_is_remembered_without_an_event(self, logs: EventLogs, log: EventLog) -> None:
        log.append(0, [], [answer(1), answer(2)])
        log.append(0, [event(3)], [answer(4)])
        again = self.reopened(logs, log)
        found = again.find([key(number) for number in (1, 2, 3, 4, 5)])
        assert found == {
            key(1): answer(1),
            key(2): answer(2),
            key(3): Decision(key(1_000_003), 1, (b"event 3",)),
            key(4): answer(4),
        }
        again.close()

    def test_events_outweigh_an_answer_remembered_under_the_same_key(self, log: EventLog) -> None:
        log.append(0, [], [answer(1)])
        keep(log, event(1))
        assert log.find([key(1)]) == {key(1): Decision(key(1_000_001), 1, (b"event 1",))}

    def test_old_answers_are_forgotten(self, logs: EventLogs, log: EventLog) -> None:
        for number in range(1, 6):
            log.append(0, [], [answer(number, at_ms=number * 100)])
        log.forget(before_ms=300, keep_max=100)
        asked = [key(number) for number in range(1, 7)]
        assert set(log.find(asked)) == {key(3), key(4), key(5)}
        again = self.reopened(logs, log)
        assert set(again.find(asked)) == {key(3), key(4), key(5)}
        again.append(0, [], [answer(6, at_ms=600)])
        assert set(again.find(asked)) == {key(3), key(4), key(5), key(6)}
        again.close()

    def test_no_more_answers_are_kept_than_allowed(self, log: EventLog) -> None:
        for number in range(1, 6):
            log.append(0, [], [answer(number, at_ms=number * 100)])
        log.forget(before_ms=0, keep_max=2)
        assert set(log.find([key(number) for number in range(1, 6)])) == {key(4), key(5)}
        log.forget(before_ms=1_000, keep_max=2)
        log.forget(before_ms=1_000, keep_max=2)
        assert log.find([key(4), key(5)]) == {}
        log.append(0, [event(4)], [answer(5)])
        assert set(log.find([key(4), key(5)])) == {key(4), key(5)}

    def test_the_newest_snapshot_is_kept(self, logs: EventLogs, log: EventLog) -> None:
        assert log.snapshot() is None
        keep(log, event(1), event(2), event(3))
        log.keep_snapshot(Snapshot(1, 1_001, 7, b"older"))
        log.keep_snapshot(Snapshot(2, 1_002, 7, b"newer"))
        keep(log, event(4))
        again = self.reopened(logs, log)
        assert again.snapshot() == Snapshot(2, 1_002, 7, b"newer")
        again.close()

    def test_a_log_that_wakes_from_a_snapshot_knows_every_key(self, logs: EventLogs, log: EventLog) -> None:
        keep(log, *(event(number) for number in range(1, 40)))
        log.keep_snapshot(Snapshot(30, 1_030, 1, b"state"))
        again = self.reopened(logs, log)
        snapshot = again.snapshot()
        assert snapshot is not None
        assert [record.position for record in again.read(snapshot.position)] == list(range(31, 40))
        assert set(again.find([key(number) for number in range(50)])) == {key(number) for number in range(1, 40)}
        again.close()

    def test_a_snapshot_of_what_is_not_in_the_log_is_a_bug(self, log: EventLog) -> None:
        keep(log, event(1))
        for position in (0, 2):
            with pytest.raises(ValueError, match="snapshot"):
                log.keep_snapshot(Snapshot(position, 0, 1, b""))

    def test_streams_are_told_apart_and_listed_with_their_heads(self, logs: EventLogs, log: EventLog) -> None:
        other = logs.open(OTHER, create=True)
        keep(log, event(1))
        keep(other, event(1), event(2))
        other.close()
        assert logs.streams() == [OTHER, STREAM]
        assert logs.heads() == {OTHER: 2, STREAM: 1}

    def test_a_log_that_nobody_has_open_can_be_read_and_verified(self, logs: EventLogs, log: EventLog) -> None:
        keep(log, event(1), event(2), event(3))
        log.close()
        assert [record.data for record in logs.read(STREAM, 1)] == [b"event 2", b"event 3"]
        assert [record.position for record in logs.read(STREAM, 0, 2)] == [1, 2]
        assert logs.verify(STREAM) == Verdict(STREAM, 3, None, None)
        with pytest.raises(KeyError):
            logs.verify(OTHER)
        with pytest.raises(KeyError):
            list(logs.read(OTHER, 0))

    def test_a_closed_log_answers_nothing_and_closes_again(self, log: EventLog) -> None:
        log.close()
        log.close()
        for attempt in (
            lambda: log.append(0, [event(1)]),
            lambda: log.read(0),
            lambda: log.find([key(1)]),
            log.snapshot,
        ):
            with pytest.raises(Unknown):
                attempt()

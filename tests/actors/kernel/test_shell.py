"""The shell: one append per batch, keys answered once, and nothing told that is not durable."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from actors.kernel.shell import KEY_REUSED, NO_ROOM, Limits, Shell
from actors.messages.codec import Decoder, encode
from actors.messages.envelopes import Item
from actors.messages.refusals import Refused
from storage.eventlog import EventLog, NewRecord, Remembered, Unknown
from storage.sqlite.eventlog import SqliteEventLogs
from tests.support.clock import SetClock
from tests.support.counter import Add, AddLater, AskFirst, Count, Counter, Double, State

LIMITS = Limits(
    due_per_turn_max=2, refusal_memory_ms=86_400_000, refusals_remembered_max=1_000, snapshot_every_events=5
)
STREAM = "counter-a"
read: Decoder[Any] = Decoder(Count | Refused)


class Disk:
    """Satisfies ``Room``."""

    def __init__(self) -> None:
        self.has_room = True

    def enough(self) -> bool:
        return self.has_room


class World:
    """A log in a folder, a clock and a disk; ``shell()`` is the next life of the entity."""

    def __init__(self, folder: Path) -> None:
        self.logs, self.clock, self.disk = SqliteEventLogs(folder), SetClock(), Disk()
        self.open_log: EventLog | None = None

    def shell(self) -> Shell[State]:
        self.close()
        self.open_log = self.logs.open(STREAM, create=True)
        return Shell(Counter(), self.open_log, self.clock, self.disk, LIMITS)

    def close(self) -> None:
        if self.open_log is not None:
            self.open_log.close()
            self.open_log = None

    def appended(self) -> list[bytes]:
        self.close()
        return [record.data for record in self.logs.read(STREAM, 0)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def item(command: Any, key: int = 1, fingerprint: int | None = None) -> Item:
    mark = key if fingerprint is None else fingerprint
    return Item(key.to_bytes(16, "big"), mark.to_bytes(16, "big"), f"request-{key}", Raw(encode(command)))


def answers(shell: Shell[State], *items: Item) -> list[Any]:
    return [read(answer) for answer in shell.handle(items)]


def test_each_command_of_a_batch_sees_what_the_ones_before_it_did(world: World) -> None:
    shell = world.shell()
    told = answers(shell, item(Add(60), 1), item(Add(60), 2), item(Add(40), 3))
    assert told[0] == Count(60, 1)
    assert isinstance(told[1], Refused)
    assert told[2] == Count(100, 2)


def test_a_batch_is_one_append(world: World) -> None:
    shell = world.shell()
    calls: list[int] = []
    assert world.open_log is not None
    append = world.open_log.append

    def counted(expected: int, records: list[NewRecord], remembered: list[Remembered]) -> None:
        calls.append(len(records))
        append(expected, records, remembered)

    world.open_log.append = counted  # type: ignore[method-assign,assignment]
    answers(shell, *(item(Add(1), key) for key in range(1, 6)))
    assert calls == [5]


def test_a_repeated_key_gets_the_first_answer_for_the_life_of_the_log(world: World) -> None:
    first = answers(world.shell(), item(Add(5), 1))
    shell = world.shell()
    answers(shell, item(Add(5), 2))
    assert answers(shell, item(Add(5), 1)) == first
    assert shell.state.count == 10


def test_a_repeated_key_within_one_batch_is_one_command(world: World) -> None:
    shell = world.shell()
    told = answers(shell, item(Add(5), 1), item(Add(5), 1))
    assert told == [Count(5, 1), Count(5, 1)]


def test_a_key_with_another_body_is_refused_wherever_the_first_one_stands(world: World) -> None:
    shell = world.shell()
    assert answers(shell, item(Add(5), 1, 1), item(Add(6), 1, 2))[1] == KEY_REUSED
    assert answers(shell, item(Add(6), 1, 2)) == [KEY_REUSED]
    assert answers(world.shell(), item(Add(6), 1, 2)) == [KEY_REUSED]


def test_a_refusal_and_a_success_without_events_are_remembered_over_a_restart(world: World) -> None:
    shell = world.shell()
    refused = answers(shell, item(Add(101), 1))
    nothing = answers(shell, item(Add(0), 2))
    answers(shell, item(Add(50), 3))
    again = world.shell()
    assert answers(again, item(Add(101), 1)) == refused
    assert answers(again, item(Add(0), 2)) == nothing


def test_events_of_one_decision_answer_its_key_together(world: World) -> None:
    shell = world.shell()
    answers(shell, item(Add(3), 1))
    doubled = answers(shell, item(Double(), 2))
    assert doubled == [Count(6, 4)]
    answers(shell, item(Add(1), 3))
    assert answers(world.shell(), item(Double(), 2)) == doubled


def test_a_command_of_no_known_release_is_refused_and_the_rest_goes_on(world: World) -> None:
    shell = world.shell()
    strange = Item(b"k" * 16, b"f" * 16, "request", Raw(encode(["subtract.9", 1])))
    told = [read(answer) for answer in shell.handle([strange, item(Add(1), 2)])]
    assert told[0].reason == "invalid"
    assert told[1] == Count(1, 1)


def test_when_the_disk_is_nearly_full_only_what_needs_room_is_refused(world: World) -> None:
    shell = world.shell()
    answers(shell, item(Add(2), 1))
    world.disk.has_room = False
    assert answers(shell, item(Double(), 2), item(Add(1), 3)) == [NO_ROOM, Count(3, 2)]
    world.disk.has_room = True
    assert answers(shell, item(Double(), 2)) == [Count(6, 5)]


def test_what_is_due_comes_before_the_batch_and_never_before_its_deadline(world: World) -> None:
    shell = world.shell()
    due_ms = world.clock.now + 100
    answers(shell, item(AddLater(due_ms), 1))
    world.clock.now = due_ms - 1
    assert answers(shell, item(Add(1), 2)) == [Count(1, 2)]
    world.clock.now = due_ms
    assert answers(shell, item(Add(1), 3)) == [Count(3, 4)]


def test_in_a_grace_nothing_expires(world: World) -> None:
    shell = world.shell()
    due_ms = world.clock.now + 100
    answers(shell, item(AddLater(due_ms), 1))
    shell.grace_until_ms = due_ms + 60_000
    assert shell.next_deadline_ms() == due_ms + 60_000
    world.clock.now = due_ms + 59_999
    shell.expire()
    assert shell.state.count == 0
    world.clock.now += 1
    shell.expire()
    assert shell.state.count == 1


@pytest.mark.parametrize("leap_ms", [86_400_000, 6_000])
def test_a_clock_that_leaps_releases_nothing_before_a_grace(world: World, leap_ms: int) -> None:
    shell = world.shell()
    answers(shell, item(AddLater(world.clock.now + 5_500), 1))
    world.clock.leap(leap_ms)
    shell.expire()
    assert answers(shell, item(Add(0), 2))[0].count == 0
    assert shell.next_deadline_ms() == world.clock.now + LIMITS.grace_ms
    world.clock.now += LIMITS.grace_ms
    shell.expire()
    assert shell.state.count == 1


def test_a_clock_that_is_set_back_releases_nothing_early_and_goes_on_where_it_was(world: World) -> None:
    shell = world.shell()
    due_ms = world.clock.now + 1_000
    answers(shell, item(AddLater(due_ms), 1))
    world.clock.leap(-3_600_000)
    shell.expire()
    assert shell.state.count == 0
    world.clock.leap(3_600_000)
    shell.expire()
    assert shell.state.count == 0
    world.clock.now = due_ms + LIMITS.grace_ms
    shell.expire()
    assert shell.state.count == 1


def test_one_turn_releases_no_more_than_its_limit(world: World) -> None:
    shell = world.shell()
    start_ms = world.clock.now
    answers(shell, *(item(AddLater(start_ms + n), n + 1) for n in range(5)))
    world.clock.now += 10
    shell.expire()
    assert shell.state.count == LIMITS.due_per_turn_max


def test_time_in_events_never_goes_back(world: World) -> None:
    shell = world.shell()
    answers(shell, item(Add(1), 1))
    world.clock.now -= 5_000
    answers(shell, item(Add(1), 2))
    world.close()
    times = [record.at_ms for record in world.logs.read(STREAM, 0)]
    assert times == sorted(times)


def test_fresh_events_are_what_was_appended_with_their_versions(world: World) -> None:
    shell = world.shell()
    answers(shell, item(Add(1), 1), item(Add(2), 2))
    assert [(event.version, bytes(event.event)) for event in shell.fresh] == list(enumerate(world.appended(), 1))


def test_an_old_event_is_lifted_to_todays_shape(world: World) -> None:
    log = world.logs.open(STREAM, create=True)
    log.append(0, [NewRecord(1, 0, None, None, encode(["added.1", 4]))])
    log.close()
    assert world.shell().state.count == 40


def test_a_snapshot_saves_the_replay_and_changes_nothing_else(world: World) -> None:
    shell = world.shell()
    answers(shell, *(item(Add(1), key) for key in range(1, 7)))
    assert shell.snapshot_due()
    shell.keep_snapshot()
    assert not shell.snapshot_due()
    answers(shell, item(Add(1), 8))
    again = world.shell()
    assert (again.state.count, again.version) == (7, 7)
    assert answers(again, item(Add(1), 3)) == [Count(3, 3)]


def test_a_consultation_is_asked_for_only_when_the_command_could_be_carried_out_and_is_new(world: World) -> None:
    shell = world.shell()
    assert shell.consults([item(Add(1), 1)]) == {}
    assert list(shell.consults([item(Add(1), 1), item(AskFirst(2), 2)])) == [1]
    assert shell.consults([item(AskFirst(101), 3)]) == {}
    answers(shell, item(AskFirst(2), 2))
    assert shell.consults([item(AskFirst(2), 2)]) == {}


def test_the_refusal_of_who_was_consulted_is_the_answer_and_is_remembered(world: World) -> None:
    shell = world.shell()
    no = Refused("quota-below-taken", "no", number=3)
    assert [read(a) for a in shell.handle([item(AskFirst(2), 1)], {0: no})] == [no]
    assert answers(world.shell(), item(AskFirst(2), 1)) == [no]


class Fails:
    """Makes a log's next append fail, before or after it became durable."""

    def __init__(self, log: EventLog, *, durable: bool) -> None:
        self._append, self._durable = log.append, durable
        log.append = self  # type: ignore[method-assign,assignment]

    def __call__(self, expected: int, records: list[NewRecord], remembered: list[Remembered]) -> None:
        if self._durable:
            self._append(expected, records, remembered)
        raise Unknown("the disk says nothing")


@pytest.mark.parametrize("durable", [False, True])
def test_after_an_unknown_append_nobody_is_told_and_the_same_key_finds_the_truth(world: World, durable: bool) -> None:
    shell = world.shell()
    answers(shell, item(Add(1), 1))
    assert world.open_log is not None
    Fails(world.open_log, durable=durable)
    with pytest.raises(Unknown):
        shell.handle([item(Add(5), 2)])
    again = world.shell()
    assert again.state.count == (6 if durable else 1)
    assert answers(again, item(Add(5), 2)) == [Count(6, 2)]
    assert again.state.count == 6


@settings(max_examples=25, deadline=None)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(1, 8), st.integers(0, 30)), min_size=1, max_size=4), min_size=1, max_size=6
    ),
    snapshots=st.booleans(),
)
def test_whatever_comes_the_next_life_is_the_fold_of_the_log_and_answers_the_same(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[int, int]]], snapshots: bool
) -> None:
    world = World(tmp_path_factory.mktemp("fold"))
    shell = world.shell()
    told: dict[tuple[int, int], Any] = {}
    for batch in batches:
        items = [item(Add(amount), key, amount) for key, amount in batch]
        for asked, answer in zip(batch, answers(shell, *items), strict=True):
            assert told.setdefault(asked, answer) == answer
        if snapshots:
            shell.keep_snapshot()
    count = shell.state.count
    again = world.shell()
    assert again.state.count == count
    for (key, amount), answer in told.items():
        assert answers(again, item(Add(amount), key, amount)) == [answer]
    world.close()

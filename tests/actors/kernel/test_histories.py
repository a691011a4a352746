"""Looking back: a log is folded up to a time, a stretch at each ask, and what came later is not in it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from actors.kernel import histories
from actors.kernel.histories import Histories
from actors.kernel.upcasting import EventReader
from actors.messages.codec import encode
from actors.messages.histories import ReadState, StateThen
from storage.eventlog import EventLog, NewRecord, Snapshot
from tests.actors.kernel.test_entity import GATE, Living
from tests.actors.kernel.test_shell import World, item
from tests.support.counter import Add, Added, Counter, State


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    """Four events, at 10, 20, 20 and 30."""
    world = World(tmp_path)
    log = world.logs.open("counter-a", create=True)
    events = [NewRecord(at_ms, 0, None, None, encode(Added(1))) for at_ms in (10, 20, 20, 30)]
    log.append(0, events)
    return log


def looking(log: EventLog) -> Histories:
    counter = Counter()
    return Histories(counter, log, EventReader(counter.events, counter.lifts))


def ask(at_ms: int) -> ReadState:
    return ReadState("counter-a", 1, 1, at_ms, "", 10)


def count(then: StateThen) -> Any:
    told = msgspec.msgpack.decode(then.state)
    return (told and told["count"], then.version)


@pytest.mark.parametrize(
    ("at_ms", "expected"), [(9, (None, 0)), (10, (1, 1)), (19, (1, 1)), (20, (3, 3)), (30, (4, 4)), (99, (4, 4))]
)
def test_all_events_up_to_a_time_are_in_it_and_none_of_later(log: EventLog, at_ms: int, expected: Any) -> None:
    assert count(looking(log).answer(ask(at_ms))) == expected


def test_each_ask_folds_a_stretch_only(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "EVENTS_PER_ASK", 2)
    looks = looking(log)
    steps = [looks.answer(ask(99)) for _ in range(3)]
    assert [(step.ready, step.version) for step in steps] == [(False, 2), (False, 4), (True, 4)]
    assert msgspec.msgpack.decode(steps[0].state) is None
    assert count(steps[2]) == (4, 4)


def test_a_fold_that_has_come_to_its_time_stays_while_the_log_goes_on(log: EventLog) -> None:
    looks = looking(log)
    first = looks.answer(ask(35))
    log.append(4, [NewRecord(35, 0, None, None, encode(Added(1)))])
    assert looks.answer(ask(35)) == first


def test_only_the_last_folds_are_kept(log: EventLog) -> None:
    looks = looking(log)
    for at_ms in (10, 20, 30):
        looks.answer(ask(at_ms))
    assert list(looks._folds) == [20, 30]


def test_it_starts_from_a_snapshot_that_is_old_enough(log: EventLog) -> None:
    state = State()
    state.count = 100  # Not what the log says, so that it shows.
    log.keep_snapshot(Snapshot(3, 20, Counter.fold_version, Counter().freeze(state)))
    looks = looking(log)
    assert count(looks.answer(ask(30))) == (101, 4)
    assert count(looks.answer(ask(19))) == (1, 1)


def test_an_entity_answers_a_look_back_between_its_batches(tmp_path: Path) -> None:
    world = World(tmp_path)
    living = Living(world, Counter())
    living.batch(item(Add(3), 1))
    then_ms = world.clock.now
    world.clock.now += 1_000
    living.batch(item(Add(4), 2))
    living.all_sent()
    living.entity.read_state(ReadState("counter-a", living.epoch, 6, then_ms, "", 10), GATE)
    living.entity.read_state(ReadState("counter-a", living.epoch + 1, 8, then_ms, "", 10), GATE)
    told = [msgspec.msgpack.decode(frame, type=StateThen) for address, frame in living.entity.outgoing]
    assert [(each.number, count(each)) for each in told] == [(6, (3, 1))]

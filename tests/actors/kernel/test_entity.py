"""An entity between its messages: what it tells whom, and what it ignores."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from actors.kernel.decider import Wish
from actors.kernel.entity import HELD_MAX, Entity, EntitySettings
from actors.kernel.shell import Shell
from actors.messages.codec import Decoder, encode
from actors.messages.envelopes import Answers, Appended, Batch, Gone, Item, LogPage, ReadLog
from actors.messages.lifecycle import (
    Asleep,
    Begin,
    Deadline,
    Open,
    Opened,
    Peers,
    Ready,
    Released,
)
from actors.messages.refusals import Refused
from storage.sqlite.eventlog import SqliteEventLog
from tests.actors.kernel.test_shell import LIMITS, World, item
from tests.support.counter import Add, AddLater, AskFirst, Count, Counter, State

ME, DIRECTORY, TIMER, PROJECTOR, GATE = (f"127.0.0.1:{port}" for port in range(1, 6))
OTHER, OTHERS_HOME = "counter-other", "127.0.0.1:9"
decode: Decoder[Any] = Decoder(
    Answers | Appended | Gone | LogPage | Asleep | Deadline | Open | Ready | Released | Batch
)
read: Decoder[Any] = Decoder(Count | Refused)


class Living:
    """An entity, and what it has sent since it was last looked at. Time moves 100 ms a turn."""

    def __init__(self, world: World, counter: Counter, settled_version: int = 0) -> None:
        log = world.logs.open("counter-a", create=True)
        shell = Shell(counter, log, world.clock, world.disk, LIMITS)
        begin = Begin("counter-a", 7, True, DIRECTORY, Peers(TIMER, PROJECTOR, ()), 0, b"", settled_version)
        self.entity = Entity(counter, shell, log, begin, ME, EntitySettings(25, 100, 10))
        self.epoch, self._now = log.epoch, 0

    def sent(self, to: str) -> list[Any]:
        """What it has for an address after a turn; the rest is dropped."""
        return self.all_sent().get(to, [])

    def all_sent(self) -> dict[str, list[Any]]:
        self._now += 100
        self.entity.turn(self._now)
        sent: dict[str, list[Any]] = {}
        for address, frame in self.entity.outgoing:
            sent.setdefault(address, []).append(decode(frame))
        self.entity.outgoing.clear()
        return sent

    def batch(self, *items: Item, number: int = 1, epoch: int | None = None) -> None:
        self.entity.batch(Batch("counter-a", epoch or self.epoch, number, list(items)), GATE)

    def other_answers(self, reply: Any, batch: Batch) -> None:
        answers = Answers(OTHER, batch.epoch, batch.number, [Raw(encode(reply))] * len(batch.items))
        self.entity.answers(answers)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def replies(messages: list[Any]) -> list[Any]:
    return [read(answer) for message in messages for answer in message.items]


def test_at_birth_it_reports_and_tells_the_projector_where_its_log_stands(world: World) -> None:
    living = Living(world, Counter())
    sent = living.all_sent()
    assert [(m.stream, m.life, m.epoch) for m in sent[DIRECTORY]] == [("counter-a", 7, living.epoch)]
    assert sent[PROJECTOR] == [Appended("counter-a", living.epoch, 0, [])]


def test_a_batch_is_answered_and_its_events_are_told_to_the_projector(world: World) -> None:
    living = Living(world, Counter())
    living.all_sent()
    living.entity.projected(living.epoch)
    living.batch(item(Add(3), 1), item(Add(4), 2), number=9)
    sent = living.all_sent()
    assert (sent[GATE][0].epoch, sent[GATE][0].number) == (living.epoch, 9)
    assert replies(sent[GATE]) == [Count(3, 1), Count(7, 2)]
    assert [event.version for event in sent[PROJECTOR][0].events] == [1, 2]


def test_a_batch_for_another_life_or_stream_is_not_touched(world: World) -> None:
    living = Living(world, Counter())
    living.batch(item(Add(3), 1), epoch=living.epoch + 1)
    living.entity.batch(Batch("counter-b", living.epoch, 1, [item(Add(3), 1)]), GATE)
    assert living.sent(GATE) == []


def test_the_timer_hears_of_the_earliest_deadline_once(world: World) -> None:
    living = Living(world, Counter())
    soon = world.clock.now + 500
    living.batch(item(AddLater(soon), 1), item(AddLater(soon + 500), 2))
    assert living.sent(TIMER) == [Deadline("counter-a", living.epoch, soon)]
    living.batch(item(AddLater(soon + 900), 3))
    assert living.sent(TIMER) == []


def test_woken_at_its_deadline_it_releases_and_asks_for_the_next_one(world: World) -> None:
    living = Living(world, Counter())
    soon = world.clock.now + 500
    living.batch(item(AddLater(soon), 1), item(AddLater(soon + 500), 2))
    living.all_sent()
    world.clock.now = soon
    living.entity.due(living.epoch)
    assert living.sent(TIMER) == [Deadline("counter-a", living.epoch, soon + 500)]
    living.batch(item(Add(0), 9))
    assert replies(living.sent(GATE)) == [Count(1, 3)]


def test_asleep_it_says_so_to_whoever_still_sends(world: World) -> None:
    living = Living(world, Counter())
    soon = world.clock.now + 500
    living.batch(item(AddLater(soon), 1))
    living.all_sent()
    living.entity.sleep(living.epoch)
    living.batch(item(Add(1), 2), number=5)
    sent = living.all_sent()
    assert sent[DIRECTORY] == [Asleep("counter-a", 7, living.epoch, soon, 1)]
    assert sent[GATE] == [Gone("counter-a", living.epoch, 5)]


def test_before_it_sleeps_the_projector_hears_of_every_event(world: World) -> None:
    living = Living(world, Counter())
    living.batch(item(Add(1), 1))
    living.all_sent()
    living.batch(item(Add(2), 2))
    living.entity.sleep(living.epoch)
    (hint,) = living.sent(PROJECTOR)
    assert (hint.head, [event.version for event in hint.events]) == (2, [2])


def test_asleep_it_has_nothing_to_do_by_itself(world: World) -> None:
    living = Living(world, Counter(wish=True))
    living.batch(item(Add(3), 1))
    living.all_sent()
    living.entity.sleep(living.epoch)
    assert living.entity.wait_ms(1_000_000) is None


def test_its_log_can_be_read_in_pages_with_names(world: World) -> None:
    living = Living(world, Counter())
    living.batch(item(Add(3), 1), item(Add(4), 2))
    living.all_sent()
    living.entity.read_log(ReadLog("counter-a", living.epoch, 4, 1, 10, True), GATE)
    (page,) = living.sent(GATE)
    assert (page.head, page.number) == (2, 4)
    assert [(e.version, e.type, bytes(e.fields)) for e in page.described] == [(2, "added", encode({"amount": 4}))]


def opened_other(living: Living) -> Batch:
    """Lets the entity find its peer; the batch it sends there."""
    assert [m for m in living.all_sent()[DIRECTORY] if isinstance(m, Open)] == [Open(OTHER, ME, True)]
    living.entity.opened(Opened(OTHER, 1, OTHERS_HOME))
    (batch,) = living.sent(OTHERS_HOME)
    assert isinstance(batch, Batch)
    return batch


def test_an_answer_waits_until_the_wish_behind_it_is_granted(world: World) -> None:
    living = Living(world, Counter(wish=True))
    living.batch(item(Add(3), 1))
    batch = opened_other(living)
    assert living.sent(GATE) == []
    living.other_answers(Count(3, 1), batch)
    assert replies(living.sent(GATE)) == [Count(3, 1)]


def test_what_an_earlier_life_had_granted_is_not_asked_for_again(world: World) -> None:
    living = Living(world, Counter(wish=True))
    living.batch(item(Add(3), 1))
    living.other_answers(Count(3, 1), opened_other(living))
    living.all_sent()
    living.entity.sleep(living.epoch)
    (asleep,) = [m for a, f in living.entity.outgoing if a == DIRECTORY and isinstance(m := decode(f), Asleep)]
    assert asleep.settled_version == 1
    again = Living(world, Counter(wish=True), settled_version=1)
    assert not [m for m in again.sent(DIRECTORY) if isinstance(m, Open)]
    again.entity.close()
    third = Living(world, Counter(wish=True), settled_version=0)
    assert [m for m in third.sent(DIRECTORY) if isinstance(m, Open)]


def test_a_command_that_asks_first_waits_for_leave_and_those_behind_it_wait_too(world: World) -> None:
    living = Living(world, Counter())
    living.batch(item(AskFirst(5), 1), number=1)
    living.batch(item(Add(1), 2), number=2)
    batch = opened_other(living)
    living.other_answers(Count(5, 1), batch)
    assert replies(living.sent(GATE)) == [Count(5, 1), Count(6, 2)]


def test_a_refused_leave_is_the_answer(world: World) -> None:
    living = Living(world, Counter())
    living.batch(item(AskFirst(5), 1))
    batch = opened_other(living)
    no = Refused("quota-below-taken", "no")
    living.other_answers(no, batch)
    assert replies(living.sent(GATE)) == [no]


def test_leave_is_asked_for_anew_each_time(world: World) -> None:
    living = Living(world, Counter())
    living.batch(item(AskFirst(5), 1))
    living.other_answers(Refused("quota-below-taken", "no"), opened_other(living))
    living.all_sent()
    living.batch(item(AskFirst(5), 2), number=2)
    (batch,) = living.sent(OTHERS_HOME)
    living.other_answers(Count(5, 1), batch)
    assert replies(living.sent(GATE)) == [Count(5, 1)]


def test_put_to_sleep_while_it_waits_for_leave_it_sends_the_batch_back_undecided(world: World) -> None:
    living = Living(world, Counter())
    living.batch(item(AskFirst(5), 1), number=3)
    opened_other(living)
    living.entity.sleep(living.epoch)
    assert living.sent(GATE) == [Gone("counter-a", living.epoch, 3)]


def test_another_timer_and_another_projector_are_told_what_they_need(world: World) -> None:
    living = Living(world, Counter())
    soon = world.clock.now + 500
    living.batch(item(AddLater(soon), 1))
    living.all_sent()
    living.entity.peers(Peers("127.0.0.1:77", "127.0.0.1:78", ()))
    sent = living.all_sent()
    assert sent["127.0.0.1:77"] == [Deadline("counter-a", living.epoch, soon)]
    assert sent["127.0.0.1:78"] == [Appended("counter-a", living.epoch, 1, [])]


def test_put_to_sleep_while_a_wish_holds_an_answer_back_it_does_not_call_the_batch_undecided(world: World) -> None:
    living = Living(world, Counter(wish=True))
    living.batch(item(Add(3), 1), number=4)
    opened_other(living)
    living.entity.sleep(living.epoch)
    assert living.sent(GATE) == [Gone("counter-a", living.epoch, 4, decided=True)]


def test_answers_that_a_wish_holds_back_are_bounded(world: World) -> None:
    living = Living(world, Counter(wish=True))
    for number in range(HELD_MAX + 3):
        living.batch(item(Add(1), 1), number=number)
    batch = opened_other(living)
    living.other_answers(Count(1, 1), batch)
    assert [answers.number for answers in living.sent(GATE)] == list(range(3, HELD_MAX + 3))


def test_asleep_with_a_wish_open_it_is_to_be_woken_at_once(world: World) -> None:
    living = Living(world, Counter(wish=True))
    living.batch(item(Add(3), 1))
    living.all_sent()
    living.entity.sleep(living.epoch)
    assert Asleep("counter-a", 7, living.epoch, 1) in living.sent(DIRECTORY)


class TwoWishes(Counter):
    """Wants two things at a time; each one granted doubles the count."""

    def wishes(self, state: State) -> tuple[Wish, ...]:
        return tuple(Wish(name, 1, OTHER, Add(1)) for name in ("one", "two")) if state.count < 4 else ()

    def granted(self, state: State, wish: Wish, reply: Any) -> Add:
        return Add(state.count)


def test_wishes_answered_together_are_recorded_together_each_seeing_what_the_one_before_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    living = Living(world, TwoWishes())
    living.batch(item(Add(1), 1))
    batch = opened_other(living)
    appended: list[int] = []
    append = SqliteEventLog.append

    def counted(log: SqliteEventLog, version: int, records: Any, remembered: Any) -> None:
        appended.append(len(records))
        append(log, version, records, remembered)

    monkeypatch.setattr(SqliteEventLog, "append", counted)
    living.other_answers(Count(1, 1), batch)
    living.batch(item(Add(0), 2), number=2)
    assert replies(living.sent(GATE))[-1] == Count(4, 3)
    assert appended[0] == 2


def test_while_timer_and_projector_are_being_replaced_it_serves_and_tells_them_later(world: World) -> None:
    living = Living(world, Counter())
    living.all_sent()
    living.entity.peers(Peers("", "", ()))
    soon = world.clock.now + 500
    living.batch(item(AddLater(soon), 1))
    sent = living.all_sent()
    assert replies(sent[GATE]) == [Count(0, 1)]
    assert "" not in sent
    assert living.entity.wait_ms(100) is None
    living.entity.peers(Peers(TIMER, PROJECTOR, ()))
    sent = living.all_sent()
    assert sent[TIMER] == [Deadline("counter-a", living.epoch, soon)]
    assert [hint.head for hint in sent[PROJECTOR]] == [1]


def test_it_lets_go_of_a_peer_that_falls_asleep(world: World) -> None:
    living = Living(world, Counter(wish=True))
    living.batch(item(Add(3), 1))
    opened_other(living)
    living.entity.closed(OTHER, 1, answer=True)
    assert Released(OTHER, 1, ME) in living.sent(DIRECTORY)

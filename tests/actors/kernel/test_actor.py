"""The actor around an entity: what it says when it can't begin, and that no exception is survived."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from thespian.actors import ActorAddress, ActorExitRequest, WakeupMessage

from actors.kernel.actor import STATUS_BROKEN, EntityActor
from actors.kernel.decider import Decider
from actors.messages.addresses import address_of, text_of
from actors.messages.codec import Decoder, encode
from actors.messages.envelopes import Answers, Appended, Batch, Projected
from actors.messages.lifecycle import Begin, Damaged, Deadline, Peers, Ready
from config.settings import load
from storage.eventlog import Unknown
from storage.sqlite.writer import SqliteEventLog
from tests.actors.kernel.test_shell import item
from tests.support.counter import Add, Counter

ME, DIRECTORY, PROJECTOR, GATE = (f"127.0.0.1:{port}" for port in range(1, 5))
STREAM = "counter-a"
decode: Decoder[Any] = Decoder(Ready | Damaged | Answers | Appended | Deadline)


class Ended(BaseException):
    """The process has ended with this status."""


class Tally(EntityActor):
    """The actor with its post written down."""

    decider: ClassVar[Decider[Any]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, Any]] = []

    @property
    def myAddress(self) -> ActorAddress:
        return address_of(ME)

    def send(self, targetAddr: ActorAddress, msg: bytes) -> None:
        self.sent.append((text_of(targetAddr), decode(msg)))

    def wakeupAfter(self, timePeriod: timedelta, payload: Any = None) -> None:
        pass

    def take(self, message: Any, sender: str = DIRECTORY) -> list[tuple[str, Any]]:
        self.sent.clear()
        self.receiveMessage(encode(message) if isinstance(message, msgspec.Struct) else message, address_of(sender))
        return list(self.sent)


def begin(data: Path, *, create: bool = True) -> Begin:
    settings = msgspec.msgpack.encode(load({"CONTOSO_DATA": str(data)}))
    return Begin(STREAM, 7, create, DIRECTORY, Peers("", PROJECTOR, ()), 0, settings)


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tally]:
    def end(status: int) -> None:
        raise Ended(status)

    monkeypatch.setattr(os, "_exit", end)
    tally = Tally()
    yield tally
    tally.receiveMessage(ActorExitRequest(), address_of(DIRECTORY))


def test_it_reports_serves_and_hints(tally: Tally, tmp_path: Path) -> None:
    told = tally.take(begin(tmp_path))
    assert [type(message) for _, message in told] == [Ready, Appended]
    epoch = told[0][1].epoch
    sent = tally.take(Batch(STREAM, epoch, 3, [item(Add(1), 1)]), GATE)
    assert [(to, message.number) for to, message in sent if isinstance(message, Answers)] == [(GATE, 3)]


def test_a_second_beginning_is_passed_over(tally: Tally, tmp_path: Path) -> None:
    tally.take(begin(tmp_path))
    assert tally.take(begin(tmp_path)) == []


def test_a_log_that_is_not_there_is_told_and_may_be_made_later(tally: Tally, tmp_path: Path) -> None:
    ((_, damaged),) = tally.take(begin(tmp_path, create=False))
    assert (damaged.stream, damaged.life, damaged.unknown) == (STREAM, 7, True)
    assert isinstance(tally.take(begin(tmp_path))[0][1], Ready)


def test_an_append_of_unknown_outcome_ends_the_process_before_anyone_is_told(
    tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epoch = tally.take(begin(tmp_path))[0][1].epoch

    def unknown(*_: Any) -> None:
        raise Unknown("the disk says nothing")

    monkeypatch.setattr(SqliteEventLog, "append", unknown)
    with pytest.raises(Ended, match=str(STATUS_BROKEN)):
        tally.take(Batch(STREAM, epoch, 3, [item(Add(1), 1)]), GATE)
    assert tally.sent == []


@pytest.mark.parametrize("message", [b"\x93nonsense", encode(Projected(STREAM, 1, 1))[:-1], encode(["grant.9", 1])])
def test_a_message_that_was_meant_for_another_is_dropped(tally: Tally, tmp_path: Path, message: bytes) -> None:
    assert tally.take(message) == []
    epoch = tally.take(begin(tmp_path))[0][1].epoch
    assert tally.take(message) == []
    assert len(tally.take(Batch(STREAM, epoch, 3, [item(Add(1), 1)]), GATE)) >= 1


def test_any_other_exception_ends_the_process(tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    epoch = tally.take(begin(tmp_path))[0][1].epoch

    def wrong(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Counter, "evolve", wrong)
    with pytest.raises(Ended, match=str(STATUS_BROKEN)):
        tally.take(Batch(STREAM, epoch, 3, [item(Add(1), 1)]), GATE)


def test_thespians_own_news_changes_nothing(tally: Tally, tmp_path: Path) -> None:
    tally.take(begin(tmp_path))
    assert tally.take("news") == []
    assert tally.take(WakeupMessage(timedelta())) == []

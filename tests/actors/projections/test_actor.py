"""The projector between hints, pages and sweeps: it asks for what it misses, and outlasts a database that is full."""

import os
import sqlite3
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from thespian.actors import ActorAddress, WakeupMessage

from actors.messages.addresses import address_of, text_of
from actors.messages.boot import Unable
from actors.messages.codec import Decoder, encode
from actors.messages.envelopes import Appended, Gone, LogPage, Projected, Published, ReadLog, StoredEvent
from actors.messages.lifecycle import Closing, Deadline, Here, Open, Opened, Peers, Ping, Pulse, Released, WhoIs
from actors.projections import actor
from actors.projections.actor import Projector
from actors.projections.backlog import ASK_AGAIN_MS
from actors.projections.projection import Applied, Projection
from config.settings import load
from tests.actors.projections.given import CID, SEATS, configured, held, stored

ME, DIRECTORY, TIMER, GATE = (f"127.0.0.1:{port}" for port in range(1, 5))
HOME, NEXT_HOME = "127.0.0.1:8", "127.0.0.1:9"
decode: Decoder[Any] = Decoder(Here | Unable | Projected | Published | ReadLog | Open | Deadline | Released | Pulse)


class Post(Projector):
    """The actor with its post written down, and a steady clock in its hands."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, Any]] = []
        self.steady_ms = 0

    @property
    def myAddress(self) -> ActorAddress:
        return address_of(ME)

    def send(self, targetAddr: ActorAddress, msg: bytes) -> None:
        self.sent.append((text_of(targetAddr), decode(msg)))

    def wakeupAfter(self, timePeriod: timedelta, payload: Any = None) -> None:
        pass

    def take(self, message: Any, sender: str = HOME) -> list[tuple[str, Any]]:
        self.sent.clear()
        self.receiveMessage(encode(message) if isinstance(message, msgspec.Struct) else message, address_of(sender))
        return list(self.sent)

    def sweep(self) -> list[tuple[str, Any]]:
        return self.take(WakeupMessage(timedelta()))


def who_is(data: Path) -> WhoIs:
    settings = msgspec.msgpack.encode(load({"CONTOSO_DATA": str(data)}))
    return WhoIs("projector", DIRECTORY, Peers(TIMER, "", (GATE,)), settings, "")


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Post:
    post = Post()

    def broken(status: int) -> None:
        raise AssertionError(f"it ended with {status}")

    monkeypatch.setattr(os, "_exit", broken)
    monkeypatch.setattr(actor, "_now_ms", lambda: post.steady_ms)
    assert isinstance(post.take(who_is(tmp_path), DIRECTORY)[0][1], Here)
    return post


def events() -> list[StoredEvent]:
    return stored(configured(), held("ana"), held("bob"))


def asks(sent: list[tuple[str, Any]]) -> list[tuple[str, int, int]]:
    return [(address, message.epoch, message.after) for address, message in sent if isinstance(message, ReadLog)]


def test_a_hint_is_projected_answered_and_published(post: Post) -> None:
    told = post.take(Appended(SEATS, 1, 3, events()))
    published, answer = told
    assert published[0] == GATE
    assert (published[1].conference, published[1].version) == (CID, 3)
    assert answer == (HOME, Projected(SEATS, 1, 3))


def test_what_a_hint_left_out_is_asked_for_and_then_whatever_still_misses(post: Post) -> None:
    assert asks(post.take(Appended(SEATS, 1, 3, []))) == [(HOME, 1, 0)]
    assert asks(post.take(LogPage(SEATS, 1, 0, 3, events()[:2], []))) == [(HOME, 1, 2)]
    assert asks(post.take(LogPage(SEATS, 1, 0, 3, events()[2:], []))) == []


def test_a_page_that_never_came_is_asked_for_again_by_the_sweep(post: Post) -> None:
    post.take(Appended(SEATS, 1, 3, []))
    post.steady_ms += ASK_AGAIN_MS
    assert asks(post.sweep()) == [(HOME, 1, 0)]


def test_the_next_life_of_an_entity_is_asked_at_once(post: Post) -> None:
    post.take(Appended(SEATS, 1, 3, []))
    assert asks(post.take(Appended(SEATS, 2, 3, []), NEXT_HOME)) == [(NEXT_HOME, 2, 0)]


@pytest.mark.parametrize("news", [Gone(SEATS, 1, 0), Closing(SEATS, 1)])
def test_an_entity_that_sleeps_before_it_has_told_everything_is_opened_and_asked(post: Post, news: Any) -> None:
    post.take(Appended(SEATS, 1, 3, []))
    post.take(news)
    assert (DIRECTORY, Open(SEATS, ME, False)) in post.sweep()
    assert asks(post.take(Opened(SEATS, 2, NEXT_HOME), DIRECTORY)) == [(NEXT_HOME, 2, 0)]


def test_a_database_that_takes_nothing_now_is_tried_again_later(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Applied:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Projection, "apply", full)
        assert post.take(Appended(SEATS, 1, 3, events())) == [(HOME, Projected(SEATS, 1, 0))]
        post.steady_ms += ASK_AGAIN_MS
        assert asks(post.sweep()) == [(HOME, 1, 0)]
    assert (post.take(LogPage(SEATS, 1, 0, 3, events(), []))[0][1].version) == 3


def test_a_hold_past_its_deadline_goes_to_the_timer_with_each_sweep(post: Post) -> None:
    late_ms = time.time_ns() // 1_000_000 - 1_000
    late = msgspec.structs.replace(held("ana"), expires_at_ms=late_ms)
    post.take(Appended(SEATS, 1, 2, stored(configured(), late)))
    for _ in range(2):
        assert (TIMER, Deadline(SEATS, 0, late_ms)) in post.sweep()
    post.take(Peers("", ME, (GATE,)))
    assert post.sweep() == []


def test_read_models_of_another_shape_are_told_in_one_sentence(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "readmodels.db") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    ((_, unable),) = Post().take(who_is(tmp_path), DIRECTORY)
    assert isinstance(unable, Unable)
    assert "rebuild" in unable.problem


def test_it_answers_whether_it_lives(post: Post) -> None:
    assert post.take(Pulse("projector"), DIRECTORY) == [(DIRECTORY, Pulse("projector"))]


def test_a_message_that_was_meant_for_another_is_dropped(post: Post) -> None:
    assert post.take(Ping("seats-a", 1)) == []

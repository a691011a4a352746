"""The timer wakes streams: those it knows at once, others through the directory; a lost answer holds up nothing."""

import os
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from thespian.actors import ActorAddress

from actors.messages.addresses import address_of, text_of
from actors.messages.codec import Decoder, encode
from actors.messages.lifecycle import (
    Closing,
    Deadline,
    Due,
    Here,
    Open,
    Opened,
    Peers,
    Ping,
    Pulse,
    Released,
    Suspect,
    Unopened,
    WhoIs,
)
from actors.timers import actor
from actors.timers.actor import LATE_MS, OPEN_AGAIN_MS, ReservationTimer
from config.settings import load

ME, DIRECTORY, HOME = "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"
START_MS = 1_790_000_000_000
decode: Decoder[Any] = Decoder(Here | Open | Due | Released | Suspect | Pulse)


class Timer(ReservationTimer):
    """The actor with its post written down and both clocks in its hands."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, Any]] = []
        self.wall_ms, self.steady_ms = START_MS, 0

    @property
    def myAddress(self) -> ActorAddress:
        return address_of(ME)

    def send(self, targetAddr: ActorAddress, msg: bytes) -> None:
        self.sent.append((text_of(targetAddr), decode(msg)))

    def wakeupAfter(self, timePeriod: timedelta, payload: Any = None) -> None:
        pass

    def take(self, message: Any) -> list[tuple[str, Any]]:
        """What it sends on a message and the turn after it."""
        self.sent.clear()
        self.receiveMessage(encode(message), address_of(DIRECTORY))
        return list(self.sent)

    def pass_ms(self, ms: int) -> None:
        self.wall_ms += ms
        self.steady_ms += ms


@pytest.fixture
def timer(monkeypatch: pytest.MonkeyPatch) -> Timer:
    timer = Timer()
    monkeypatch.setattr(actor, "_now_ms", lambda: timer.wall_ms)
    monkeypatch.setattr(actor, "_steady_ms", lambda: timer.steady_ms)

    def broken(status: int) -> None:
        raise AssertionError(f"it ended with {status}")

    monkeypatch.setattr(os, "_exit", broken)
    settings = msgspec.msgpack.encode(load({}))
    timer.take(WhoIs("timer", DIRECTORY, Peers("", "", ()), settings, ""))
    return timer


def test_a_stream_that_sleeps_is_opened_at_its_deadline_and_then_woken(timer: Timer) -> None:
    assert timer.take(Deadline("seats-a", 1, START_MS + 100)) == []
    timer.pass_ms(100)
    assert timer.take(Peers("", "", ())) == [(DIRECTORY, Open("seats-a", ME, False))]
    assert timer.take(Opened("seats-a", 2, HOME)) == [(HOME, Due("seats-a", 2))]


def test_a_stream_it_knows_is_woken_where_it_lives(timer: Timer) -> None:
    timer.take(Opened("seats-a", 2, HOME))
    assert timer.take(Deadline("seats-a", 2, START_MS)) == [(HOME, Due("seats-a", 2))]
    assert timer.take(Closing("seats-a", 2)) == [(DIRECTORY, Released("seats-a", 2, ME))]
    assert timer.take(Deadline("seats-a", 2, START_MS)) == [(DIRECTORY, Open("seats-a", ME, False))]


def test_an_opening_of_which_nothing_is_heard_is_asked_for_again(timer: Timer) -> None:
    assert timer.take(Deadline("seats-a", 1, START_MS)) == [(DIRECTORY, Open("seats-a", ME, False))]
    assert timer.take(Deadline("seats-a", 0, START_MS)) == []
    timer.pass_ms(OPEN_AGAIN_MS)
    assert timer.take(Peers("", "", ())) == [(DIRECTORY, Open("seats-a", ME, False))]


def test_a_clock_that_is_set_back_keeps_no_stream_asleep(timer: Timer) -> None:
    timer.take(Deadline("seats-a", 1, START_MS))
    timer.pass_ms(OPEN_AGAIN_MS)
    timer.wall_ms = START_MS - 86_400_000
    assert timer.take(Deadline("seats-a", 0, timer.wall_ms)) == [(DIRECTORY, Open("seats-a", ME, False))]


def test_a_stream_that_can_not_be_opened_is_tried_again_unless_it_is_unknown(timer: Timer) -> None:
    for stream, unknown in (("seats-a", False), ("seats-b", True)):
        timer.take(Deadline(stream, 1, timer.wall_ms))
        timer.take(Unopened(stream, unknown, "damaged"))
    for _ in range(3):
        timer.pass_ms(OPEN_AGAIN_MS)
        assert timer.take(Peers("", "", ())) == [(DIRECTORY, Open("seats-a", ME, False))]
        timer.take(Unopened("seats-a", False, "damaged"))


def test_an_entity_that_was_woken_and_still_has_an_old_hold_is_suspected(timer: Timer) -> None:
    timer.take(Opened("seats-a", 2, HOME))
    assert timer.take(Deadline("seats-a", 0, START_MS - LATE_MS)) == [(HOME, Due("seats-a", 2))]
    told = timer.take(Deadline("seats-a", 0, START_MS - LATE_MS - 1))
    assert told == [(DIRECTORY, Suspect(ME, "seats-a", 2)), (HOME, Due("seats-a", 2))]


def test_it_answers_whether_it_lives(timer: Timer) -> None:
    assert timer.take(Pulse("timer")) == [(DIRECTORY, Pulse("timer"))]


def test_a_message_that_was_meant_for_another_is_dropped(timer: Timer) -> None:
    assert timer.take(Ping("seats-a", 1)) == []

"""The directory between its rules and Thespian: whom it tells what, and when it gives up."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from thespian.actors import ActorAddress, ChildActorExited, WakeupMessage

from actors.host import children, directory
from actors.host.directory import Directory
from actors.host.pulses import SILENT_MS
from actors.messages.addresses import address_of, text_of
from actors.messages.boot import Started, Unable
from actors.messages.codec import Decoder, encode
from actors.messages.lifecycle import (
    Begin,
    Deadline,
    Drain,
    Grace,
    Here,
    Open,
    Opened,
    Peers,
    Pulse,
    Ready,
    Sleep,
    Start,
    Unopened,
    WhoIs,
)
from config.settings import load

ME, BOSS, GATE = "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"
decode: Decoder[Any] = Decoder(
    Begin | Deadline | Drain | Grace | Opened | Peers | Pulse | Sleep | Started | Unable | Unopened | WhoIs
)


class Node(Directory):
    """The actor with what it sends and creates written down."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, Any]] = []
        self.created: list[str] = []

    @property
    def myAddress(self) -> ActorAddress:
        return address_of(ME)

    def createActor(self, actorClass: str, *_: Any, **__: Any) -> ActorAddress:
        self.created.append(actorClass.rpartition(".")[2])
        return address_of(home(len(self.created)))

    def send(self, targetAddr: ActorAddress, msg: Any) -> None:
        self.sent.append((text_of(targetAddr), decode(msg) if isinstance(msg, bytes) else msg))

    def wakeupAfter(self, timePeriod: timedelta, payload: Any = None) -> None:
        pass

    def take(self, message: Any, sender: str) -> list[tuple[str, Any]]:
        self.sent.clear()
        self.receiveMessage(encode(message) if isinstance(message, msgspec.Struct) else message, address_of(sender))
        return list(self.sent)


def home(number: int) -> str:
    """Where the n-th created actor lives."""
    return f"127.0.0.1:{100 + number}"


def here(node: Node) -> None:
    """The service that was created last serves now."""
    role = next(message.role for _, message in reversed(node.sent) if isinstance(message, WhoIs))
    node.take(Here(role, 7), home(len(node.created)))


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    def broken(status: int) -> None:
        raise AssertionError(f"it ended with {status}")

    monkeypatch.setattr(os, "_exit", broken)
    monkeypatch.setattr(children, "own_children", set)
    node = Node()
    settings = msgspec.msgpack.encode(load({"CONTOSO_DATA": str(tmp_path)}))
    node.take(Start(settings, "gateway.join:main"), BOSS)
    while not any(isinstance(message, Started) for _, message in node.sent):
        here(node)
    return node


def number_of(node: Node, name: str) -> int:
    """Which of the created actors is the newest of this name."""
    return len(node.created) - list(reversed(node.created)).index(name)


def peers_told(node: Node) -> dict[str, Peers]:
    return {address: message for address, message in node.sent if isinstance(message, Peers)}


def test_the_services_start_one_after_the_other_and_the_boss_hears_of_it(node: Node) -> None:
    assert node.created == ["ReservationTimer", "Projector", "Gateway"]


def test_an_entity_that_starts_while_a_service_is_replaced_hears_of_the_successor(node: Node) -> None:
    projector = number_of(node, "Projector")
    node.take(ChildActorExited(address_of(home(projector))), BOSS)
    replaced = [(address, message) for address, message in node.sent if isinstance(message, WhoIs)]
    assert [message.role for _, message in replaced] == ["projector"]
    started = node.take(Open("seats-ca", GATE, True), GATE)
    entity = home(number_of(node, "SeatInventory"))
    (begin,) = [message for address, message in started if address == entity]
    assert begin.peers.projector == ""
    node.take(Here("projector", 8), replaced[0][0])
    assert peers_told(node)[entity].projector == replaced[0][0]


def test_a_leap_of_the_clock_is_known_to_whoever_starts_right_after_it(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    presence = node._presence
    leapt = presence._wall_ms() + 86_400_000
    monkeypatch.setattr(presence, "_wall_ms", lambda: leapt)
    started = node.take(Open("seats-ca", GATE, True), GATE)
    (begin,) = [message for _, message in started if isinstance(message, Begin)]
    assert begin.grace_until_ms > leapt


def test_a_service_that_is_unable_later_on_does_not_end_the_node(node: Node) -> None:
    assert node.take(Unable("projector", "the read models can't be used"), home(2)) == []


def test_a_service_that_is_silent_for_long_is_killed(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _: killed.append(pid))
    monkeypatch.setattr(node._children, "pid", lambda who: {"projector": 4711}[who])
    for now_ms in range(10**9, 10**9 + SILENT_MS + 1_000, 1_000):
        monkeypatch.setattr(directory, "_now_ms", lambda now_ms=now_ms: now_ms)
        for address, message in node.take(WakeupMessage(timedelta()), ME):
            if isinstance(message, Pulse) and message.role != "projector":
                node.receiveMessage(encode(message), address_of(address))
    assert set(killed) == {4711}


def test_a_stream_of_no_kind_is_not_started(node: Node) -> None:
    assert node.take(Open("secrets-ca", GATE, True), GATE) == []
    assert "SeatInventory" not in node.created


def test_who_asks_hears_where_the_entity_lives_and_of_its_next_life(node: Node) -> None:
    node.take(Open("seats-ca", GATE, True), GATE)
    first = number_of(node, "SeatInventory")
    told = node.take(Ready("seats-ca", 1, 1, 0, 4711), home(first))
    assert told == [(GATE, Opened("seats-ca", 1, home(first)))]
    node.take(ChildActorExited(address_of(home(first))), BOSS)
    second = number_of(node, "SeatInventory")
    assert second != first
    told = node.take(Ready("seats-ca", 2, 2, 0, 4712), home(second))
    assert told == [(GATE, Opened("seats-ca", 2, home(second)))]


def test_a_message_that_was_meant_for_another_is_dropped(node: Node) -> None:
    assert node.take(Grace("seats-ca", 1, 5), GATE) == []

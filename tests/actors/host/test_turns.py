"""A descriptor that nobody has any more does not keep the turn busy."""

import os
import select
import socket
from types import SimpleNamespace

import pytest

from actors.host import turns


@pytest.fixture
def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected sockets; the first is watched."""
    return socket.socketpair()


def transport(watched: socket.socket) -> SimpleNamespace:
    """As much of a transport as a turn needs, with nothing in its tables."""
    epoll = select.epoll()
    epoll.register(watched, turns.READ)
    return SimpleNamespace(
        _epoll=epoll, _incomingSockets={}, _transmitIntents={}, _watches=[], _openSockets={}, socket=watched
    )


def test_an_unknown_descriptor_is_watched_no_more(pair: tuple[socket.socket, socket.socket]) -> None:
    unknown, other = pair
    self = transport(unknown)
    self.socket = other
    other.send(b"!")
    turns._handle_events(self, self._epoll.poll(), transmit_only=False)
    assert self._epoll.poll(0) == []
    for one in (unknown, other, self._epoll):
        one.close()


def test_a_closed_descriptor_that_a_child_still_has_makes_a_new_epoll(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    closed, other = pair
    self = transport(closed)
    self.socket = other
    kept = os.dup(closed.fileno())
    closed.close()
    other.send(b"!")
    events = self._epoll.poll()
    assert events, "the control: the kernel still reports it"
    turns._handle_events(self, events * 2, transmit_only=False)
    assert "_epoll" not in vars(self)
    os.close(kept)
    other.close()

"""The bridge loses nothing, keeps the order, wakes each side once a burst, and says when it is full."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from actors.host.bridge import Bridge, Full, Inbox, Outbox
from tests.actors.host.group import Group
from tests.actors.host.peers import Peer

MESSAGES = 3_000
JOIN_S_MAX = 10.0


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    """An outbox for many."""
    outbox = Outbox()
    yield outbox
    outbox.close()


def test_the_bell_rings_once_for_a_burst(outbox: Outbox) -> None:
    for number in range(100):
        outbox.put("127.0.0.1:1", b"%d" % number)
    assert outbox.ear.recv(64) == b"!"


def test_an_outbox_gives_everything_in_order_and_rings_again_afterwards(outbox: Outbox) -> None:
    outbox.put("127.0.0.1:1", b"a")
    outbox.put("127.0.0.1:2", b"b")
    assert outbox.drain() == [("127.0.0.1:1", b"a"), ("127.0.0.1:2", b"b")]
    outbox.put("127.0.0.1:1", b"c")
    assert outbox.ear.recv(64) == b"!"


class Interrupted(deque[tuple[Any, Any]]):
    """Runs something, once, between the first look at what waits and taking it out."""

    def __init__(self, items: Iterable[tuple[Any, Any]], between: Callable[[], None]) -> None:
        super().__init__(items)
        self._between: Callable[[], None] | None = between

    def popleft(self) -> tuple[Any, Any]:
        """Takes one out."""
        if (between := self._between) is not None:
            self._between = None
            between()
        return super().popleft()


def test_what_is_put_while_the_outbox_is_drained_rings_again(outbox: Outbox) -> None:
    outbox.put("127.0.0.1:1", b"a")
    outbox._items = Interrupted(outbox._items, lambda: outbox.put("127.0.0.1:1", b"b"))
    assert outbox.drain() == [("127.0.0.1:1", b"a")]
    assert outbox.ear.recv(64) == b"!"
    assert outbox.drain() == [("127.0.0.1:1", b"b")]


def test_what_is_put_while_the_inbox_is_emptied_wakes_the_loop_again() -> None:
    bursts: list[list[tuple[bytes, str]]] = []

    async def run() -> None:
        inbox = Inbox(asyncio.get_running_loop(), bursts.append)
        inbox.put(b"a", "127.0.0.1:1")
        inbox._items = Interrupted(inbox._items, lambda: inbox.put(b"b", "127.0.0.1:1"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert bursts == [[(b"a", "127.0.0.1:1")], [(b"b", "127.0.0.1:1")]]


def test_a_full_outbox_says_so_and_keeps_what_it_has() -> None:
    outbox = Outbox(items_max=1)
    outbox.put("127.0.0.1:1", b"a")
    with pytest.raises(Full):
        outbox.put("127.0.0.1:1", b"b")
    assert outbox.drain() == [("127.0.0.1:1", b"a")]
    outbox.close()


def test_nothing_put_from_another_thread_is_left_behind(outbox: Outbox) -> None:
    def put_all() -> None:
        for number in range(MESSAGES):
            outbox.put("127.0.0.1:1", b"%d" % number)

    thread = threading.Thread(target=put_all)
    outbox.ear.settimeout(JOIN_S_MAX)  # Drain waits for the bell, and fails when it does not ring.
    thread.start()
    got: list[bytes] = []
    while len(got) < MESSAGES:
        got += [message for _, message in outbox.drain()]
    thread.join(JOIN_S_MAX)
    assert got == [b"%d" % number for number in range(MESSAGES)]


def test_an_inbox_wakes_the_loop_once_for_a_burst() -> None:
    bursts: list[list[tuple[bytes, str]]] = []

    async def run() -> None:
        inbox = Inbox(asyncio.get_running_loop(), bursts.append)
        for number in range(100):
            inbox.put(b"%d" % number, "127.0.0.1:1")
        await asyncio.sleep(0)
        inbox.put(b"later", "127.0.0.1:1")
        await asyncio.sleep(0)

    asyncio.run(run())
    assert bursts == [[(b"%d" % number, "127.0.0.1:1") for number in range(100)], [(b"later", "127.0.0.1:1")]]


def test_a_full_inbox_says_so() -> None:
    async def run() -> None:
        inbox = Inbox(asyncio.get_running_loop(), lambda _: None, items_max=1)
        inbox.put(b"a", "127.0.0.1:1")
        with pytest.raises(Full):
            inbox.put(b"b", "127.0.0.1:1")

    asyncio.run(run())


def test_the_thread_ends_with_its_main() -> None:
    async def main(bridge: Bridge) -> None:
        bridge.outbox.put("127.0.0.1:1", b"a")

    bridge = Bridge(main, lambda _: None)
    assert bridge.join(JOIN_S_MAX)
    assert bridge.outbox.drain() == [("127.0.0.1:1", b"a")]
    bridge.outbox.close()


@pytest.mark.system
@pytest.mark.xdist_group("system")
def test_everything_sent_from_the_loop_comes_back_in_order_under_load() -> None:
    with Group("Echo", "Loop") as group:
        group.wait_ready()
        with Peer(group.addresses["loop"]) as friend:
            answer = friend.ask(f"go {group.addresses['echo']} {MESSAGES}".encode()).decode()
        came_back, ordered, _ = answer.split()
        assert (int(came_back), ordered) == (MESSAGES, "True")

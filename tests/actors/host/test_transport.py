"""The faster turn delivers what Thespian's does: everything, once, in order per sender, whatever the others do."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.actors.host.group import Group, eventually
from tests.actors.host.peers import Peer

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system")]
CROWD = ("Chatter1", "Chatter2", "Chatter3", "Chatter4")
COUNT = 60
SMALL, LARGE = 500, 2_000_000
LARGE_COUNT, LARGEST = 3, 15_000_000
SETTLE_S_MAX = 30.0
TIMER_MS_MAX = 2_000


@pytest.fixture
def group() -> Iterator[Group]:
    """Four that talk to each other, and one that answers."""
    with Group(*CROWD, "Echo") as group:
        group.wait_ready()
        yield group


def tally(address: str) -> tuple[int, bool, int]:
    """How many came, whether in order, and after how many ms its timer came (0: not yet)."""
    with Peer(address) as friend:
        received, ordered, woken = friend.ask(b"tally").decode().split()
    return int(received), ordered == "True", int(woken)


@pytest.mark.parametrize(("count", "size"), [(COUNT, SMALL), (3, LARGE)])
def test_a_crowd_that_talks_across_loses_and_repeats_nothing(group: Group, count: int, size: int) -> None:
    addresses = [group.addresses[name.lower()] for name in CROWD]
    with ExitStack() as stack:
        friends = [stack.enter_context(Peer(address)) for address in addresses]
        for friend, address in zip(friends, addresses, strict=True):
            others = ",".join(other for other in addresses if other != address)
            friend.socket.sendall(friend.envelope(f"chat {others} {count} {size}".encode()))
        wanted = count * (len(CROWD) - 1)
        for address in addresses:
            eventually(lambda address=address: tally(address)[0] >= wanted, SETTLE_S_MAX)  # type: ignore[misc]
            eventually(lambda address=address: tally(address)[2] > 0)  # type: ignore[misc]
        for address in addresses:
            received, ordered, woken_after_ms = tally(address)
            assert (received, ordered) == (wanted, True)
            assert 50 <= woken_after_ms < TIMER_MS_MAX


def test_two_that_send_more_than_the_kernel_buffers_on_one_connection_do_not_wait_for_each_other(group: Group) -> None:
    one, two = (group.addresses[name.lower()] for name in CROWD[:2])
    with Peer(one) as friend, Peer(two) as other:
        friend.socket.sendall(friend.envelope(f"chat {two} 1 {SMALL}".encode()))
        eventually(lambda: tally(two)[0] == 1)  # The one connection both use from now on.
        other.socket.sendall(other.envelope(f"chat {one} {LARGE_COUNT} {LARGEST}".encode()))
        friend.socket.sendall(friend.envelope(f"chat {two} {LARGE_COUNT} {LARGEST}".encode()))
        eventually(lambda: tally(one)[:2] == (LARGE_COUNT, True), SETTLE_S_MAX)
        eventually(lambda: tally(two)[:2] == (LARGE_COUNT + 1, True), SETTLE_S_MAX)


def test_a_stopped_receiver_stops_nobody_else_and_gets_its_messages_later(group: Group) -> None:
    one, two, three = (group.addresses[name.lower()] for name in CROWD[:3])
    stopped = next(pid for pid, name in group.named().items() if name == "Echo")
    echo = group.addresses["echo"]
    os.kill(stopped, signal.SIGSTOP)
    with Peer(one) as friend:
        friend.socket.sendall(friend.envelope(f"chat {echo},{two},{three} {COUNT} {SMALL}".encode()))
    for address in (two, three):
        eventually(lambda address=address: tally(address)[:2] == (COUNT, True))  # type: ignore[misc]
    os.kill(stopped, signal.SIGCONT)
    with Peer(echo) as friend:
        eventually(lambda: friend.ask(b"count") == b"%d" % COUNT)


def test_messages_to_one_that_has_ended_hold_up_nobody(group: Group) -> None:
    one, two = (group.addresses[name.lower()] for name in CROWD[:2])
    with Peer(one) as friend:
        friend.socket.sendall(friend.envelope(f"chat 127.0.0.1:1,{two} {COUNT} {SMALL}".encode()))
    eventually(lambda: tally(two)[:2] == (COUNT, True))


def test_an_acknowledgement_comes_even_when_no_answer_does(group: Group) -> None:
    with Peer(group.addresses["chatter1"]) as friend:
        friend.socket.sendall(friend.envelope(b"%010d" % 0))
        assert friend._read() == "ACK"

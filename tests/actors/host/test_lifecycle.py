"""No process outlives its parent, and whatever ends is replaced."""

import os
import signal
import socket
import time

import pytest

from actors.host.leash import Leash
from actors.host.supervisor import STATUS_BROKEN, STATUS_CUT_SHORT, STATUS_DRAINED, STATUS_UNABLE, supervise
from tests.actors.host.group import Group, eventually
from tests.actors.host.peers import Peer

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system")]
ORPHAN_S_MAX = 1.0
DRAIN_MS = 300
CUT_SHORT_S_MAX = 5.0  # far from the default of 10


def test_a_killed_admin_takes_its_tree_along_and_a_new_group_serves() -> None:
    with Group("Echo", "Parent") as group:
        group.wait_ready()
        old = group.pids() - {group.process.pid}
        os.kill(group.pid_of("admin"), signal.SIGKILL)
        eventually(lambda: not group.pids() & old, ORPHAN_S_MAX)
        group.wait_ready()
        with Peer(group.addresses["echo"]) as friend:
            assert friend.ask(b"hello") == b"hello"


@pytest.mark.parametrize("name", ["Echo", "logger"])
def test_the_system_serves_again_when_a_part_was_killed(name: str) -> None:
    with Group("Echo") as group:
        group.wait_ready()
        os.kill(group.pid_of(name), signal.SIGKILL)
        if name == "Echo":
            group.wait_ready()
        with Peer(group.addresses["echo"]) as friend:
            assert friend.ask(b"hello") == b"hello"


def test_a_killed_launcher_is_replaced_with_its_group() -> None:
    with Group("Echo") as group:
        group.wait_ready()
        old = group.pids() - {group.process.pid}
        [launcher] = [pid for pid, name in group.named().items() if name not in ("admin", "logger", "Echo")][1:]
        os.kill(launcher, signal.SIGKILL)
        group.wait_ready()
        assert not group.pids() & old


def test_nothing_outlives_a_killed_supervisor() -> None:
    with Group("Echo", "Parent", "Loop") as group:
        group.wait_ready()
        with Peer(group.addresses["parent"]) as friend:
            assert int(friend.ask(b"pid")) in group.pids()
        group.process.kill()
        eventually(lambda: not group.pids(), ORPHAN_S_MAX)


def test_nothing_outlives_a_supervisor_that_is_killed_during_the_start() -> None:
    with Group("Echo", "Parent") as group:
        eventually(lambda: len(group.pids()) >= 3)
        group.process.kill()
        group.process.wait()
        eventually(lambda: not group.pids(), ORPHAN_S_MAX)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_parent_hears_of_a_killed_child(number: int) -> None:
    with Group("Parent") as group:
        group.wait_ready()
        with Peer(group.addresses["parent"]) as friend:
            child = int(friend.ask(b"pid"))
            os.kill(child, number)
            eventually(lambda: friend.ask(b"exited") == b"1")
            assert int(friend.ask(b"pid")) != child


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_drains_and_leaves_no_process(number: int) -> None:
    with Group("Echo", "Parent", "Loop") as group:
        group.wait_ready()
        assert group.stop(number) == STATUS_DRAINED
        assert not group.pids()


def test_a_stop_during_the_start_leaves_no_process() -> None:
    with Group("Echo", "Parent") as group:
        eventually(lambda: len(group.pids()) >= 3)
        assert group.stop() == STATUS_DRAINED
        assert not group.pids()


def test_an_actor_that_does_not_drain_is_ended_after_the_limit() -> None:
    with Group("Stubborn", drain_ms=DRAIN_MS) as group:
        group.wait_ready()
        began = time.monotonic()
        assert group.stop() == STATUS_CUT_SHORT
        assert DRAIN_MS / 1000 <= time.monotonic() - began < CUT_SHORT_S_MAX
        assert not group.pids()


def test_a_second_stop_ends_the_drain() -> None:
    with Group("Stubborn", drain_ms=60_000) as group:
        group.wait_ready()
        group.process.terminate()
        assert group.process.stderr is not None
        while "draining" not in group.process.stderr.readline():
            pass
        assert group.stop(signal.SIGINT) == STATUS_CUT_SHORT
        assert not group.pids()


def test_an_actor_that_can_not_start_stops_the_start_with_its_reason() -> None:
    with Group("Echo", "Impossible") as group:
        assert group.process.wait(20) == STATUS_UNABLE
        assert group.process.stderr is not None
        assert "impossible can't start: the door is locked" in group.process.stderr.read()
        assert not group.pids()


def test_a_taken_admin_port_stops_the_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, Group("Echo", admin_port=taken.getsockname()[1]) as group:
        assert group.process.wait(20) == STATUS_UNABLE
        assert group.process.stderr is not None
        assert "can't listen on 127.0.0.1" in group.process.stderr.read()


def test_a_supervisor_gives_up_after_too_many_failures_in_a_row() -> None:
    # In a child of its own, since it adopts orphans and kills all its children.
    child = os.fork()
    if child == 0:
        status = 99
        try:
            status = supervise(_fail, failures_max=2)
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == STATUS_BROKEN


def _fail(_: Leash) -> int:
    return 1

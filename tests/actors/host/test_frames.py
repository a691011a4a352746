"""What arrives without the key, or is not what it says, has no effect, and the system goes on serving."""

import io
import pickle
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from thespian.actors import ActorExitRequest
from thespian.system.messages.admin import SystemShutdown

from actors.host import frames
from actors.host.frames import Listed, Refused, Sealed
from tests.actors.host.group import FRAME_BYTES_MAX, KEY, Group
from tests.actors.host.peers import Peer, frame_of

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system")]
WRONG_KEY = bytes(32)
BAD = ["raw", "wrong-tag", "no-tag", "oversize", "negative", "endless", "no-number", "unlisted", "broken-pickle"]


class Command:
    """Runs a command when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[object, tuple[list[str]]]:
        return subprocess.check_call, (["touch", str(self._marker)],)


@pytest.fixture(scope="module")
def admin_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def group(admin_port: int) -> Iterator[Group]:
    """A system with one Echo."""
    with Group("Echo", admin_port=admin_port) as group:
        group.wait_ready()
        yield group


def bad_frame(kind: str, marker: Path) -> bytes:
    """Bytes that must have no effect."""
    attack = pickle.dumps(Command(marker))
    tagged = Sealed(KEY, 2 * FRAME_BYTES_MAX)
    return {
        "raw": frame_of(attack),
        "wrong-tag": frame_of(Sealed(WRONG_KEY, FRAME_BYTES_MAX).dumps(Command(marker))),
        "no-tag": frame_of(b"short"),
        "oversize": frame_of(tagged.dumps(b"x" * FRAME_BYTES_MAX)),
        "negative": b"-5>hello",
        "endless": b"1" * 64,
        "no-number": b"x>" + attack,
        "unlisted": frame_of(tagged.dumps(Command(marker))),
        "broken-pickle": frame_of(tagged.dumps(b"x" * 50)[:-30] + b"y" * 30),
    }[kind]


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("target", ["admin", "actor"])
def test_a_bad_frame_runs_nothing_and_the_system_goes_on(
    group: Group, admin_port: int, tmp_path: Path, target: str, kind: str
) -> None:
    address = f"127.0.0.1:{admin_port}" if target == "admin" else group.addresses["echo"]
    with Peer(address) as stranger:
        assert stranger.closes(bad_frame(kind, tmp_path / "ran"))
    assert not (tmp_path / "ran").exists()
    with Peer(group.addresses["echo"]) as friend:
        assert friend.ask(b"hello") == b"hello"


def test_a_message_above_the_limit_is_not_received_though_it_has_the_key(group: Group) -> None:
    with Peer(group.addresses["echo"]) as friend:
        count = friend.ask(b"count")
        assert friend.ask(b"x" * (FRAME_BYTES_MAX - 100))
        with Peer(group.addresses["echo"]) as greedy:
            assert greedy.closes(greedy.envelope(b"x" * FRAME_BYTES_MAX))
        assert int(friend.ask(b"count")) == int(count) + 1


def test_the_attack_would_run_a_command_if_it_were_unpickled(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Command(tmp_path / "ran")))  # noqa: S301  # The control of the test above.
    assert (tmp_path / "ran").exists()


def test_a_message_without_the_key_does_not_reach_its_actor(group: Group) -> None:
    with Peer(group.addresses["echo"]) as friend:
        count = friend.ask(b"count")
        with Peer(group.addresses["echo"], key=WRONG_KEY) as stranger:
            assert stranger.closes(stranger.envelope(b"hello"))
        assert friend.ask(b"count") == count


@pytest.mark.parametrize("message", [SystemShutdown(), ActorExitRequest()])
def test_a_stop_without_the_key_stops_nothing(group: Group, admin_port: int, message: object) -> None:
    before = group.pids()
    for address in (f"127.0.0.1:{admin_port}", group.addresses["echo"]):
        with Peer(address, key=WRONG_KEY) as stranger:
            assert stranger.closes(stranger.envelope(message))
    with Peer(group.addresses["echo"]) as friend:
        assert friend.ask(b"hello") == b"hello"
    assert group.pids() == before


def test_a_frame_in_single_bytes_is_one_message(group: Group) -> None:
    with Peer(group.addresses["echo"]) as friend:
        for byte in friend.envelope(b"first"):
            friend.socket.sendall(bytes([byte]))
        assert friend._read() == "ACK"
        assert friend._read()[1] == b"first"


def test_nothing_listens_beyond_the_configured_address(group: Group, admin_port: int) -> None:
    for port in (admin_port, int(group.addresses["echo"].rpartition(":")[2])):
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port), 1):
            pass


def test_a_listed_name_opens_no_way_to_what_it_holds() -> None:
    for module, name in (
        ("thespian.actors", "ActorAddress.__init__.__globals__"),
        ("os", "system"),
        ("builtins", "eval"),
    ):
        with pytest.raises(Refused):
            Listed(io.BytesIO()).find_class(module, name)


def test_a_message_above_the_limit_is_not_sent() -> None:
    with pytest.raises(ValueError, match="exceeds the limit of 100"):
        Sealed(KEY, 100).dumps(b"x" * 100)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        frames.install(b"short", "127.0.0.1", FRAME_BYTES_MAX)

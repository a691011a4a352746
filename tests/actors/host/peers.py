"""A stranger on the wire: speaks frames to an actor or the admin over one connection, with or without the key."""

import socket
from types import TracebackType
from typing import Any

from thespian.actors import ActorAddress
from thespian.system.transport.IPBase import TCPv4ActorAddress

from actors.host.frames import Sealed
from tests.actors.host.group import FRAME_BYTES_MAX, KEY, WAIT_S_MAX


def frame_of(body: bytes) -> bytes:
    """Puts the size before it."""
    return b"%d>" % len(body) + body


class Peer:
    """One connection. The address it gives as its own is not listened on: answers come back on the connection."""

    def __init__(self, address: str, key: bytes = KEY) -> None:
        host, _, port = address.rpartition(":")
        self.seal = Sealed(key, FRAME_BYTES_MAX * 2)
        self.socket = socket.create_connection((host, int(port)), WAIT_S_MAX)
        self.me = ActorAddress(TCPv4ActorAddress("127.0.0.1", self.socket.getsockname()[1], external=True))
        self._received = b""

    def __enter__(self) -> "Peer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def envelope(self, message: object) -> bytes:
        """A sealed frame with a message of this peer."""
        return frame_of(self.seal.dumps((self.me, message)))

    def ask(self, message: object) -> Any:
        """Sends a message and returns the next one that comes back."""
        self.socket.sendall(self.envelope(message))
        assert self._read() == "ACK"
        _, answer = self._read()
        self.socket.sendall(frame_of(self.seal.dumps("ACK")))
        return answer

    def closes(self, sent: bytes) -> bool:
        """Whether the other side closes the connection after these bytes, with no acknowledgement."""
        received = b""
        try:
            self.socket.sendall(sent)
            while part := self.socket.recv(4096):
                received += part
        except (ConnectionResetError, BrokenPipeError):
            pass
        return self.seal.dumps("ACK") not in received

    def _read(self) -> Any:
        while b">" not in self._received:
            self._received += self._more()
        size, _, self._received = self._received.partition(b">")
        while len(self._received) < int(size):
            self._received += self._more()
        body, self._received = self._received[: int(size)], self._received[int(size) :]
        return self.seal.loads(body)

    def _more(self) -> bytes:
        part = self.socket.recv(65_536)
        assert part, "the connection was closed"
        return part

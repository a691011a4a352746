"""Authenticated frames: nothing is unpickled before its sender has proved to hold the key.

As shipped, Thespian listens on every interface and unpickles whatever arrives, without
a limit on its size. Here a frame is ``<size>><HMAC-SHA-256 tag><pickle>``: the size is
bounded before any memory is spent, the tag is compared before the pickle is looked at,
and the unpickler knows only the classes that Thespian itself sends. The tag stops
forgery, not replay or reading: between machines run it inside a private network.
"""

import hmac
import io
import os
import pickle
from typing import Any

from thespian.system.transport import IPBase, TCPTransport, streamBuffer

from actors.host import internals
from actors.messages.addresses import address_of, text_of

ip: Any = IPBase  # Thespian's types are partial, and its parts are replaced below.
tcp: Any = TCPTransport
stream: Any = streamBuffer

TAG_BYTES = 32
KEY_BYTES_MIN = 32
SIZE_DIGITS_MAX = 10
PICKLE_PROTOCOL = 5
RECEIVE_BYTES = 65_536  # at once, while the size of the frame is not known yet
PLAIN = 0  # The first byte of a body that is a sender's text and bytes; a pickle begins with 0x80.

LISTED = {
    f"thespian.{module}.{name}"
    for module, names in {
        "actors": "ActorAddress ActorExitRequest ChildActorExited DeadEnvelope PoisonMessage WakeupMessage",
        "system.messages.admin": (
            "QueryExists QueryAck SystemShutdown SystemShutdownCompleted PendingActor PendingActorResponse"
        ),
        "system.messages.multiproc": "EndpointConnected LoggerConnected",
        "system.logdirector": "LoggerExitRequest",
        "system.transport.IPBase": "TCPv4ActorAddress",
    }.items()
    for name in names.split()
} | {"socket.AddressFamily", "socket.SocketKind"}


class Refused(Exception):
    """A frame that is not ours: wrong tag, or a class that no message of ours has."""


class Listed(pickle.Unpickler):
    """Loads the classes in ``LISTED`` and refuses every other."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """The class, or ``Refused``; dotted names reach nothing since the whole name must be listed."""
        if f"{module_name}.{global_name}" not in LISTED:
            raise Refused(f"{module_name}.{global_name}")
        return super().find_class(module_name, global_name)


class Sealed:
    """Takes the place of ``pickle`` in the transport: the same two functions, with a tag before the pickle."""

    def __init__(self, key: bytes, frame_bytes_max: int) -> None:
        self._key = key
        self._frame_bytes_max = frame_bytes_max
        self._sender: object = None
        self._plain_head = b""

    def dumps(self, message: object) -> bytes:
        """Tag and pickle; ``ValueError`` when no receiver would take it, on which the sender gets a PoisonMessage."""
        match message:
            case (sender, bytes() as plain):
                body = self._head_of(sender) + plain
            case _:
                body = pickle.dumps(message, PICKLE_PROTOCOL)
        if TAG_BYTES + len(body) > self._frame_bytes_max:
            raise ValueError(f"a frame of {TAG_BYTES + len(body)} bytes exceeds the limit of {self._frame_bytes_max}")
        return hmac.digest(self._key, body, "sha256") + body

    def loads(self, frame: bytes) -> object:
        """The message; ``Refused`` (or what a broken pickle raises) when it is not ours."""
        tag, body = frame[:TAG_BYTES], frame[TAG_BYTES:]
        if not hmac.compare_digest(tag, hmac.digest(self._key, body, "sha256")):
            raise Refused("tag")
        if body[0] != PLAIN:
            return Listed(io.BytesIO(body)).load()
        start = 2 + body[1]
        return address_of(body[2:start].decode("ascii")), body[start:]

    def _head_of(self, sender: Any) -> bytes:
        """What stands before plain bytes: most messages are bytes, and need no pickle to be read."""
        if sender is not self._sender:  # A process has one address; this keeps the last one's text.
            text = text_of(sender).encode("ascii")
            self._sender, self._plain_head = sender, bytes((PLAIN, len(text))) + text
        return self._plain_head


class Bounded(stream.ReceiveBuffer):  # type: ignore[misc]
    """A receive buffer that gives up on a frame that is endless, negative, too large or too small for its tag.

    It never raises: an exception would leak one of the sender's slots. A refused frame
    is "done" and holds nothing, on which Thespian closes the connection.
    """

    frame_bytes_max = 0  # set by install
    acknowledgement = b""  # the same
    _refused = False

    def addMore(self, buf: bytes) -> None:  # Thespian's name
        """Takes received bytes."""
        if self._refused:
            return
        try:
            super().addMore(buf)
        except ValueError:  # The size is not a number.
            self._refused = True
            return
        if self._size is None:
            self._refused = len(self._buf) > SIZE_DIGITS_MAX
        else:
            self._refused = not TAG_BYTES < self._size <= self.frame_bytes_max

    def remainingAmount(self) -> int:  # Thespian's name
        """How many bytes to read next."""
        return RECEIVE_BYTES if self._size is None else self._size - self._blen

    def isDone(self) -> bool:  # Thespian's name
        """Whether nothing more need be read."""
        return self._refused or bool(super().isDone())

    def completed(self) -> tuple[object, bytes] | None:
        """The message and what came after it, or None when there is no message of ours."""
        if self._refused:
            return None
        if self._buf == self.acknowledgement:  # Every one is the same bytes.
            return stream.ackPacket, self._extra
        try:
            done: tuple[object, bytes] | None = super().completed()
        except Exception:  # A pickle can raise anything; None makes the sender retry.
            return None
        return done


def install(key: bytes, host: str, frame_bytes_max: int) -> None:
    """Secures the transport of this process and of all it forks; call it before ``ActorSystem()``.

    ``key`` is the cluster's secret (at least 32 bytes), ``host`` the numeric address
    to bind, and a frame above ``frame_bytes_max`` bytes is neither sent nor received.
    """
    if len(key) < KEY_BYTES_MIN:
        raise ValueError(f"the cluster key has {len(key)} bytes instead of at least {KEY_BYTES_MIN}")
    internals.check()
    os.environ["THESPIAN_BASE_IPADDR"] = host  # what addresses say
    ip.thisSystem.add_local_addr(host)
    ip.IPActorAddress.bindArgs = property(lambda self: ((host, self.bindname[1]),))
    Bounded.frame_bytes_max = frame_bytes_max
    seal = tcp.serializer = Sealed(key, frame_bytes_max)
    tcp.ReceiveBuffer = Bounded
    Bounded.acknowledgement = seal.dumps(stream.ackPacket)
    tcp.ackMsg = stream.toSendBuffer(stream.ackPacket, seal.dumps)  # pickled at import
    tcp.ackDataErrMsg = stream.toSendBuffer(stream.ackDataErrPacket, seal.dumps)

"""Joins one gateway to the actor system: messages in to where they belong, commands and news out.

Runs on the gateway's loop; the actor around it (the ``Joint``) carries bytes. The directory is
told which streams are used, who does not answer, and when all that was taken is answered.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from actors.messages.codec import Decoder, Malformed, encode
from actors.messages.envelopes import Answers, Gone, LogPage, Published
from actors.messages.lifecycle import Closing, Drain, Open, Opened, Peers, Released, Suspect, Unopened, Used
from config.settings import Settings
from gateway.batching import Batcher, BatchLimits
from gateway.metrics import Metrics
from gateway.server import Gateway, bind, build_parts
from gateway.stores import open_keys, open_stores

USED_EVERY_S = 2.0  # how often the directory hears which streams are used

Message = Answers | Published | Opened | Unopened | Closing | Gone | LogPage | Peers | Drain
_decode: Decoder[Message] = Decoder(Message)
log = logging.getLogger(__name__)


class Joint(Protocol):
    """What the actor offers; see ``actors.host.gateway``."""

    role: str
    me: str
    directory: str
    settings: bytes
    receive: Callable[[list[tuple[bytes, str]]], None]

    def send(self, address: str, frame: bytes) -> None: ...
    def here(self) -> None: ...
    def unable(self, problem: str) -> None: ...
    def drained(self) -> None: ...


async def main(joint: Joint) -> None:
    """One gateway's life, until it is told to drain."""
    settings = msgspec.msgpack.decode(joint.settings, type=Settings)
    gateway = settings.gateway
    try:
        sockets = [bind(gateway.address)]
    except OSError as problem:
        joint.unable(f"{gateway.address} can't be listened on: {problem.strerror}")
        await asyncio.Event().wait()  # The directory passes it on, and the system ends.
        return
    joined = Joined(joint, settings)
    await joined.gateway.start(sockets)
    joint.here()
    await joined.until_drained()


class Joined:
    """A gateway and its batcher between the two sides."""

    def __init__(self, joint: Joint, settings: Settings) -> None:
        self._joint = joint
        self._loop = asyncio.get_running_loop()
        limits = BatchLimits(
            batch_items_max=settings.gateway.batch_items_max,
            batch_bytes_max=settings.gateway.batch_bytes_max,
            waiting_max=settings.gateway.waiting_per_target_max,
            reply_ms_max=settings.gateway.ask_timeout_ms,
            open_ms_max=settings.gateway.ask_timeout_ms,
        )
        self._batcher = Batcher(
            self._loop, joint.send, self._open, limits, suspect=self._suspect, released=self._released
        )
        self._metrics = Metrics()
        parts = build_parts(settings, self._batcher, open_stores(settings), open_keys(settings))
        self.gateway = Gateway(settings, parts, self._metrics)
        self._feed = parts.feed
        self._drain = asyncio.Event()
        joint.receive = self._receive

    def _open(self, stream: str, create: bool) -> None:
        self._joint.send(self._joint.directory, encode(Open(stream, self._joint.me, create)))

    def _suspect(self, stream: str, epoch: int) -> None:
        self._joint.send(self._joint.directory, encode(Suspect(self._joint.me, stream, epoch)))

    def _released(self, stream: str, epoch: int) -> None:
        self._joint.send(self._joint.directory, encode(Released(stream, epoch, self._joint.me)))

    def _receive(self, burst: list[tuple[bytes, str]]) -> None:
        for frame, _sender in burst:
            try:
                self._take(_decode(frame))
            except Malformed as problem:  # Of a newer release, or nobody's: it answers nothing that was asked.
                log.warning("message-dropped", extra={"problem": str(problem)})

    def _take(self, message: Message) -> None:
        match message:
            case Answers():
                self._batcher.answers(message)
            case Published(conference=conference, version=version, body=body):
                self._feed.published(conference, version, body)
            case Opened():
                self._batcher.opened(message)
            case Unopened():
                self._batcher.unopened(message)
            case Closing():
                self._batcher.closing(message)
            case Gone():
                self._batcher.gone(message)
            case LogPage():
                self._batcher.log_page(message)
            case Drain():
                self._drain.set()
            case Peers():
                pass  # A gateway talks to entities and the directory only.

    async def until_drained(self) -> None:
        """Tells the directory at times what is used; ends when all that was taken is answered."""
        while not self._drain.is_set():
            if used := self._batcher.used():
                self._joint.send(self._joint.directory, encode(Used(self._joint.me, used)))
            try:
                await asyncio.wait_for(self._drain.wait(), USED_EVERY_S)
            except TimeoutError:
                continue
        await self.gateway.drain()
        self._joint.drained()
        await asyncio.Event().wait()  # The actor ends the process; its loop must not end before.

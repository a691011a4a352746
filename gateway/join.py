"""Joins one gateway to the actor system: messages in to where they belong, commands and news out.

Runs on the gateway's loop; the actor around it (the ``Joint``) carries bytes. The directory is
told which streams are used, who does not answer, and when all that was taken is answered.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Protocol

import msgspec

from actors.messages.codec import Decoder, Malformed, encode
from actors.messages.envelopes import Answers, Gone, LogPage, Published
from actors.messages.histories import StateThen
from actors.messages.lifecycle import Closing, Drain, Open, Opened, Peers, Released, Suspect, Unopened, Used
from config.settings import Settings
from gateway.batching import Batcher, BatchLimits
from gateway.courier.figures import OutboxFigures
from gateway.metrics import Metrics
from gateway.operators import Operators
from gateway.server import Gateway, bind, build_parts
from gateway.stores import open_keys, open_stores
from gateway.welcome import greet
from gateway.write_path import WritePath

FIRST = "gateway-0"  # the one that also serves the operators' listener and greets
USED_EVERY_S = 2.0  # how often the directory hears which streams are used

Message = Answers | Published | Opened | Unopened | Closing | Gone | LogPage | StateThen | Peers | Drain
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
    first = joint.role == FIRST
    sockets = []
    for address in (settings.gateway.address, *([settings.gateway.operator_address] if first else [])):
        try:
            sockets.append(bind(address))
        except OSError as problem:
            joint.unable(f"{address} can't be listened on: {problem.strerror}")
            await asyncio.Event().wait()  # The directory passes it on, and the system ends.
    joined = Joined(joint, settings)
    await joined.start(sockets)
    joint.here()
    greeting = asyncio.create_task(greet(settings)) if first else None
    await joined.until_drained()
    if greeting is not None:
        greeting.cancel()


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
        self._path = WritePath()
        self._metrics = Metrics(self._gauges, self._counters)
        stores = open_stores(settings)
        parts = build_parts(settings, self._batcher, stores, open_keys(settings))
        self.gateway = Gateway(settings, parts, self._metrics)
        self._operators = Operators((self._metrics, self._path, OutboxFigures(stores.outbox)), self._unready)
        self._feed, self._views = parts.feed, parts.views
        self._drain = asyncio.Event()
        joint.receive = self._receive

    async def start(self, sockets: list[socket.socket]) -> None:
        """Serves: the public listener, and the operators' when there is a second socket."""
        public, *private = sockets
        await self.gateway.start([public])
        if private:
            await self._operators.start(private)

    def _unready(self) -> str | None:
        return "stopping" if self._drain.is_set() else None

    def _gauges(self) -> dict[str, float]:
        standing = {f"reservations_{status}": count for status, count in self._views.standing().items()}
        return {"commands_waiting": self._batcher.waiting, "streams_open": self._feed.listening, **standing}

    def _counters(self) -> dict[str, float]:
        batcher = self._batcher
        return {
            "batches": batcher.batches,
            "batched_commands": batcher.commands,
            "dropped_messages": batcher.dropped,
            "refused_connections": self._metrics.connections_refused,
        }

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
            case Answers(items=items, commit_us=commit_us):
                self._path.answered(len(items), commit_us)
                self._batcher.answers(message)
            case Published(conference=conference, version=version, body=body, at_ms=at_ms):
                self._path.published(at_ms)
                self._feed.published(conference, version, body)
            case Opened():
                self._batcher.opened(message)
            case Unopened():
                self._batcher.unopened(message)
            case Closing():
                self._batcher.closing(message)
            case Gone():
                self._batcher.gone(message)
            case LogPage() | StateThen():
                self._batcher.looked(message)
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
        await self._operators.stop()
        self._joint.drained()
        await asyncio.Event().wait()  # The actor ends the process; its loop must not end before.

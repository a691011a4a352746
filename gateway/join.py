"""Joins one gateway to the actor system: its listeners, its parts, and when all that was taken is answered.

Runs on the gateway's loop; the actor around it (the ``Joint``) carries bytes.
"""

import asyncio
import socket

import msgspec

from actors.messages.envelopes import Answers, Published
from config.settings import Settings
from gateway.assembly import build_parts
from gateway.courier.figures import OutboxFigures
from gateway.metrics import Metrics
from gateway.operators import Operators
from gateway.server import Gateway, bind
from gateway.stores import open_keys, open_stores
from gateway.switchboard import Joint, Switchboard
from gateway.welcome import greet
from gateway.write_path import WritePath

FIRST = "gateway-0"  # the one that also serves the operators' listener and greets


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
    """A gateway, its listeners and what it measures, at its switchboard."""

    def __init__(self, joint: Joint, settings: Settings) -> None:
        self._joint = joint
        self._switchboard = Switchboard(joint, settings)
        self._batcher = self._switchboard.entities
        self._path = WritePath()
        self._metrics = Metrics(self._gauges, self._counters)
        stores = open_stores(settings)
        parts = build_parts(settings, self._batcher, stores, open_keys(settings))
        self.gateway = Gateway(settings, parts, self._metrics)
        self._operators = Operators((self._metrics, self._path, OutboxFigures(stores.outbox)), self._unready)
        self._feed, self._views = parts.feed, parts.views
        self._switchboard.answered = self._answered
        self._switchboard.published = self._published

    async def start(self, sockets: list[socket.socket]) -> None:
        """Serves: the public listener, and the operators' when there is a second socket."""
        public, *private = sockets
        await self.gateway.start([public])
        if private:
            await self._operators.start(private)

    def _unready(self) -> str | None:
        return "stopping" if self._switchboard.draining else None

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

    def _answered(self, answers: Answers) -> None:
        self._path.answered(len(answers.items), answers.commit_us)

    def _published(self, news: Published) -> None:
        self._path.published(news.at_ms)
        self._feed.published(news.conference, news.version, news.body)

    async def until_drained(self) -> None:
        """Ends when the system stops and all that was taken is answered."""
        await self._switchboard.until_drain()
        await self.gateway.drain()
        await self._operators.stop()
        self._joint.drained()
        await asyncio.Event().wait()  # The actor ends the process; its loop must not end before.

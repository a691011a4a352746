"""A lean HTTP/1.1 client: one request at a time on a kept connection, and only what is needed is parsed."""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import cast

import msgspec

from gateway.loadtest.framing import AnswerReader, Garbage
from gateway.loadtest.target import Target

CONNECT_TIMEOUT_S = 5.0


class Answer(msgspec.Struct, gc=False):
    """Status, head (bytes up to the blank line) and body of one response."""

    status: int
    head: bytes
    body: bytes


class Unreachable(Exception):
    """No connection could be made: nothing was sent."""


class Lost(Exception):
    """The request was sent and no whole answer came: whether it was carried out is unknown."""


class Wire(asyncio.Protocol):
    """One TCP connection from its opening to its end."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._pending: asyncio.Future[Answer] | None = None
        self._reader = AnswerReader()

    @property
    def alive(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def busy(self) -> bool:
        return self._pending is not None

    def send(self, request: bytes, pending: "asyncio.Future[Answer]") -> None:
        """Send one request; its answer or its failure goes into ``pending``."""
        assert self._pending is None, "one request at a time"
        assert self._transport is not None
        self._pending = pending
        self._transport.write(request)

    def fail(self, problem: Exception) -> None:
        """End the connection, and the outstanding request with this problem."""
        pending, self._pending = self._pending, None
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
        if pending is not None and not pending.done():
            pending.set_exception(problem)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance.

    def data_received(self, data: bytes) -> None:
        try:
            parsed = self._reader.feed(data)
        except Garbage as garbage:
            self.fail(garbage)
            return
        if parsed is None:
            return
        pending, self._pending = self._pending, None
        if pending is None:
            self.fail(Garbage("an answer that nobody asked for"))
        elif not pending.done():
            pending.set_result(Answer(*parsed))

    def eof_received(self) -> None:
        parsed = self._reader.finish()
        pending = self._pending
        if parsed is not None and pending is not None and not pending.done():
            self._pending = None
            pending.set_result(Answer(*parsed))

    def connection_lost(self, problem: Exception | None) -> None:
        self._transport = None
        reason = f": {problem}" if problem else ""
        self.fail(Lost(f"the server closed the connection before its answer was whole{reason}"))


class Connection:
    """One kept connection; it opens at the first request and again after it ended.

    ``ask`` raises :class:`Unreachable`, :class:`Lost` or :class:`~gateway.loadtest.framing.Garbage`.
    """

    def __init__(self, target: Target, now_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        self._target = target
        self._now_ns = now_ns
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wire = Wire()
        self.sent_ns = 0

    async def ask(self, request: bytes) -> Answer:
        """Send the encoded request and return its answer; ``sent_ns`` says when it left."""
        if not self._wire.alive:
            await self.open()
        assert self._loop is not None
        pending: asyncio.Future[Answer] = self._loop.create_future()
        self.sent_ns = self._now_ns()
        self._wire.send(request, pending)
        try:
            return await pending
        except asyncio.CancelledError:
            self.close()  # Its answer would be taken for the next request's.
            raise

    def give_up_before(self, sent_before_ns: int, reason: str) -> None:
        """Abandon the outstanding request if it was sent before that moment (its outcome is unknown)."""
        if self._wire.busy and self.sent_ns < sent_before_ns:
            self._wire.fail(Lost(reason))

    def close(self) -> None:
        self._wire.fail(Lost("closed by the load tester"))

    async def open(self) -> None:
        """Connect; raises :class:`Unreachable`."""
        target, self._loop = self._target, asyncio.get_running_loop()
        context = ssl.create_default_context() if target.secure else None
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                _, wire = await self._loop.create_connection(Wire, target.host, target.port, ssl=context)
        except TimeoutError as problem:
            raise Unreachable(f"no connection to {target} within {CONNECT_TIMEOUT_S:.0f} s") from problem
        except (OSError, UnicodeError) as problem:
            raise Unreachable(f"no connection to {target}: {problem}") from problem
        self._wire = wire
        if not wire.alive:
            raise Unreachable(f"{target} closed the connection as soon as it was open")

"""A connection that answers hot calls itself and leaves everything else to aiohttp.

A call is taken here only when aiohttp is at rest on this connection: nothing queued, nothing in
progress, its parser at the start of a message. While one is on its way, later bytes wait, so
answers keep their order. Relies on internals of aiohttp, which ``check_internals`` names.
"""

import asyncio
from typing import Any

import aiohttp
from aiohttp.base_protocol import BaseProtocol
from aiohttp.web import RequestHandler, Server
from aiohttp.web_protocol import _ErrInfo

from gateway.connections import Connection
from gateway.hot import LOOK, RESERVE, Hot
from gateway.hot_orders import ORDER

AIOHTTP = "3.14.5"
INTERNALS = {
    "_close",
    "_current_request",
    "_force_close",
    "_keepalive_handle",
    "_keepalive_timeout",
    "_messages",
    "_next_keepalive_close_time",
    "_paused",
    "_request_in_progress",
    "_waiter",
}
_METHODS = ("_process_keepalive", "close", "connection_made", "data_received", "force_close", "shutdown")
WAITING_BYTES_MAX = 65_536
_UNKNOWN = -1


def check_internals() -> None:
    """Raises ``RuntimeError`` when aiohttp is not the one whose internals are used here."""
    missing = INTERNALS - {name for kind in (RequestHandler, BaseProtocol) for name in kind.__slots__}
    missing |= {name for name in _METHODS if not callable(getattr(RequestHandler, name, None))}
    if aiohttp.__version__ != AIOHTTP or missing:
        raise RuntimeError(
            f"This gateway needs aiohttp {AIOHTTP}; here is {aiohttp.__version__}"
            + (f" without {', '.join(sorted(missing))}" if missing else "")
        )


class FastConnection(Connection):
    """One client's connection, with the fast lane."""

    __slots__ = ("_drained", "_held", "_held_bytes", "_hot", "_on_its_way", "_owed", "_paused_here", "peer")

    def __init__(self, manager: Server, *, hot: Hot, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._hot = hot
        self.peer = ""
        self._owed = 0  # Bytes of the current message that aiohttp's parser still waits for, if that is known.
        self._on_its_way = False  # A hot call.
        self._held: list[bytes] = []  # What came meanwhile.
        self._held_bytes = 0
        self._paused_here = False
        self._drained: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if isinstance(peer, tuple) else ""

    def data_received(self, data: bytes) -> None:
        if self._on_its_way:
            self._hold(data)
            return
        if self._owed == 0 and self._at_rest():
            if data.startswith(RESERVE):
                self._on_its_way = True
                if self._hot.reserve(self, data):
                    self._head_since = None
                    return
                self._on_its_way = False
            elif (data.startswith(LOOK) and self._hot.look(self, data)) or (
                data.startswith(ORDER) and self._hot.orders.look(self, data)
            ):
                self._head_since = None
                return
        self._ordinary(data)

    def _at_rest(self) -> bool:
        """Whether aiohttp waits for the next request, with nothing before it."""
        waiter = self._waiter
        return not (
            waiter is None
            or waiter.done()
            or self._messages
            or self._request_in_progress
            or self._close
            or self._force_close
            or self._head_bytes
            or self._paused  # Whoever does not read its answers waits where aiohttp waits for them.
        )

    def _ordinary(self, data: bytes) -> None:
        """Gives the bytes to aiohttp, and keeps count of whether its parser is between two messages."""
        requests = self._request_count
        super().data_received(data)
        if self._owed > 0:
            self._owed = self._owed - len(data) if self._owed >= len(data) else _UNKNOWN
        elif self._owed == 0 and data:
            self._owed = self._owed_after(data) if self._request_count == requests + 1 else _UNKNOWN

    def _owed_after(self, data: bytes) -> int:
        """Bytes that are missing of the one message that ``data`` began."""
        message = self._messages[-1][0]
        body_at = data.find(b"\r\n\r\n") + 4
        if isinstance(message, _ErrInfo) or message.chunked or message.upgrade or body_at < 4:
            return _UNKNOWN
        owed = body_at + int(message.headers.get("Content-Length", 0)) - len(data)
        return owed if owed >= 0 else _UNKNOWN

    def _hold(self, data: bytes) -> None:
        """Keeps what came while a hot call is on its way; reads no more when that is much."""
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > WAITING_BYTES_MAX and not self._paused_here and self.transport is not None:
            self._paused_here = True
            self.transport.pause_reading()

    def answer(self, data: bytes) -> None:
        """Sends the answer of a hot call, and goes on with what came meanwhile."""
        self._on_its_way = False
        if self.transport is None:  # The client has gone.
            self._release()
            return
        self.transport.write(data)
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._drained is not None:
            self._release()
        elif self._held:
            held, self._held, self._held_bytes = b"".join(self._held), [], 0
            if self._paused_here:
                self._paused_here = False
                self.transport.resume_reading()
            self.data_received(held)

    def _release(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def _process_keepalive(self) -> None:
        if self._on_its_way:  # It is not idle, whatever aiohttp believes.
            self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        super()._process_keepalive()

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109  # aiohttp's signature
        """Waits for a hot call too before the connection is closed."""
        if self._on_its_way:
            self._drained = self._loop.create_future()
            await asyncio.wait([self._drained], timeout=timeout)
        await super().shutdown(timeout)

"""The connection of one client, with the patience that aiohttp lacks: heads must arrive in time and in bounds.

Every answer on it is ours, also those to what is no HTTP at all.
"""

import asyncio
import logging
from email.utils import formatdate
from typing import Any, NamedTuple, cast

from aiohttp.streams import StreamReader
from aiohttp.web import BaseRequest, RequestHandler, Server, StreamResponse

from gateway.metrics import Metrics
from gateway.problems import CONTENT_TYPE, Problem
from gateway.rendering import respond_problem

log = logging.getLogger(__name__)


class ConnectionLimits(NamedTuple):
    """Bounds of connections; spans are seconds."""

    connections_max: int
    head_bytes_max: int
    head_s_max: float


class Connection(RequestHandler):
    """One client's connection."""

    __slots__ = ("_body", "_bounds", "_head_bytes", "_head_since", "_metrics")

    def __init__(self, manager: Server, *, bounds: ConnectionLimits, metrics: Metrics, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._bounds, self._metrics = bounds, metrics
        self._head_since: float | None = None  # When the head that is on its way began (a new connection owes one).
        self._head_bytes = 0
        self._body: StreamReader | None = None  # Of the newest request; it may still be arriving.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert self._manager is not None
        if len(self._manager._connections) >= self._bounds.connections_max:
            self._metrics.connections_refused += 1
            self._loop.call_soon(cast(asyncio.Transport, transport).abort)  # Within this call uvloop is not ready.
            return
        self._head_since = self._loop.time()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        requests, body = self._request_count, self._body
        in_body = body is not None and not body.is_eof()
        super().data_received(data)
        if self._request_count != requests:
            self._body = self._messages[-1][1]
            self._head_since, self._head_bytes = None, 0
        elif data and not in_body:
            self._partial_head(len(data))

    def _partial_head(self, size: int) -> None:
        """More of a head that is not whole yet."""
        if self._head_since is None:
            self._head_since = self._loop.time()
        self._head_bytes += size
        if self._head_bytes > self._bounds.head_bytes_max:
            self._end(Problem("malformed", f"The request's head has more than {self._bounds.head_bytes_max} bytes."))

    def check(self, now: float) -> None:
        """Called at times: ends the connection when its head takes too long."""
        if self._head_since is None or now - self._head_since < self._bounds.head_s_max:
            return
        if self._current_request is None and not self._messages:
            wait = self._bounds.head_s_max
            self._end(Problem("too-slow", f"The request's head was not whole after {wait:g} seconds."))

    def _end(self, problem: Problem) -> None:
        """Answers without aiohttp, since there is no request, and closes."""
        self._metrics.request("none", "none", problem.status, 0.0)
        if self.transport is not None:
            if self._head_bytes:  # Whoever sent nothing asked nothing.
                self.transport.write(_raw(problem))
            self.force_close()

    def handle_error(
        self, request: BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> StreamResponse:
        """What aiohttp could not parse, or could not handle."""
        if status >= 500:
            log.error("a connection failed", exc_info=exc)
            problem = Problem("internal", "It was logged.")
        else:
            problem = Problem("malformed", "The request is not HTTP/1.1 as it should be.")
        self._metrics.request("none", "none", problem.status, 0.0)
        response = respond_problem(problem, "none")
        response.force_close()
        return response


def _raw(problem: Problem) -> bytes:
    body = problem.body()
    head = (
        f"HTTP/1.1 {problem.status} {problem.slug}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n"
        f"Date: {formatdate(usegmt=True)}\r\nServer: Contoso\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body

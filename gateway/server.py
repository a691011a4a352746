"""One gateway: its parts put together, its listeners, and how it stops.

Stopping: no more connections, streams end, what was taken is answered, then the rest is closed.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import http_parser
from aiohttp.web import BaseRunner, Server, ServerRunner, SockSite

from config.addresses import Address
from config.settings import Settings
from gateway import description, pages
from gateway.api import api_routes
from gateway.app import App
from gateway.calls import Parts
from gateway.connections import Connection, ConnectionLimits
from gateway.fastlane import FastConnection, check_internals
from gateway.hot import Hot
from gateway.metrics import Metrics
from gateway.payments import routes as payment_routes
from gateway.routes import Router

BACKLOG = 1024
LINGERING_S = 2.0  # A request that was refused unread is read on so long, that its answer is not lost.
HEADERS_MAX = 64
LINE_BYTES_MAX = 8190


class Gateway:
    """A gateway that serves on sockets which are bound already; without ``fast``, all calls go the ordinary way."""

    def __init__(self, settings: Settings, parts: Parts, metrics: Metrics, *, fast: bool = True) -> None:
        self.parts, self.metrics = parts, metrics
        self._settings = settings.gateway
        self.routes = api_routes()
        router = Router([*self.routes, description.route(self.routes), *pages.routes(), *payment_routes.pages()])
        self.app = App(router, parts, metrics)
        self.hot = Hot(self.app)
        self._fast = fast
        bounds = ConnectionLimits(
            self._settings.connections_max,
            self._settings.request_head_bytes_max,
            self._settings.head_timeout_ms / 1000,
        )
        self.server = _Server(self.app, self._connection, bounds, metrics, self._settings.keepalive_timeout_ms / 1000)
        aiohttp_waits_twice = self._settings.drain_ms / 2000
        self._runner: BaseRunner = ServerRunner(self.server, shutdown_timeout=aiohttp_waits_twice)
        self._watch: asyncio.Task[None] | None = None

    def _connection(self, server: Server, **settings: Any) -> Connection:
        return FastConnection(server, hot=self.hot, **settings) if self._fast else Connection(server, **settings)

    async def start(self, sockets: Iterable[socket.socket]) -> None:
        """Accepts connections from now on."""
        if not hasattr(http_parser, "HttpRequestParserC") or http_parser.HttpRequestParser is not (
            http_parser.HttpRequestParserC
        ):
            raise RuntimeError(
                "aiohttp's C parser is missing: its Python parser is not what the limits were tried with"
            )
        check_internals()
        await self._runner.setup()
        for sock in sockets:
            await SockSite(self._runner, sock, backlog=BACKLOG).start()
        self._watch = asyncio.create_task(self._watch_heads())

    async def _watch_heads(self) -> None:
        """One timer for all connections that owe a head."""
        pause_s = min(1.0, self._settings.head_timeout_ms / 5000)
        while True:
            await asyncio.sleep(pause_s)
            self.server.check(asyncio.get_running_loop().time())

    async def drain(self) -> None:
        """Stops as the module says; returns when nothing is left."""
        self.parts.feed.close()
        await self._runner.cleanup()
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        await self.parts.afterwards.settle()
        self.parts.passwords.close()
        self.parts.workers.close()
        self.parts.printing.close()
        self.parts.writes.close()


class _Server(Server):
    """aiohttp's low-level server, with connections of our kind."""

    def __init__(
        self,
        app: App,
        connect: Callable[..., Connection],
        bounds: ConnectionLimits,
        metrics: Metrics,
        keepalive_s: float,
    ) -> None:
        super().__init__(app)
        self._connect = connect
        self._connection_settings: dict[str, Any] = {
            "bounds": bounds,
            "metrics": metrics,
            "loop": asyncio.get_running_loop(),
            "keepalive_timeout": keepalive_s,
            "access_log": None,
            "max_line_size": LINE_BYTES_MAX,
            "max_field_size": LINE_BYTES_MAX,
            "max_headers": HEADERS_MAX,
            "lingering_time": LINGERING_S,
            "auto_decompress": False,
        }

    def __call__(self) -> Connection:
        return self._connect(self, **self._connection_settings)

    def check(self, now: float) -> None:
        for connection in self.connections:
            if isinstance(connection, Connection):
                connection.check(now)


def bind(address: Address) -> socket.socket:
    """A listening socket's address, shared by all gateways of the node (``SO_REUSEPORT``). Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind((address.host, address.port))
    sock.setblocking(False)
    return sock

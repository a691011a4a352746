"""The private listener for operators: is it alive, is it ready, what does it measure. Nothing else is served there."""

import socket
from collections.abc import Callable, Iterable

from aiohttp.web import BaseRequest, Response, Server, ServerRunner, SockSite
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from gateway.metrics import exposition

Readiness = Callable[[], str | None]
"""Why not, in one sentence; ``None`` when it is ready."""


class Operators:
    """``/livez``, ``/readyz`` and ``/metrics``."""

    def __init__(self, collectors: Iterable[Collector], unready: Readiness) -> None:
        self._collectors, self._unready = tuple(collectors), unready
        self._runner: ServerRunner | None = None

    async def _answer(self, request: BaseRequest) -> Response:
        if request.method not in ("GET", "HEAD"):
            return Response(status=405, text="GET only\n", headers={"Allow": "GET"})
        match request.rel_url.raw_path:
            case "/livez":
                return Response(text="alive\n")
            case "/readyz":
                problem = self._unready()
                return Response(status=503 if problem else 200, text=f"{problem or 'ready'}\n")
            case "/metrics":
                return Response(body=exposition(*self._collectors), headers={"Content-Type": CONTENT_TYPE_LATEST})
            case _:
                return Response(status=404, text="Here are /livez, /readyz and /metrics.\n")

    async def start(self, sockets: Iterable[socket.socket]) -> None:
        self._runner = ServerRunner(Server(self._answer, access_log=None, keepalive_timeout=75.0))
        await self._runner.setup()
        for sock in sockets:
            await SockSite(self._runner, sock).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

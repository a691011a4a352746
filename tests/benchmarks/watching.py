"""Clients of an availability stream (Server-Sent Events): they notice which version has reached them."""

import asyncio
import time
from typing import cast

from gateway.loadtest.target import Target
from gateway.loadtest.venues import BASE, Venue, plain_request

OPENING_MAX = 100
WAIT_S_MAX = 20.0


class Watcher(asyncio.Protocol):
    """One open stream; ``version`` is the latest ``id:`` that arrived."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._rest = b""
        self.version = 0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        at = data.rfind(b"id:")
        line, newline, _ = data[at + 3 :].partition(b"\n") if at >= 0 else (b"", b"", b"")
        if newline:
            self.version = int(line)
        self._rest = data[-40:] if not newline else b""


class Watchers:
    """So many streams of one conference."""

    def __init__(self, target: Target, venue: Venue) -> None:
        self._target = target
        path = f"{BASE}/conferences/{venue.slug}/availability/stream"
        self._request = plain_request("GET", path, target.authority)
        self._all: list[Watcher] = []

    async def open(self, number: int) -> None:
        """Open them all, and wait until each has its first event."""
        loop = asyncio.get_running_loop()
        for start in range(0, number, OPENING_MAX):
            made = await asyncio.gather(
                *(
                    loop.create_connection(lambda: Watcher(self._request), self._target.host, self._target.port)
                    for _ in range(min(OPENING_MAX, number - start))
                )
            )
            self._all += [watcher for _, watcher in made]
        await self.wait_for(1)

    async def wait_for(self, version: int) -> float:
        """Seconds until every stream has brought that version; raises ``TimeoutError`` after a while."""
        begun = time.monotonic()
        while behind := sum(watcher.version < version for watcher in self._all):
            if time.monotonic() - begun > WAIT_S_MAX:
                raise TimeoutError(f"{behind} of {len(self._all)} streams did not bring version {version}")
            await asyncio.sleep(0.005)  # Polling is our own side's; it is within the figure's exactness.
        return time.monotonic() - begun

    def close(self) -> None:
        for watcher in self._all:
            if watcher.transport is not None:
                watcher.transport.abort()

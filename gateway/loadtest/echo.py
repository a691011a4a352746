"""A bare echo: answers every request with its own body, as little else as can be. The self-test's other side."""

import asyncio
import sys
from typing import cast

import uvloop


class Echo(asyncio.Protocol):
    """Reads requests with a ``Content-Length`` (or none) and sends each body back."""

    def __init__(self) -> None:
        self._kept = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance.

    def data_received(self, data: bytes) -> None:
        data = self._kept + data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            at = data.find(b"Content-Length: ", 0, end)
            length = int(data[at + 16 : data.find(b"\r\n", at)]) if at >= 0 else 0
            whole = end + 4 + length
            if len(data) < whole:
                break
            body, data = data[end + 4 : whole], data[whole:]
            assert self._transport is not None
            self._transport.write(
                b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (length, body)
            )
        self._kept = data


async def serve() -> None:
    """Serve on a free port of this machine, print the port, and end when standard input does."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    uvloop.run(serve())

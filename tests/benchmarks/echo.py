"""The yardstick: bare aiohttp on uvloop in one process, with its defaults; it sends back what it gets."""

import asyncio
import sys

import uvloop
from aiohttp import web

READ = b'{"version":1000,"as_of":"2026-01-01T00:00:00.000Z","seat_types":{"st00000000":{"quota":1000,"available":500,'
READ += b'"waiting":0}}}'


async def post(request: web.Request) -> web.Response:
    return web.Response(body=await request.read(), content_type="application/json")


async def get(request: web.Request) -> web.Response:
    return web.Response(body=READ, content_type="application/json")


async def serve() -> None:
    """Serve on a free port of this machine, print the port, and end when standard input does."""
    app = web.Application()
    app.add_routes([web.post("/echo", post), web.get("/echo", get)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(serve())

"""How fast the generator itself is: the whole path of a request, against a bare echo in a process of its own."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from gateway.loadtest.answers import Problems
from gateway.loadtest.arrivals import Bounds, closed_loop
from gateway.loadtest.caller import Caller, Stopped
from gateway.loadtest.client import Connection
from gateway.loadtest.halt import Halt, Pulse
from gateway.loadtest.history import History
from gateway.loadtest.measures import Measures
from gateway.loadtest.pauses import without_garbage_collection
from gateway.loadtest.target import Target
from gateway.loadtest.venues import Venue, keyed_request

CONNECTIONS = 256
SECONDS = 3.0
TARGET_PER_S = 20_000
ROOT = Path(__file__).resolve().parents[2]


class SelfTest(msgspec.Struct, kw_only=True):
    """What the generator can do. ``per_cpu_s``: requests for one second of one core."""

    requests: int
    seconds: float
    per_s: float
    per_cpu_s: float
    target_per_s: int = TARGET_PER_S

    @property
    def sentence(self) -> str:
        enough = "enough" if self.per_cpu_s >= self.target_per_s else "LESS THAN WANTED"
        return (
            f"generator: {self.per_cpu_s:,.0f} requests for each second of one core against a bare echo "
            f"({self.per_s:,.0f}/s as measured; wanted {self.target_per_s:,}: {enough})"
        )


async def self_test(seconds: float = SECONDS) -> SelfTest:
    """Start the echo, load it in a closed loop, stop it."""
    command = [sys.executable, "-m", "gateway.loadtest.echo"]
    with subprocess.Popen(  # noqa: S603, ASYNC220 (our own module; it is there before anything is measured)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as echo:
        assert echo.stdout is not None
        assert echo.stdin is not None
        port = int(echo.stdout.readline())
        try:
            return await _load(Target("http", "127.0.0.1", port), seconds)
        finally:
            echo.stdin.close()
            echo.wait(timeout=10)


async def _load(target: Target, seconds: float) -> SelfTest:
    """Every request is encoded, sent, read and filed as in a scenario; the echo's 201 holds a reservation."""
    now_ns = time.perf_counter_ns
    history, problems, halt, measures = History(), Problems(), Halt(), Measures(now_ns)
    pulse = Pulse(now_ns, 10**10)
    callers = [
        Caller(Connection(target, now_ns), history, problems, measures, halt, pulse, now_ns) for _ in range(CONNECTIONS)
    ]
    wish = Venue(0, "self-test", "self-test", {"st00000000": 1}).wish({"st00000000": 1})
    reservation = {
        "id": "c0123456789ab-r0123456789abcdefghijklmnop",
        "status": "held",
        "items": [{"seat_type": "st00000000", "requested": 1, "held": 1, "waiting": 0}],
        "version": 1,
    }
    wish = msgspec.structs.replace(wish, tail=keyed_request("POST", "/", target.authority, reservation)[1])

    async def visit(worker: int, buyer: int, intended_ns: int) -> None:
        await callers[worker].reserve(wish, f"0123456789abcdef01234567-r{buyer}", intended_ns)

    await asyncio.gather(*(caller.connection.open() for caller in callers))
    with without_garbage_collection():
        bounds = Bounds(None, now_ns() + int(seconds * 1e9), halt, now_ns)
        wall, cpu = time.perf_counter(), time.process_time()
        await closed_loop(bounds, CONNECTIONS, visit, now_ns)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    for caller in callers:
        caller.cut()
    if halt.reason == "garbage" or not measures.count:
        raise Stopped(halt.sentence)
    await asyncio.sleep(0)
    count = measures.count
    return SelfTest(requests=count, seconds=wall, per_s=count / wall, per_cpu_s=count / cpu)

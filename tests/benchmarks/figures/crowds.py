"""Many at once: fifty thousand buyers, ten thousand holds that end together, a thousand who watch."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator

import uvloop

from gateway.loadtest.client import Connection
from gateway.loadtest.feed import Entry, Held, Released
from tests.benchmarks import processes
from tests.benchmarks.loading import Numbers, load, loading
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench, Product, product, ratios
from tests.benchmarks.stage import log_of, looking, reserving, venues
from tests.benchmarks.watching import Watchers

BUYERS, SEATS = 50_000, 500
HOLDS, HOLD_S = 10_000, 30
SETTLE_S = 8.0
WATCHERS = 1_000


@figure("rush", "50,000 buyers for 500 seats on 256 connections")
def rush(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold:
        places = venues(sold, quota=SEATS)
        load(sold.target, 256, looking(places[0]), numbers, count=2_000).expect(200)
        before_mib = processes.tree_pss_mib(sold.pid)
        done = load(sold.target, 256, reserving(places), numbers, count=BUYERS).expect(201, 409)
        grown_mib = processes.tree_pss_mib(sold.pid) - before_mib
        yield Row("50,000 buyers for 500 seats: sold", [done.statuses[201]], "seats", least=SEATS, most=SEATS)
        yield Row(
            "50,000 buyers for 500 seats: clear 409",
            [done.statuses[409]],
            "",
            least=BUYERS - SEATS,
            most=BUYERS - SEATS,
        )
        yield Row("50,000 buyers for 500 seats: memory grows", [grown_mib], "MiB", most=100.0)
        yield Row(
            "50,000 buyers for 500 seats: p99", [done.percentile_ms(99)], "ms", note=f"{done.rate_per_s:,.0f} a second"
        )


@figure("expiry", "10,000 holds that end in the same second, and what others notice of it")
def expiry(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold:
        held, other = venues(sold, hold_s=HOLD_S)[0], venues(sold)[0]
        begun = time.monotonic()
        load(sold.target, 128, reserving([held], quantity=1), numbers, count=HOLDS).expect(201)
        first_due, last_due = begun + HOLD_S, time.monotonic() + HOLD_S
        quiet_s = min(first_due - time.monotonic() - 2.0, bench.seconds)
        quiet = load(sold.target, 8, reserving([other]), numbers, max(quiet_s, 1.0)).expect(201)
        time.sleep(max(first_due - time.monotonic(), 0.0))
        busy = load(sold.target, 8, reserving([other]), numbers, last_due - first_due + 2.0).expect(201)
        time.sleep(max(last_due + SETTLE_S - time.monotonic(), 0.0))
        late_ms = lateness_ms(log_of(sold, held))
        yield Row(
            "10,000 holds end: released",
            [len(late_ms)],
            "",
            least=HOLDS,
            most=HOLDS,
            note=f"due within {last_due - first_due:.1f} s",
        )
        yield Row("10,000 holds end: latest", [max(late_ms) / 1000], "s", most=5.0)
        yield Row("10,000 holds end: earliest", [min(late_ms) / 1000], "s", least=0.0)
        ratio = busy.percentile_ms(99) / quiet.percentile_ms(99)
        note = f"{quiet.percentile_ms(99):.1f} → {busy.percentile_ms(99):.1f} ms"
        yield Row("10,000 holds end: others' p99 meanwhile", [ratio], most=2.0, note=note)


def lateness_ms(log: Iterable[Entry]) -> list[int]:
    """How long after its deadline each hold was released."""
    due_ms: dict[str, int] = {}
    late_ms = []
    for entry in log:
        match entry.event:
            case Held(reservation=reservation, expires_at_ms=expires_at_ms):
                due_ms[reservation] = expires_at_ms
            case Released(reservation=reservation, reason="expired"):
                late_ms.append(entry.at_ms - due_ms[reservation])
            case _:
                pass
    return late_ms


@figure("streams", "1,000 who watch the availability of one conference while it sells")
def streams(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold:
        places = venues(sold)
        requests = reserving(places)
        load(sold.target, 64, requests, numbers, 1.0).expect(201)
        delays_s: list[float] = []

        async def watched() -> float:
            watchers = Watchers(sold.target, places[0])
            await watchers.open(WATCHERS)
            probing = asyncio.ensure_future(probe(sold, lambda: requests(numbers.take()), watchers, delays_s))
            done = await loading(sold.target, 64, requests, numbers, bench.seconds)
            probing.cancel()
            watchers.close()
            return done.expect(201).rate_per_s

        rounds = bench.in_turns(
            lambda: uvloop.run(watched()),
            lambda: load(sold.target, 64, requests, numbers, bench.seconds).expect(201).rate_per_s,
        )
        yield Row("1,000 watch: reservations to without", ratios(rounds), least=0.8)
        yield Row("1,000 watch: slowest until a change is at every client", [max(delays_s)], "s", most=1.0)


async def probe(sold: Product, fresh: Callable[[], bytes], watchers: Watchers, delays_s: list[float]) -> None:
    """Every while, reserve one seat more and see how long it takes to every client. Until cancelled."""
    connection = Connection(sold.target)
    try:
        while True:
            answer = await connection.ask(fresh())
            version = json.loads(answer.body)["version"]
            delays_s.append(await watchers.wait_for(version))
            await asyncio.sleep(0.2)
    finally:
        connection.close()

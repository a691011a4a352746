"""Closed and open loop against a server that stalls, in virtual time."""

import asyncio
import itertools
import random
from collections.abc import Callable

from gateway.loadtest.arrivals import Bounds, OpenLoop, closed_loop, schedule
from gateway.loadtest.halt import Halt
from gateway.loadtest.measures import Measures, histogram_of
from tests.support.virtual_time import VirtualLoop, run_virtually

ANSWER_S = 0.010
STALL_FROM_S, STALL_TO_S = 5.0, 7.0
WORKERS = 4


class StallingServer:
    """Answers in 10 ms, but for two seconds it answers nobody."""

    def __init__(self, now_ns: Callable[[], int], measures: Measures) -> None:
        self._now_ns = now_ns
        self._measures = measures

    async def visit(self, worker: int, buyer: int, intended_ns: int) -> None:
        sent_ns = self._now_ns()
        ready_s = sent_ns / 1e9 + ANSWER_S
        if STALL_FROM_S <= ready_s < STALL_TO_S:
            ready_s = STALL_TO_S
        await asyncio.sleep(ready_s - sent_ns / 1e9)
        self._measures.note("reserve", intended_ns, sent_ns, self._now_ns())


def p99_ms(measures: Measures) -> float:
    return float(histogram_of(measures.series["reserve"].latencies_us).get_value_at_percentile(99)) / 1000


def run(rate_per_s: float | None) -> Measures:
    """Ten seconds against the stalling server, closed or open."""
    loop = VirtualLoop()
    measures = Measures(loop.now_ns)
    server = StallingServer(loop.now_ns, measures)
    halt = Halt()
    bounds = Bounds(None, 10 * 10**9, halt, loop.now_ns)

    async def load() -> None:
        if rate_per_s is None:
            await closed_loop(bounds, WORKERS, server.visit, loop.now_ns)
        else:
            offsets = schedule(rate_per_s, "constant", random.Random(1))
            await OpenLoop(bounds, WORKERS, halt, loop.now_ns).run(offsets, server.visit)

    run_virtually(load(), loop)
    return measures


def test_a_closed_loop_hides_a_stall() -> None:
    assert p99_ms(run(None)) < 15


def test_an_open_loop_shows_the_stall_that_a_closed_loop_hides() -> None:
    open_loop = run(200)
    assert p99_ms(open_loop) > 1500
    late = [latency for latency in open_loop.series["reserve"].latencies_us if latency > 100_000]
    assert len(late) > 200 * (STALL_TO_S - STALL_FROM_S) * 0.8  # Nearly everyone who was due meanwhile.


def test_an_open_loop_says_what_the_server_took_apart_from_the_waiting() -> None:
    open_loop = run(200)
    services = sorted(open_loop.series["reserve"].services_us)
    assert services[int(len(services) * 0.99)] < 15_000


def test_an_open_loop_keeps_its_rate_whatever_the_server_does() -> None:
    assert len(run(200).series["reserve"].latencies_us) == 1999  # The one due at 10 s sharp is outside.


def test_constant_arrivals_come_at_even_distances() -> None:
    offsets = list(itertools.islice(schedule(100, "constant", random.Random(1)), 5))
    assert offsets == [10_000_000, 20_000_000, 30_000_000, 40_000_000, 50_000_000]


def test_poisson_arrivals_have_the_rate_and_the_spread_that_they_should() -> None:
    offsets = list(itertools.islice(schedule(100, "poisson", random.Random(1)), 10_000))
    gaps = [(later - earlier) / 1e6 for earlier, later in itertools.pairwise(offsets)]
    mean_ms = sum(gaps) / len(gaps)
    assert abs(mean_ms - 10) < 0.3
    assert abs((sum((gap - mean_ms) ** 2 for gap in gaps) / len(gaps)) ** 0.5 - 10) < 0.5


def test_arrivals_end_with_the_number_of_buyers() -> None:
    loop = VirtualLoop()
    measures = Measures(loop.now_ns)
    bounds = Bounds(7, 10**12, Halt(), loop.now_ns)
    run_virtually(closed_loop(bounds, 3, StallingServer(loop.now_ns, measures).visit, loop.now_ns), loop)
    assert measures.count == 7


def test_a_halt_sends_home_whoever_was_due() -> None:
    loop = VirtualLoop()
    halt = Halt()
    open_loop = OpenLoop(Bounds(100, 10**12, halt, loop.now_ns), 1, halt, loop.now_ns)
    served = []

    async def visit(worker: int, buyer: int, intended_ns: int) -> None:
        served.append(buyer)
        await asyncio.sleep(1)
        halt.stop("interrupted", "")

    run_virtually(open_loop.run(schedule(1000, "constant", random.Random(1)), visit), loop)
    assert served == [0]
    assert open_loop.turned_away == 99

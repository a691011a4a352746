"""What starts, sleeps and wakes, and what it costs in memory."""

import time
from collections.abc import Iterator

from tests.benchmarks import processes
from tests.benchmarks.figures.hot import Selling
from tests.benchmarks.loading import Numbers, load
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench, per_s, product, ratios
from tests.benchmarks.stage import reserving, venues

IDLE_CONFERENCES = 40
LIVE, FEW = 100_000, 100
USED_IN_TURN, AWAKE_MAX = 500, 100


@figure("start", "from the command to the first answer")
def start(bench: Bench) -> Iterator[Row]:
    taken = []
    for _ in range(bench.rounds):
        with product(bench.root) as sold:
            taken.append(sold.started_s)
    yield Row("start to first answer", taken, "s", most=3.0)


@figure("memory", "what an idle entity takes")
def memory(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold:
        before_mib, before = processes.tree_pss_mib(sold.pid), set(processes.tree(sold.pid))
        places = venues(sold, conferences=IDLE_CONFERENCES)
        load(sold.target, 16, reserving(places), numbers, count=2 * IDLE_CONFERENCES).expect(201)
        entities = [pid for pid in processes.tree(sold.pid) if pid not in before]
        each = [processes.pss_mib(pid) for pid in entities]
        yield Row("idle entity", each, "MiB", most=6.0, note=f"{len(entities)} processes")
        grown = (processes.tree_pss_mib(sold.pid) - before_mib) / max(len(entities), 1)
        yield Row("idle entity, with what grows elsewhere", [grown], "MiB")


@figure("live", "100,000 live reservations: their memory, and a reservation's time among them, over HTTP")
def live(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold:
        small, large = venues(sold, conferences=2)
        few = Selling(sold, 64, reserving([small]), numbers, bench.seconds)
        many = Selling(sold, 64, reserving([large]), numbers, bench.seconds)
        load(sold.target, 64, few.requests, numbers, count=FEW).expect(201)
        load(sold.target, 64, many.requests, numbers, count=FEW).expect(201)
        before_mib = processes.tree_pss_mib(sold.pid)
        load(sold.target, 64, many.requests, numbers, count=LIVE).expect(201)
        grown_mib = processes.tree_pss_mib(sold.pid) - before_mib
        yield Row("100,000 live reservations", [grown_mib], "MiB", most=150.0, note="all processes together")
        rounds = bench.in_turns(few, many)
        name = "a reservation among 100,000 to one among few, over HTTP"
        yield Row(f"{name}: time", ratios(rounds), most=1.2, note=per_s(rounds))
        cost = [large / small for large, small in zip(many.used_us, few.used_us, strict=True)]
        yield Row(f"{name}: CPU, all processes", cost, most=1.2)


@figure("waking", "500 conferences used in turn on a node that keeps 100 awake")
def waking(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root, CONTOSO_ENTITIES_AWAKE_MAX=str(AWAKE_MAX)) as sold:
        places = venues(sold, conferences=USED_IN_TURN)
        requests = reserving(places)
        load(sold.target, 4, requests, numbers, count=USED_IN_TURN).expect(201)
        time.sleep(1.0)
        done = load(sold.target, 1, requests, numbers, count=USED_IN_TURN).expect(201)
        yield Row("activation of a sleeping conference: p50", [done.percentile_ms(50)], "ms")
        yield Row("activation of a sleeping conference: p99", [done.percentile_ms(99)], "ms", most=100.0)

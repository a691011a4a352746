"""What starts, sleeps and wakes, and what it costs in memory."""

import time
from collections.abc import Iterator

from tests.benchmarks import processes
from tests.benchmarks.loading import Numbers, load
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench, product
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


@figure("memory", "an idle entity, and 100,000 live reservations; deciding among them over HTTP")
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
    with product(bench.root) as sold:
        place = venues(sold)
        requests = reserving(place)
        load(sold.target, 64, requests, numbers, count=FEW).expect(201)
        few = load(sold.target, 64, requests, numbers, bench.seconds / 2).expect(201)
        left = LIVE - FEW - few.count
        before_mib = processes.tree_pss_mib(sold.pid)
        load(sold.target, 64, requests, numbers, count=left).expect(201)
        grown = processes.tree_pss_mib(sold.pid) - before_mib
        many = load(sold.target, 64, requests, numbers, bench.seconds / 2).expect(201)
        yield Row("100,000 live reservations", [grown * LIVE / left], "MiB", most=150.0, note="all processes together")
        name = "time of a reservation, 100,000 live to few, over HTTP"
        yield Row(name, [few.rate_per_s / many.rate_per_s], most=1.2)


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

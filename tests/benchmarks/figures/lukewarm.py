"""The everyday case: a hundred conferences, none of them hot, so that every batch is one command."""

from collections.abc import Iterator

from tests.benchmarks import processes
from tests.benchmarks.loading import Load, Numbers, load
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench, echo, per_s, product, ratios
from tests.benchmarks.stage import echo_posts, reserving, venues

CONFERENCES = 100


@figure("lukewarm", "100 lukewarm conferences against the echo and against one hot conference")
def lukewarm(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold, echo() as bare:
        places = venues(sold, conferences=CONFERENCES)
        spread, hot, posts = reserving(places), reserving(places[:1]), echo_posts(places)
        load(sold.target, 64, spread, numbers, count=3 * CONFERENCES).expect(201)
        used_us: list[float] = []
        done: list[Load] = []

        def sell() -> float:
            before_s = processes.cpu_s(sold.pid)
            done.append(load(sold.target, 64, spread, numbers, bench.seconds).expect(201))
            used_us.append((processes.cpu_s(sold.pid) - before_s) / done[-1].count * 1e6)
            return done[-1].rate_per_s

        def send_back() -> float:
            return load(bare, 64, posts, numbers, bench.seconds).rate_per_s

        def sell_hot() -> float:
            return load(sold.target, 64, hot, numbers, bench.seconds).expect(201).rate_per_s

        rounds = bench.in_turns(sell, send_back, sell_hot)
        yield Row("100 lukewarm conferences to echo", ratios(rounds), least=0.15, note=per_s(rounds))
        yield Row("100 lukewarm conferences to one hot", [ours / single for ours, _, single in rounds])
        yield Row("100 lukewarm conferences: CPU for each, all processes", used_us, "µs")
        yield Row("100 lukewarm conferences: p99", [each.percentile_ms(99) for each in done], "ms")

"""One hot conference against a bare echo: the durable, idempotent reservation as fast as HTTP allows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.benchmarks import processes
from tests.benchmarks.loading import Load, Numbers, RequestOf, load
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench, Product, echo, per_s, product, ratios
from tests.benchmarks.stage import echo_posts, reserving, venues

WARM_S = 1.0
ON_THE_WAY = ("Gateway", "SeatInventory", "Projector")


@dataclass
class Selling:
    """Sells for a while each time it is called; keeps the loads and the CPU time of each reservation."""

    product: Product
    connections: int
    requests: RequestOf
    numbers: Numbers
    seconds: float
    loads: list[Load] = field(default_factory=list)
    used_us: list[float] = field(default_factory=list)
    split_us: dict[str, list[float]] = field(default_factory=dict)

    def __call__(self) -> float:
        before_s = processes.cpu_s_by_name(self.product.pid)
        done = load(self.product.target, self.connections, self.requests, self.numbers, self.seconds).expect(201)
        after_s = processes.cpu_s_by_name(self.product.pid)
        used = {name: (after_s[name] - before_s.get(name, 0.0)) / done.count * 1e6 for name in after_s}
        self.used_us.append(sum(used.values()))
        for name, us in used.items():
            self.split_us.setdefault(name, []).append(us)
        self.loads.append(done)
        return done.rate_per_s

    def budget(self, figure: str) -> Iterator[Row]:
        """CPU for each reservation: all processes, then each that takes part."""
        yield Row(f"{figure}: CPU for each, all processes", self.used_us, "µs")
        for name in ON_THE_WAY:
            yield Row(f"{figure}: CPU for each, {name}", self.split_us.get(name, [0.0]), "µs")


@figure("hot", "reservations of one hot conference, 64 and 256 connections, against the POST echo")
def hot(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold, echo() as bare:
        places = venues(sold)
        requests, posts = reserving(places), echo_posts(places)
        load(sold.target, 64, requests, numbers, WARM_S).expect(201)
        load(bare, 64, posts, numbers, WARM_S)
        for connections, p99_ms_max in ((64, 30.0), (256, 80.0)):
            selling = Selling(sold, connections, requests, numbers, bench.seconds)

            echoed_us: list[float] = []

            def send_back(connections: int = connections, echoed_us: list[float] = echoed_us) -> float:
                before_s = processes.cpu_s(bare.pid)
                done = load(bare, connections, posts, numbers, bench.seconds)
                echoed_us.append((processes.cpu_s(bare.pid) - before_s) / done.count * 1e6)
                return done.rate_per_s

            rounds = bench.in_turns(selling, send_back)
            name = f"hot conference, {connections} connections"
            yield Row(f"{name}: reservations to echo", ratios(rounds), least=0.60, note=per_s(rounds))
            p99_ms = [done.percentile_ms(99) for done in selling.loads]
            yield Row(f"{name}: p99", p99_ms, "ms", most=p99_ms_max)
            yield from selling.budget(name)
            yield Row(f"{name}: CPU for each, the echo", echoed_us, "µs")


@figure("two", "two hot conferences against one")
def two(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold:
        places = venues(sold, conferences=2)
        one = Selling(sold, 64, reserving(places[:1]), numbers, bench.seconds)
        both = Selling(sold, 128, reserving(places), numbers, bench.seconds)
        load(sold.target, 64, both.requests, numbers, WARM_S).expect(201)
        rounds = bench.in_turns(both, one)
        note = "the generator shares the cores"
        yield Row("two hot conferences to one: reservations", ratios(rounds), least=1.6, note=note)
        cost = [pair / single for pair, single in zip(both.used_us, one.used_us, strict=True)]
        yield Row("two hot conferences to one: CPU for each reservation", cost)

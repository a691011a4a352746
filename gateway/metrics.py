"""What Prometheus is told of this gateway: counted in plain dictionaries, made into metrics only when scraped."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_LAST = len(BOUNDS_S)

Gauges = Callable[[], Mapping[str, float]]


class Metrics(Collector):
    """Requests by route, method and status; seconds by route and method; and gauges of others.

    Labels come from the route table, so there are only so many.
    """

    def __init__(self, gauges: Gauges = dict, counters: Gauges = dict) -> None:
        self._gauges, self._counters = gauges, counters
        self._answers: dict[tuple[str, str, int], int] = {}
        self._seconds: dict[tuple[str, str], list[float]] = {}
        self.connections_refused = 0

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts one answered request."""
        key = (route, method, status)
        self._answers[key] = self._answers.get(key, 0) + 1
        histogram = self._seconds.get((route, method))
        if histogram is None:
            histogram = self._seconds[route, method] = [0.0] * (_LAST + 2)
        histogram[bisect_left(BOUNDS_S, seconds)] += 1
        histogram[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        answers = CounterMetricFamily("contoso_requests", "Requests answered.", labels=("route", "method", "status"))
        for (route, method, status), number in list(self._answers.items()):
            answers.add_metric((route, method, str(status)), number)
        yield answers
        seconds = HistogramMetricFamily(
            "contoso_request_seconds", "From a request's arrival to its answer.", labels=("route", "method")
        )
        for names, histogram in list(self._seconds.items()):
            seconds.add_metric(names, _buckets(histogram), histogram[-1])
        yield seconds
        for name, value in self._counters().items():
            yield CounterMetricFamily(f"contoso_{name}", name.replace("_", " ").capitalize() + ".", value=value)
        for name, value in self._gauges().items():
            yield GaugeMetricFamily(f"contoso_{name}", name.replace("_", " ").capitalize() + ".", value=value)


def _buckets(histogram: list[float]) -> list[tuple[str, float]]:
    total, buckets = 0.0, []
    for bound, number in zip((*map(str, BOUNDS_S), "+Inf"), histogram[:-1], strict=True):
        total += number
        buckets.append((bound, total))
    return buckets


def exposition(*collectors: Collector) -> bytes:
    """The text that ``/metrics`` answers."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)

"""What the gateway measures of the way to the entities and back: batches, commits, the read models' lag."""

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BATCH_ITEMS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
COMMIT_S = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0)
LAG_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class _Histogram:
    """Counts by bound, and their sum."""

    def __init__(self, name: str, what: str, bounds: Sequence[float]) -> None:
        self._name, self._what, self._bounds = name, what, bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def metric(self) -> Metric:
        family = HistogramMetricFamily(self._name, self._what)
        total, buckets = 0, []
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            total += count
            buckets.append((bound, float(total)))
        family.add_metric((), buckets, self._sum)
        return family


class WritePath(Collector):
    """Histograms of this gateway's batches; loop thread writes, the scrape reads."""

    def __init__(self) -> None:
        self._items = _Histogram("contoso_batch_items", "Commands answered in one batch.", BATCH_ITEMS)
        self._commits = _Histogram("contoso_commit_seconds", "One durable append of an entity.", COMMIT_S)
        self._lag = _Histogram(
            "contoso_read_model_lag_seconds", "From an event to the availability that knows of it.", LAG_S
        )

    def answered(self, items: int, commit_us: int) -> None:
        """A batch came back."""
        self._items.observe(items)
        if commit_us:
            self._commits.observe(commit_us / 1_000_000)

    def published(self, at_ms: int) -> None:
        """The read models know of an event that happened at ``at_ms`` (Unix milliseconds)."""
        if at_ms:
            self._lag.observe(max(0.0, time.time() - at_ms / 1_000))

    def collect(self) -> Iterator[Metric]:
        for histogram in (self._items, self._commits, self._lag):
            yield histogram.metric()

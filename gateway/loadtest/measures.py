"""Latencies and rates while they happen: cheap to record, summed up once per tick."""

from array import array
from collections.abc import Callable
from typing import Any

import msgspec

US_MAX = 3_600_000_000


class Point(msgspec.Struct, kw_only=True):
    """One operation in one tick of the run."""

    at_s: float
    operation: str
    count: int
    rate_per_s: float
    p50_us: float
    p99_us: float
    max_us: float


class Tick(msgspec.Struct, kw_only=True):
    """All operations in one tick: totals so far and what remains."""

    at_s: float
    rate_per_s: float
    p50_us: float
    p99_us: float
    errors: int
    backlog: int
    seats_left: int | None


class Series:
    """Latencies of one operation in microseconds: from the intended start, and from the moment it was sent."""

    __slots__ = ("_ticked", "latencies_us", "services_us")

    def __init__(self) -> None:
        self.latencies_us = array("q")
        self.services_us = array("q")
        self._ticked = 0

    def take_new(self) -> Any:
        """What was recorded since the last call, as a numpy array."""
        import numpy as np

        start, self._ticked = self._ticked, len(self.latencies_us)
        return np.array(self.latencies_us[start:], dtype=np.int64)


class Measures:
    """Every operation's series and the timeline made of them."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self.started_ns = now_ns()
        self.ended_ns = self.started_ns
        self.ticked_ns = self.started_ns
        self.series: dict[str, Series] = {}
        self.points: list[Point] = []
        self.ticks: list[Tick] = []

    def note(self, operation: str, intended_ns: int, sent_ns: int, returned_ns: int) -> None:
        series = self.series.get(operation)
        if series is None:
            series = self.series[operation] = Series()
        series.latencies_us.append((returned_ns - intended_ns) // 1000)
        series.services_us.append((returned_ns - sent_ns) // 1000)

    def start(self) -> None:
        """Begin now; whatever the ticks need is loaded before, for it would stop the generator."""
        import numpy as np

        np.percentile(np.zeros(2), 50)
        self.started_ns = self.ended_ns = self.ticked_ns = self._now_ns()

    @property
    def count(self) -> int:
        return sum(len(series.latencies_us) for series in self.series.values())

    @property
    def seconds(self) -> float:
        return max(self.ended_ns - self.started_ns, 1) / 1e9

    def tick(self, errors: int, backlog: int, seats_left: int | None) -> None:
        """Close one tick of the timeline."""
        import numpy as np

        now_ns = self._now_ns()
        at_s, span_s = (now_ns - self.started_ns) / 1e9, max(now_ns - self.ticked_ns, 1) / 1e9
        self.ticked_ns = now_ns
        everything = []
        for operation, series in list(self.series.items()):
            new = series.take_new()
            everything.append(new)
            if len(new):
                p50, p99 = np.percentile(new, (50, 99))
                self.points.append(
                    Point(
                        at_s=at_s,
                        operation=operation,
                        count=len(new),
                        rate_per_s=len(new) / span_s,
                        p50_us=float(p50),
                        p99_us=float(p99),
                        max_us=float(new.max()),
                    )
                )
        together = np.concatenate(everything) if everything else np.zeros(0)
        p50, p99 = np.percentile(together, (50, 99)) if len(together) else (0.0, 0.0)
        self.ticks.append(
            Tick(
                at_s=at_s,
                rate_per_s=len(together) / span_s,
                p50_us=float(p50),
                p99_us=float(p99),
                errors=errors,
                backlog=backlog,
                seats_left=seats_left,
            )
        )


def histogram_of(latencies_us: "array[int]") -> Any:
    """An ``HdrHistogram`` of microseconds with three digits, of up to an hour."""
    import numpy as np
    from hdrh.histogram import HdrHistogram

    histogram = HdrHistogram(1, US_MAX, 3)
    values, counts = np.unique(np.array(latencies_us, dtype=np.int64), return_counts=True)
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        histogram.record_value(min(max(value, 1), US_MAX), count)
    return histogram

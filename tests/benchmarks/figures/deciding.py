"""Decisions without I/O, as :mod:`tests.benchmarks.figures.inventory` measures them."""

from collections.abc import Iterator

from tests.benchmarks.figures import inventory
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench


@figure("deciding", "decide + evolve without I/O, as the inventory and its wait-list grow")
def deciding(bench: Bench) -> Iterator[Row]:
    for measured in inventory.measure():
        note = f"{measured.yardstick_us:.1f} → {measured.case_us:.1f} µs"
        low, high = measured.spread
        yield Row(measured.figure, [low, measured.ratio, high], most=measured.target, note=note)

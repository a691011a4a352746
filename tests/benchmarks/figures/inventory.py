"""What deciding costs in one process, without I/O, as an inventory and its wait-list grow.

Each figure is a ratio to the small case, measured in turn with it in the same run, by the
CPU time of this process (the machine may be shared); the best of several rounds counts.
"""

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

from actors.messages.refusals import Refused
from actors.messages.seats import Cancel, Configuration, Reserve, SeatTerms
from actors.seats.events import InventoryConfigured
from actors.seats.inventory import Inventory
from actors.seats.kind import SEATS

SEAT_TYPE = "stgeneral0"
AT_MS = 1_790_000_000_000
ROUNDS = 9
COMMANDS = 2_000  # of each size in each round
SMALL, LARGE, HUGE = 100, 100_000, 1_000_000
SHORT_LIST, LONG_LIST = 100, 50_000
LARGE_TARGET, HUGE_TARGET, LIST_TARGET = 1.2, 1.5, 1.5


class Measured(NamedTuple):
    """One figure: microseconds a command of the yardstick and of the case, and their ratio with its target."""

    figure: str
    yardstick_us: float
    case_us: float
    ratio: float
    target: float
    spread: tuple[float, float]
    """The smallest and the largest ratio of any round."""


def measure() -> list[Measured]:
    """All figures of this module; takes about a minute and 800 MB."""
    small = Selling(SMALL)
    figures = []
    for live, target in ((LARGE, LARGE_TARGET), (HUGE, HUGE_TARGET)):
        large = Selling(live)
        name = f"decide + evolve a reservation, {live:,} live against {SMALL}"
        figures.append(compared(name, small.reserve, large.reserve, target, after=(small.cancel, large.cancel)))
        name = f"decide + evolve a cancellation, {live:,} live against {SMALL}"
        figures.append(compared(name, small.cancel, large.cancel, target, before=(small.reserve, large.reserve)))
    for policy in ("strict", "first_fit"):
        short, long = Waiting(SHORT_LIST, policy), Waiting(LONG_LIST, policy)
        name = f"one seat freed and offered, {policy} list of {LONG_LIST:,} against {SHORT_LIST}"
        figures.append(compared(name, short.turn, long.turn, LIST_TARGET))
    return figures


class Selling:
    """An inventory with so many live holds, each of its own client, to which more are added and taken away."""

    def __init__(self, live: int) -> None:
        self.state = _opened("strict", live + COMMANDS)
        self.number = 0
        self.added: list[str] = []
        for _ in range(live):
            self._run(self._next())
        self.added = []

    def _next(self) -> Reserve:
        self.number += 1
        name = f"cabcdefghijkl-r{self.number:025d}"
        self.added.append(name)
        return Reserve(name, f"client{self.number:016d}", {SEAT_TYPE: 1})

    def _run(self, command: Any) -> None:
        _carry_out(self.state, command, AT_MS + self.number)

    def reserve(self) -> float:
        """Microseconds for each of ``COMMANDS`` reservations."""
        return _timed(self._run, [self._next() for _ in range(COMMANDS)])

    def cancel(self) -> float:
        """Microseconds for each cancellation of what ``reserve`` added."""
        added, self.added = self.added, []
        return _timed(self._run, [Cancel(name) for name in added])


class Waiting:
    """A list of so many; each turn frees one seat for its head and puts another at its end."""

    def __init__(self, length: int, policy: Any) -> None:
        self.state = _opened(policy, 1)
        self.number = 0
        self.owner = self._join()
        for _ in range(length):
            self._join()

    def _join(self) -> str:
        self.number += 1
        name = f"cabcdefghijkl-r{self.number:025d}"
        _carry_out(self.state, Reserve(name, "", {SEAT_TYPE: 1}, wait=True), AT_MS)
        return name

    def turn(self) -> float:
        """Microseconds for each of ``COMMANDS`` seats that change hands."""
        return _timed(self._hand_on, [None] * COMMANDS)

    def _hand_on(self, _: None) -> None:
        self.owner = _carry_out(self.state, Cancel(self.owner), AT_MS)[1].reservation
        self._join()


def compared(
    figure: str,
    yardstick: Callable[[], float],
    case: Callable[[], float],
    target: float,
    *,
    before: tuple[Callable[[], float], ...] = (),
    after: tuple[Callable[[], float], ...] = (),
) -> Measured:
    """Runs both in turn; ``before`` and ``after`` put the stage up and down around each round, unmeasured."""
    rounds = []
    for _ in range(ROUNDS):
        for step in before:
            step()
        rounds.append((yardstick(), case()))
        for step in after:
            step()
    ratios = [large / small for small, large in rounds]
    yardstick_us, case_us = min(small for small, _ in rounds), min(large for _, large in rounds)
    return Measured(figure, yardstick_us, case_us, median(ratios), target, (min(ratios), max(ratios)))


def _carry_out(state: Inventory, command: Any, now_ms: int) -> tuple[Any, ...]:
    events = SEATS.decide(state, command, now_ms)
    assert not isinstance(events, Refused), events
    for event in events:
        SEATS.evolve(state, event, now_ms)
    return events


def _timed(run: Callable[[Any], None], commands: list[Any]) -> float:
    gc.collect()
    gc.disable()
    started_ns = time.process_time_ns()
    for command in commands:
        run(command)
    took_ns = time.process_time_ns() - started_ns
    gc.enable()
    return took_ns / len(commands) / 1_000


def _opened(policy: Any, quota: int) -> Inventory:
    state = SEATS.initial()
    seat_type = SeatTerms(SEAT_TYPE, "admission", 12_500, quota)
    settings = Configuration(1, "published", "EUR", policy, 900_000, 86_400_000, 20, 3, (seat_type,))
    SEATS.evolve(state, InventoryConfigured(settings), AT_MS)
    return state


if __name__ == "__main__":
    for measured in measure():
        print(
            f"{measured.figure}: {measured.case_us:.2f} / {measured.yardstick_us:.2f} µs"
            f" = {measured.ratio:.2f} (target ≤ {measured.target})"
        )

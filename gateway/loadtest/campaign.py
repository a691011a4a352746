"""One run from the first request to the verdict."""

import asyncio
import random
import resource
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.loadtest.answers import Problems
from gateway.loadtest.arrivals import Bounds, OpenLoop, closed_loop, schedule
from gateway.loadtest.caller import Caller
from gateway.loadtest.client import Connection, Lost, Unreachable
from gateway.loadtest.closing import Closing
from gateway.loadtest.framing import Garbage
from gateway.loadtest.halt import Halt, Pulse
from gateway.loadtest.history import History
from gateway.loadtest.installation import Installation, NotAllowed
from gateway.loadtest.measures import Measures
from gateway.loadtest.options import Options
from gateway.loadtest.pauses import without_garbage_collection
from gateway.loadtest.progress import Progress
from gateway.loadtest.scenarios import SCENARIOS
from gateway.loadtest.target import Target
from gateway.loadtest.venues import Venue
from gateway.loadtest.verdict import Verdict

CONNECTING_MAX = 64

Say = Callable[[str], None]


@dataclass
class Results:
    """What a run came to; everything the report needs."""

    options: Options
    target: Target
    history: History
    measures: Measures
    halt: Halt
    problems: Problems
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    verdict: Verdict = field(default_factory=lambda: Verdict(None, why_not="the run did not come that far"))
    due: int = 0
    """Buyers that were due (open loop) or taken (closed loop)."""
    turned_away: int = 0
    lateness_us_max: float = 0.0
    cpu_s: float = 0.0
    self_test: dict[str, Any] | None = None


class Campaign:
    """Prepares, loads, waits for rest, judges. ``run`` never raises for what the server does."""

    def __init__(self, options: Options, target: Target, say: Say, now_ns: Callable[[], int] = time.perf_counter_ns):
        self._options = options
        self._say = say
        self._now_ns = now_ns
        self._scenario = SCENARIOS[options.scenario](options)
        self._installation = Installation(target, options.timeout_s, options.organiser, options.token)
        self._halt = Halt()
        self._pulse = Pulse(now_ns, int(options.patience_s * 1e9))
        self._history = History()
        self._problems = Problems()
        self._measures = Measures(now_ns)
        self._target = target
        self._interrupts = 0
        self.results = Results(options, target, self._history, self._measures, self._halt, self._problems)

    async def run(self) -> Results:
        """The whole run."""
        with self._interruptible():
            try:
                venues = await self._prepare()
            except (Unreachable, Lost) as problem:
                text = str(problem)
                self._halt.stop(
                    "server gone", f"Nobody answers at {self._target}: {text}. Is the server running there?"
                )
            except NotAllowed as problem:
                self._halt.stop("not allowed", str(problem))
            except Garbage as problem:
                self._halt.stop("garbage", f"What answers at {self._target} is not this product: {problem}.")
            else:
                await self._load(venues)
                self.results.verdict = await self._close(venues)
        self._installation.close()
        return self.results

    async def _prepare(self) -> list[Venue]:
        await self._installation.sign_in()
        venues = await self._installation.make(self._scenario.plan(), self._say)
        self._scenario.open(venues)
        return venues

    async def _load(self, venues: Sequence[Venue]) -> None:
        options = self._options
        each = self._scenario.connections_each
        workers = max(options.connections // each, 1)
        callers = [[self._caller() for _ in range(each)] for _ in range(workers)]
        connections = [caller.connection for group in callers for caller in group]
        await self._connect(connections)
        self._measures.start()
        ends_ns = self._measures.started_ns + int(options.seconds * 1e9)
        bounds = Bounds(options.buyers, ends_ns, self._halt, self._now_ns)
        loop = OpenLoop(bounds, workers, self._halt, self._now_ns)
        progress = Progress(self._say, self._halt, self._pulse, self._measures, self._history, options.timeout_s)

        async def visit(worker: int, buyer: int, intended_ns: int) -> None:
            await self._scenario.visit(callers[worker], buyer, intended_ns)

        watching = asyncio.ensure_future(progress.watch(connections, loop, self._installation, venues))
        cpu_s = _cpu_s()
        with without_garbage_collection():
            if options.rate_per_s is None:
                await closed_loop(bounds, workers, visit, self._now_ns)
            else:
                dice = random.Random(options.seed)  # noqa: S311 (repeatable, nothing to protect)
                await loop.run(schedule(options.rate_per_s, options.pattern, dice), visit)
        self._measures.ended_ns = self._now_ns()
        self.results.cpu_s = _cpu_s() - cpu_s
        await self._settle(venues, ends_ns)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        progress.tick(loop.backlog)
        for connection in connections:
            connection.close()
        self.results.due = bounds.taken
        self.results.turned_away = loop.turned_away
        self.results.lateness_us_max = loop.lateness_ns_max / 1000

    async def _connect(self, connections: Sequence[Connection]) -> None:
        """Open every connection, so that the first answers are as quick as the others."""
        for start in range(0, len(connections), CONNECTING_MAX):
            try:
                await asyncio.gather(*(each.open() for each in connections[start : start + CONNECTING_MAX]))
            except Unreachable as problem:
                self._pulse.failed(problem)  # Whoever calls will try again, and say so if it stays that way.
                return

    async def _settle(self, venues: Sequence[Venue], ends_ns: int) -> None:
        """Wait for what happens by itself: holds that expire, a list that is served."""
        if not self._scenario.settles:
            return
        self._say("every buyer was there; waiting until nobody waits and nothing is held")
        while not self._halt.raised and self._now_ns() < ends_ns:
            with suppress(Unreachable, Lost, Garbage):
                seats = [await self._installation.availability(venue) for venue in venues]
                if self._scenario.at_rest([each for each in seats if each is not None]) and None not in seats:
                    return
            await asyncio.sleep(0.2)

    async def _close(self, venues: Sequence[Venue]) -> Verdict:
        closing = Closing(self._installation, self._history, self._caller, self._say, self._hurry)
        punctual = self._pulse.outage_ns_max < 1_000_000_000
        return await closing.judge(venues, punctual, keep=self._options.keep)

    def _caller(self) -> Caller:
        connection = Connection(self._target, self._now_ns)
        return Caller(connection, self._history, self._problems, self._measures, self._halt, self._pulse, self._now_ns)

    def _hurry(self) -> bool:
        return self._interrupts > 1

    def _interrupt(self) -> None:
        self._interrupts += 1
        if self._interrupts == 1:
            self._say("stopping; the report follows (Ctrl-C again leaves the verdict out)")
        self._halt.stop("interrupted", "It was stopped by Ctrl-C.")

    @contextmanager
    def _interruptible(self) -> Any:
        loop = asyncio.get_running_loop()
        try:
            loop.add_signal_handler(signal.SIGINT, self._interrupt)
        except (ValueError, RuntimeError, NotImplementedError):  # Not the main thread: nobody types Ctrl-C here.
            yield
            return
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

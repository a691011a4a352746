"""The product and its yardstick as processes, and rounds that take turns between them."""

import http.client
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.loadtest.target import Target
from tests.benchmarks import processes
from tests.support.product import free_port

ROOT = Path(__file__).resolve().parents[2]
START_S_MAX = 60.0
STOP_S_MAX = 60.0


class DidNotStart(Exception):
    """The product ended or did not answer in time; the message holds the end of its log."""


class Product:
    """``run.py serve`` of one source tree on a data directory of its own."""

    def __init__(self, root: Path = ROOT, **settings: str) -> None:
        self._root = root
        self._settings = settings
        self._folder = tempfile.TemporaryDirectory(prefix="contoso-bench-")
        self.port = free_port()
        self.started_s = 0.0
        """From the command to the first answer."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def target(self) -> Target:
        return Target("http", "127.0.0.1", self.port)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def data(self) -> Path:
        return Path(self._folder.name) / "data"

    def start(self) -> None:
        """Start it and wait for its first answer."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CONTOSO_")}
        environment |= {
            "CONTOSO_DATA": str(self.data),
            "CONTOSO_ADDRESS": f"127.0.0.1:{self.port}",
            "CONTOSO_OPERATOR_ADDRESS": f"127.0.0.1:{free_port()}",
            "CONTOSO_LOGS_LEVEL": "warning",
            **self._settings,
        }
        begun = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "run.py", "serve"], cwd=self._root, env=environment, stdout=log, stderr=log
            )
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() - begun > START_S_MAX:
                raise DidNotStart(f"the product did not start; its last words: {self._last_words()}")
            time.sleep(0.02)
        self.started_s = time.monotonic() - begun

    def stop(self) -> None:
        """Let it drain; kill what is left after a while."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            for pid in reversed(processes.tree(process.pid)):
                os.kill(pid, signal.SIGKILL)
            process.wait()

    def remove(self) -> None:
        """Stop it and delete its data."""
        self.stop()
        self._folder.cleanup()

    @property
    def _log(self) -> Path:
        return Path(self._folder.name) / "serve.log"

    def _last_words(self) -> str:
        lines = self._log.read_text().splitlines()
        return lines[-1][-500:] if lines else "none"

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/api/v1/conferences")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def product(root: Path = ROOT, **settings: str) -> Iterator[Product]:
    """A started product, removed afterwards."""
    made = Product(root, **settings)
    try:
        made.start()
        yield made
    finally:
        made.remove()


@dataclass(frozen=True)
class EchoTarget(Target):
    """Where the yardstick listens, and its process."""

    pid: int = 0


@contextmanager
def echo() -> Iterator[EchoTarget]:
    """The yardstick, started."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.echo"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield EchoTarget("http", "127.0.0.1", int(process.stdout.readline()), pid=process.pid)
        finally:
            process.stdin.close()
            process.wait(STOP_S_MAX)


@dataclass(frozen=True)
class Bench:
    """How long to measure, and which source tree's product."""

    rounds: int = 3
    seconds: float = 5.0
    root: Path = ROOT
    say: Callable[[str], None] = print

    def in_turns(self, *sides: Callable[[], float]) -> list[tuple[float, ...]]:
        """Measure each side in each round, every other round in the other order; one tuple for each round."""
        rounds = []
        for number in range(self.rounds):
            order = range(len(sides)) if number % 2 == 0 else reversed(range(len(sides)))
            measured = {side: sides[side]() for side in order}
            rounds.append(tuple(measured[side] for side in range(len(sides))))
        return rounds


def ratios(rounds: Sequence[tuple[float, ...]]) -> list[float]:
    """The first side in units of the second, round by round."""
    return [first / second for first, second, *_ in rounds]


def per_s(rounds: Sequence[tuple[float, ...]]) -> str:
    """The medians of both sides, in words."""
    ours, theirs = (statistics.median(each[side] for each in rounds) for side in (0, 1))
    return f"{ours:,.0f} against {theirs:,.0f} a second"

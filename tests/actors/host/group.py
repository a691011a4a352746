"""Runs a supervised group for a test: as a program it supervises, as a module it starts and watches that program."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType

from actors.host.launcher import Plan, TopLevel, launch
from actors.host.supervisor import supervise

KEY = bytes(range(32))
START_S_MAX = 20.0
WAIT_S_MAX = 10.0
POLL_S = 0.005
MARK = "CONTOSO_TEST_GROUP"
FRAME_BYTES_MAX = 16_000_000


def eventually(true: Callable[[], bool], within_s: float = WAIT_S_MAX) -> None:
    """Returns as soon as ``true()`` holds; fails after ``within_s``."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(POLL_S)


class Group:
    """A supervisor and all below it, in processes that carry a mark in their environment."""

    def __init__(self, *actors: str, admin_port: int = 0, drain_ms: int = 5_000) -> None:
        self.mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.actors.host.group", str(admin_port), str(drain_ms), *actors],
            env=os.environ | {MARK: self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addresses: dict[str, str] = {}

    def __enter__(self) -> "Group":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for pid in self.pids():  # What has outlived it, against its promise, would hold its output open.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.communicate()

    def wait_ready(self) -> None:
        """Returns once a group serves; each further call waits for the next group."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the group did not start: {self.process.communicate()[1]}")
        self.addresses = json.loads(line)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal and returns the exit status."""
        self.process.send_signal(number)
        return self.process.wait(START_S_MAX)

    def pids(self) -> set[int]:
        """Every living process with this group's mark, the supervisor included."""
        return set(self.named())

    def named(self) -> dict[int, str]:
        """The same, with their names."""
        mark = f"{MARK}={self.mark}".encode()
        found = {}
        for environ in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in environ.read_bytes().split(b"\0"):
                    found[int(environ.parent.name)] = (environ.parent / "comm").read_text().strip()
            except (OSError, ValueError):
                continue  # It ended while we looked.
        return found

    def pid_of(self, name: str) -> int:
        """The one process of that name."""
        [pid] = [pid for pid, found in self.named().items() if found == name]
        return pid


def _print_ready(addresses: Mapping[str, str]) -> None:
    sys.stdout.write(json.dumps(dict(addresses)) + "\n")
    sys.stdout.flush()


def _main(admin_port: str, drain_ms: str, *actors: str) -> int:
    logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")
    plan = Plan(
        key=KEY,
        actors=tuple(
            TopLevel(name.lower(), f"tests.actors.host.actors.{name.rstrip('0123456789')}", lambda _: b"start")
            for name in actors
        ),
        admin_port=int(admin_port),
        frame_bytes_max=FRAME_BYTES_MAX,
        drain_ms=int(drain_ms),
        start_ms=int(START_S_MAX * 1000),
        stock_transport=bool(os.environ.get("STOCK")),
        preload=("actors.messages.addresses",),
        ready=_print_ready,
    )
    return supervise(partial(launch, plan), int(drain_ms))


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))

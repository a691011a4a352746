"""Badges printed in a process of their own, many at a time."""

import asyncio
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from gateway.documents.badges import Badge
from gateway.documents.printer import BadgePrinter, Busy, Failed
from tests.gateway.documents.pages import texts_of

# Of the process's own: what wait4 tells would include the memory of the test process that it was forked from.
PRINT_AND_TELL_PEAK = """
import atexit, runpy, sys
atexit.register(lambda: sys.stderr.write(open("/proc/self/status").read()))
runpy.run_module("gateway.documents.printer", run_name="__main__")
"""


def guests(count: int) -> list[Badge]:
    return [Badge("Conference", "Full pass", f"Guest {number:04} Müller") for number in range(count)]


def test_a_process_prints_and_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    document = asyncio.run(BadgePrinter().badges_pdf(guests(25), lambda done, total: told.append((done, total))))
    assert isinstance(document, bytes)
    assert len(texts_of(document)) == 3
    assert told == [(10, 25), (20, 25), (25, 25)]


def test_a_thousand_badges_take_little_memory(tmp_path: Path) -> None:
    asked, printed = tmp_path / "badges", tmp_path / "badges.pdf"
    asked.write_bytes(msgspec.msgpack.encode(guests(1_000)))
    with asked.open("rb") as stdin, printed.open("wb") as stdout:
        command = [sys.executable, "-c", PRINT_AND_TELL_PEAK]
        ended = subprocess.run(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, text=True, check=True)
    assert printed.read_bytes().startswith(b"%PDF")
    peak_kib = int(ended.stderr.rsplit("VmHWM:", 1)[1].split()[0])
    assert peak_kib < 200 * 1_024


def test_what_cannot_be_printed_is_a_failure_that_says_why() -> None:
    outcome = asyncio.run(BadgePrinter().badges_pdf([]))
    assert isinstance(outcome, Failed)
    assert "badges" in outcome.problem


def test_a_process_that_takes_too_long_is_ended() -> None:
    outcome = asyncio.run(BadgePrinter(seconds_max=0.05).badges_pdf(guests(10)))
    assert isinstance(outcome, Failed)
    assert "longer" in outcome.problem


def test_whoever_comes_when_too_many_wait_is_told_at_once() -> None:
    async def crowd() -> list[bytes | Busy | Failed]:
        printer = BadgePrinter(waiting_max=1)
        return await asyncio.gather(*(printer.badges_pdf(guests(1)) for _ in range(3)))

    outcomes = asyncio.run(crowd())
    assert [isinstance(outcome, Busy) for outcome in outcomes] == [False, False, True]


def test_a_caller_who_leaves_takes_the_process_along() -> None:
    async def leave() -> None:
        printer = BadgePrinter()
        printing = asyncio.create_task(printer.badges_pdf(guests(5_000)))
        await asyncio.sleep(0)
        printing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await printing
        assert isinstance(await printer.badges_pdf(guests(1)), bytes)

    asyncio.run(leave())

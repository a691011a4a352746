"""Prints badges in a process of their own: seconds of work and all its memory stay out of the gateway.

The process reads the badges (msgpack) from its standard input, writes the PDF to its standard output, and says
"done total" on its standard error after every page. It ends by itself when whoever asked has gone.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from gateway.documents.badges import Badge, Progress

AT_ONCE_MAX: Final = 1
WAITING_MAX: Final = 8
SECONDS_MAX: Final = 120.0
FAULT_LENGTH_MAX: Final = 2_000

_ROOT: Final = Path(__file__).parents[2]


class Busy(Struct, frozen=True):
    """Too many wait for their badges already: ask again later."""


class Failed(Struct, frozen=True):
    """The process ended without a document, or took longer than ``SECONDS_MAX``; nothing was printed."""

    problem: str


class BadgePrinter:
    """Prints one document after the other, and has up to ``waiting_max`` wait."""

    def __init__(self, waiting_max: int = WAITING_MAX, seconds_max: float = SECONDS_MAX) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)
        self._waiting = 0
        self._waiting_max = waiting_max
        self._seconds_max = seconds_max

    async def badges_pdf(self, badges: Sequence[Badge], progress: Progress | None = None) -> bytes | Busy | Failed:
        """The document (see ``badge_pages.write_badges``); a cancelled caller's process is ended."""
        if self._waiting > self._waiting_max:
            return Busy()
        self._waiting += 1
        try:
            async with self._turn, asyncio.timeout(self._seconds_max):
                return await _printed(msgspec.msgpack.encode(badges), progress)
        except TimeoutError:
            return Failed(f"printing took longer than {self._seconds_max:.0f} seconds")
        finally:
            self._waiting -= 1


async def _printed(badges: bytes, progress: Progress | None) -> bytes | Failed:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        document, faults, _ = await asyncio.gather(
            process.stdout.read(), _followed(process.stderr, progress), _written(process.stdin, badges)
        )
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return document if status == 0 else Failed(faults or f"the printing process ended with {status}")


async def _written(to: asyncio.StreamWriter, content: bytes) -> None:
    try:
        to.write(content)
        await to.drain()
        to.close()
        await to.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        return  # The process has ended early, and its status says why.


async def _followed(lines: asyncio.StreamReader, progress: Progress | None) -> str:
    """Pass on what the process says of its progress; what else it says is returned (the last of it)."""
    faults = ""
    async for line in lines:
        words = line.split()
        if len(words) == 2 and all(word.isdigit() for word in words):
            if progress is not None:
                progress(int(words[0]), int(words[1]))
        else:
            faults = (faults + line.decode("utf-8", "replace"))[-FAULT_LENGTH_MAX:]
    return faults.strip()


def _main() -> None:
    from gateway.documents.badge_pages import write_badges  # Heavy, and wanted in this process only.

    badges = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[Badge])
    write_badges(badges, sys.stdout.buffer, lambda done, total: print(done, total, file=sys.stderr, flush=True))


if __name__ == "__main__":
    _main()

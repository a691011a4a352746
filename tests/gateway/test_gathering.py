"""Small writes are gathered: those that come while one is under way are written together after it."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from gateway import gathering
from gateway.gathering import Gathering
from gateway.problems import Problem
from gateway.workers import Workers


class Slow:
    """Writes when it is let, and remembers what came together."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.together: list[list[str]] = []

    def write(self, items: Sequence[str]) -> list[str]:
        assert self.go.wait(10)
        self.together.append(list(items))
        if "bad" in items:
            raise RuntimeError("the disk is full")
        return [item.upper() for item in items]


async def all_of(gathered: Gathering[str, str], *items: str) -> list[str | BaseException]:
    return await asyncio.gather(*(gathered.add(item) for item in items), return_exceptions=True)


async def begun(slow: Slow) -> tuple[Gathering[str, str], asyncio.Task[str]]:
    """A gathering whose first write is under way."""
    gathered = Gathering(Workers("test", 1, 8), slow.write)
    first = asyncio.create_task(gathered.add("first"))
    await asyncio.sleep(0)
    return gathered, first


async def test_what_comes_during_a_write_is_written_together_after_it(runner: asyncio.Runner) -> None:
    slow = Slow()
    gathered, first = await begun(slow)
    others = [asyncio.create_task(gathered.add(item)) for item in ("a", "b", "c")]
    await asyncio.sleep(0)
    slow.go.set()
    assert await asyncio.gather(first, *others) == ["FIRST", "A", "B", "C"]
    assert slow.together == [["first"], ["a", "b", "c"]]


async def test_nobody_is_told_before_it_is_written(runner: asyncio.Runner) -> None:
    slow = Slow()
    _, first = await begun(slow)
    await asyncio.sleep(0)
    assert not first.done()
    slow.go.set()
    await first


async def test_a_failed_write_is_told_to_all_of_it_and_to_nobody_else(runner: asyncio.Runner) -> None:
    slow = Slow()
    gathered, first = await begun(slow)
    others = asyncio.create_task(all_of(gathered, "a", "bad"))
    await asyncio.sleep(0)
    slow.go.set()
    await first
    assert [type(told) for told in await others] == [RuntimeError, RuntimeError]
    assert await all_of(gathered, "later") == ["LATER"]


async def test_whoever_has_gone_is_written_all_the_same(runner: asyncio.Runner) -> None:
    slow = Slow()
    gathered, first = await begun(slow)
    gone, stays = asyncio.create_task(gathered.add("gone")), asyncio.create_task(gathered.add("stays"))
    await asyncio.sleep(0)
    gone.cancel()
    slow.go.set()
    await asyncio.gather(first, stays)
    assert slow.together[1] == ["gone", "stays"]


async def test_what_waits_is_bounded(runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "WAITING_MAX", 1)
    slow = Slow()
    gathered, first = await begun(slow)
    waits = asyncio.create_task(gathered.add("waits"))
    await asyncio.sleep(0)
    with pytest.raises(Problem, match="busy"):
        await gathered.add("too many")
    slow.go.set()
    await asyncio.gather(first, waits)

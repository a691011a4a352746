"""What follows an answer goes on to its end, is bounded, and is never lost silently."""

import asyncio

import pytest

from gateway.afterwards import RUNNING_MAX, Afterwards
from gateway.problems import Problem


async def test_it_is_done_when_it_has_settled(runner: asyncio.Runner) -> None:
    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    afterwards = Afterwards()
    for number in range(3):
        afterwards.run(work(number))
    assert done == []
    await afterwards.settle()
    assert done == [0, 1, 2]


async def test_a_failure_is_logged(runner: asyncio.Runner, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise RuntimeError("the disk is gone")

    afterwards = Afterwards()
    afterwards.run(work())
    await afterwards.settle()
    assert "the disk is gone" in caplog.text


async def test_one_too_many_is_busy(runner: asyncio.Runner) -> None:
    may_end = asyncio.Event()

    async def work() -> None:
        await may_end.wait()

    afterwards = Afterwards()
    for _ in range(RUNNING_MAX):
        afterwards.run(work())
    with pytest.raises(Problem, match="busy"):
        afterwards.run(work())
    may_end.set()
    await afterwards.settle()

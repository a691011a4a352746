"""Runs coroutine tests on a real loop, with a gateway on a real socket and fakes behind its ports."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest
import uvloop

from tests.gateway.world import World


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner


@pytest.fixture
def world(runner: asyncio.Runner) -> Iterator[World]:
    world = runner.run(World.start())
    try:
        yield world
    finally:
        runner.run(world.stop())


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj) or "runner" not in pyfuncitem.fixturenames:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    runner = pyfuncitem.funcargs["runner"]
    assert isinstance(runner, asyncio.Runner)
    runner.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True

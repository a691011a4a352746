"""Worker threads for what would hold the loop: passwords, and transactions of accounts and vault. Bounded."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from gateway.problems import Problem

T = TypeVar("T")


class Workers:
    """At most ``threads`` calls run at a time and ``waiting_max`` wait; one more is ``busy``."""

    def __init__(self, name: str, threads: int, waiting_max: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._taken, self._taken_max = 0, threads + waiting_max

    async def run(self, call: Callable[..., T], *arguments: Any) -> T:
        """The result of ``call(*arguments)``. Raises what it raises, or ``Problem`` (busy)."""
        if self._taken >= self._taken_max:
            raise Problem("busy", "Nothing was done. Try again shortly.")
        self._taken += 1
        future = asyncio.get_running_loop().run_in_executor(self._executor, call, *arguments)
        future.add_done_callback(self._end)
        return await future

    def _end(self, _future: asyncio.Future[Any]) -> None:
        self._taken -= 1

    def close(self) -> None:
        """Lets what runs end, and drops what waits."""
        self._executor.shutdown(wait=True, cancel_futures=True)

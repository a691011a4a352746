"""One kind of effect, round after round: takes what is due, carries out so much at a time, and notes how it went.

What is under way is leased: if this process dies, it comes due again. A receiver that hangs holds up only its own.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, assert_never

from gateway.courier.carriers import Again, Carrier, Done, GivenUp, NotYet, Outcome, pause_ms
from storage.failures import Unavailable
from storage.outbox import Due, Ended, Entry, Outbox

PAUSE_AFTER_FAILURE_S: Final = 1.0
EXCEPTIONS_MAX: Final = 10
"""Tries after which an effect is given up whose every try ended with an exception of ours."""

log = logging.getLogger(__name__)

Run = Callable[..., Awaitable[Any]]
"""Runs a blocking call in a thread: ``await run(call, *arguments)``."""


class Terms(NamedTuple):
    """Of one kind: how many at a time, over all and for one group (0: no limit for groups)."""

    kind: str
    at_once_max: int
    per_group_max: int = 0


class Rounds:
    """Works off one kind of effect until it is told to stop."""

    def __init__(
        self,
        terms: Terms,
        carrier: Carrier,
        outbox: Outbox,
        run: Run,
        now_ms: Callable[[], int],
        *,
        lease_ms: int,
        poll_ms: int,
    ) -> None:
        self._terms, self._carrier, self._outbox, self._run, self._now_ms = terms, carrier, outbox, run, now_ms
        self._lease_ms, self._poll_s = lease_ms, poll_ms / 1000
        self._under_way: set[asyncio.Task[None]] = set()
        self._groups: Counter[str] = Counter()
        self._news = asyncio.Event()
        self._stopping = self._noting = False
        self._ended: list[tuple[Ended, asyncio.Future[None]]] = []
        self.given_up = 0

    async def work(self) -> None:
        """Round after round; ends when it was stopped and nothing is under way."""
        while not self._stopping:
            try:
                taken = await self._take()
            except Unavailable as problem:
                log.error("outbox-out-of-reach", extra={"kind": self._terms.kind, "problem": str(problem)})
                await asyncio.sleep(PAUSE_AFTER_FAILURE_S)
                continue
            for due in taken:
                self._begin(due)
            if not taken:
                self._news.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), self._poll_s)
        while self._under_way:
            await asyncio.wait(self._under_way)

    def stop(self) -> None:
        """Takes nothing more."""
        self._stopping = True
        self._news.set()

    async def _take(self) -> list[Due]:
        terms = self._terms
        free = terms.at_once_max - self._groups.total()
        if free <= 0:
            return []
        busy: tuple[str, ...] = ()
        if terms.per_group_max:  # One by one, since each can make its group a busy one.
            free = 1
            busy = tuple(group for group, number in self._groups.items() if number >= terms.per_group_max)
        taken: list[Due] = await self._run(
            self._outbox.take_due, self._now_ms(), free, self._lease_ms, terms.kind, busy
        )
        return taken

    def _begin(self, due: Due) -> None:
        self._groups[due.group] += 1
        task = asyncio.create_task(self._carry(due))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _carry(self, due: Due) -> None:
        try:
            await self._note(due, await self._carrier.carry(due, self._now_ms()))
        except Unavailable as problem:  # Its lease ends, and it comes due again.
            log.error("outbox-out-of-reach", extra={"kind": due.kind, "problem": str(problem)})
        except Exception:  # A bug, in one effect's way: the others go on, and an operator hears of it.
            log.exception("effect-failed", extra={"kind": due.kind, "row": due.id})
            with suppress(Unavailable):
                await self._note(due, _after_exception(due, self._now_ms()))
        finally:
            self._groups[due.group] -= 1
            if not self._groups[due.group]:
                del self._groups[due.group]
            self._news.set()

    async def _note(self, due: Due, outcome: Outcome) -> None:
        match outcome:
            case Done(entries=entries):
                await self._end(due, entries)
            case Again(at_ms=at_ms, problem=problem):
                await self._run(self._outbox.retry, due, at_ms, problem)
            case NotYet(at_ms=at_ms):
                await self._run(self._outbox.postpone, due, at_ms)
            case GivenUp(problem=problem):
                await self._give_up(due, problem)
            case unreachable:
                assert_never(unreachable)

    async def _end(self, due: Due, entries: Sequence[Entry]) -> None:
        """Notes that it is done, in one transaction with all that end meanwhile."""
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended.append(((due, entries), noted))
        if not self._noting:
            self._noting = True
            task = asyncio.create_task(self._note_ended())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        await noted

    async def _note_ended(self) -> None:
        while self._ended:
            ended, self._ended = self._ended, []
            try:
                await self._run(self._outbox.all_done, [each for each, _ in ended], self._now_ms())
            except Unavailable as problem:
                for _, noted in ended:
                    noted.set_exception(problem)
            else:
                for _, noted in ended:
                    noted.set_result(None)
        self._noting = False

    async def _give_up(self, due: Due, problem: str) -> None:
        self.given_up += 1
        log.error(
            "effect-given-up",
            extra={"kind": due.kind, "row": due.id, "attempts": due.attempt, "problem": problem},
        )
        await self._run(self._outbox.give_up, due, self._now_ms(), problem)


def _after_exception(due: Due, now_ms: int) -> Again | GivenUp:
    problem = "an exception of ours, which was logged"
    if due.attempt >= EXCEPTIONS_MAX:
        return GivenUp(problem)
    return Again(now_ms + pause_ms(due.attempt, 0.0), problem)

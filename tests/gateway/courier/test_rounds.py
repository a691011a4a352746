"""Round after round: everything that is due, so much at a time, and nobody held up by somebody who hangs."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from gateway.courier.carriers import Again, Done, GivenUp, NotYet, Outcome
from gateway.courier.rounds import EXCEPTIONS_MAX, Rounds, Terms
from storage.failures import Unavailable
from storage.outbox import Due, Entry, Outbox
from storage.sqlite.outbox import SqliteOutbox
from tests.gateway.courier.given import inline

LEASE_MS = 1_000


class Bell:
    """A clock that the test moves, and a carrier that does what the test says."""

    def __init__(self, carry: Callable[[Due], Awaitable[Outcome]], terms: Terms, outbox: Outbox | None = None) -> None:
        self.now_ms = 100
        self.outbox = outbox or SqliteOutbox(None)
        self._carry = carry
        self.rounds = Rounds(terms, self, self.outbox, inline, lambda: self.now_ms, lease_ms=LEASE_MS, poll_ms=1)
        self.carried: list[str] = []

    async def carry(self, due: Due, now_ms: int) -> Outcome:
        self.carried.append(due.key)
        return await self._carry(due)

    def add(self, *names: str, group: str = "", due_at_ms: int = 100) -> None:
        self.outbox.enqueue([Entry(name, "mail", b"", due_at_ms, group) for name in names])

    async def until(self, condition: Callable[[], bool]) -> None:
        """Works until then."""
        working = asyncio.create_task(self.rounds.work())
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - outboxes ring no bell
                await asyncio.sleep(0)
        self.rounds.stop()
        async with asyncio.timeout(10):
            await working


def run(bell: Bell, condition: Callable[[], bool]) -> None:
    asyncio.run(bell.until(condition))


def answering(*outcomes: Outcome) -> Callable[[Due], Awaitable[Outcome]]:
    """One outcome for each try, the last one for all others."""
    left = list(outcomes)

    async def carry(_due: Due) -> Outcome:
        return left.pop(0) if len(left) > 1 else left[0]

    return carry


def test_all_that_is_due_is_carried_out_once() -> None:
    bell = Bell(answering(Done()), Terms("mail", 3))
    names = [f"m{number}" for number in range(20)]
    bell.add(*names)
    bell.add("future", due_at_ms=101)
    run(bell, lambda: bell.outbox.counts()["done"] == 20)
    assert Counter(bell.carried) == Counter(names)


def test_no_more_than_so_many_are_under_way() -> None:
    under_way, most = 0, 0

    async def carry(_due: Due) -> Outcome:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return Done()

    bell = Bell(carry, Terms("mail", 4))
    bell.add(*(f"m{number}" for number in range(40)))
    run(bell, lambda: bell.outbox.counts()["done"] == 40)
    assert most == 4


def test_a_receiver_that_hangs_holds_up_only_its_own() -> None:
    async def scene() -> None:
        hang = asyncio.Event()

        async def carry(due: Due) -> Outcome:
            if due.group == "hanging":
                await hang.wait()
            return Done()

        bell = Bell(carry, Terms("mail", 8, per_group_max=2))
        bell.add(*(f"h{number}" for number in range(100)), group="hanging")
        for number in range(30):
            bell.add(f"w{number}", group=f"well{number % 3}")
        working = asyncio.create_task(bell.rounds.work())
        async with asyncio.timeout(10):
            while bell.outbox.counts()["done"] < 30:  # noqa: ASYNC110 - outboxes ring no bell
                await asyncio.sleep(0)
        assert sum(name.startswith("h") for name in bell.carried) == 2
        bell.rounds.stop()
        hang.set()
        await working

    asyncio.run(scene())


def test_what_failed_comes_again_at_its_time_and_then_ends() -> None:
    bell = Bell(answering(Again(500, "busy"), NotYet(700), Done()), Terms("mail", 1))
    bell.add("m")
    run(bell, lambda: len(bell.carried) == 1)
    assert bell.outbox.next_due_ms() == 500
    bell.now_ms = 500
    bell.rounds = Rounds(Terms("mail", 1), bell, bell.outbox, inline, lambda: bell.now_ms, lease_ms=LEASE_MS, poll_ms=1)
    run(bell, lambda: len(bell.carried) == 2)
    found = bell.outbox.find("m")
    assert found is not None
    assert (found.at_ms, found.attempts, found.last_error) == (700, 1, "busy")


def test_what_is_given_up_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    bell = Bell(answering(GivenUp("550 no such user")), Terms("mail", 1))
    bell.add("m")
    with caplog.at_level(logging.ERROR):
        run(bell, lambda: bell.outbox.counts()["given_up"] == 1)
    assert [record.message for record in caplog.records] == ["effect-given-up"]
    assert bell.rounds.given_up == 1


def test_an_exception_of_ours_is_tried_again_before_it_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    async def carry(due: Due) -> Outcome:
        raise LookupError(due.key)

    bell = Bell(carry, Terms("mail", 1))
    bell.add("m")

    def moved() -> bool:
        bell.now_ms += 10_000_000
        return bell.outbox.counts()["given_up"] == 1

    with caplog.at_level(logging.CRITICAL):
        run(bell, moved)
    assert len(bell.carried) == EXCEPTIONS_MAX


def test_what_follows_is_added_with_the_end() -> None:
    bell = Bell(answering(Done([Entry("m/1", "webhook", b"", 100)])), Terms("mail", 1))
    bell.add("m")
    run(bell, lambda: bell.outbox.counts()["done"] == 1)
    assert [row.key for row in bell.outbox.listed("waiting")] == ["m/1"]


def test_what_was_sent_but_not_noted_comes_again_when_its_lease_ends() -> None:
    class Torn(SqliteOutbox):
        """Loses what is noted, as a process does that is killed in between."""

        torn = True

        def all_done(self, ended: object, at_ms: int) -> None:
            if self.torn:
                raise Unavailable("killed")
            super().all_done(ended, at_ms)  # type: ignore[arg-type]

    outbox = Torn(None)
    bell = Bell(answering(Done()), Terms("mail", 1), outbox)
    bell.add("m")
    run(bell, lambda: len(bell.carried) == 1)
    assert outbox.counts()["waiting"] == 1
    outbox.torn = False
    second = Bell(answering(Done()), Terms("mail", 1), outbox)
    second.now_ms = 100 + LEASE_MS
    run(second, lambda: outbox.counts()["done"] == 1)
    assert second.carried == ["m"]

"""kill -9 of an inventory at named points: whatever was told stands, what was not told is found by its key."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.audit import judge
from tests.support.buyers import Outcome, rush
from tests.support.crashing import POINTS
from tests.support.product import Organiser, Product, register, wait_until

pytestmark = pytest.mark.system

ROUNDS, BUYERS = 10, 20
NO_LIMITS = {"holds_per_client_max": 0}
SERVES_S_MAX = 30.0  # The promise is two seconds; a starved machine gets longer in a test.


class Armed:
    """The product with its crash points, one conference, and all that its buyers were told."""

    def __init__(self, product: Product, organiser: Organiser, folder: Path, slug: str) -> None:
        self.product, self.organiser, self.slug, self._folder = product, organiser, slug, folder
        self.outcomes: list[Outcome] = []
        self.seat_type = ""

    def plan(self, quota: int) -> None:
        self.seat_type = self.organiser.conference(self.slug, {"Standard": quota}, **NO_LIMITS)["Standard"]

    def arm(self, point: str) -> None:
        (self._folder / point).touch()

    def crashed(self, point: str) -> bool:
        return not (self._folder / point).exists()

    def ask(self, key: str, **more: Any) -> Outcome:
        """Asks until the answer is definite."""
        deadline = time.monotonic() + SERVES_S_MAX
        while True:
            reply = self.product.reserve(self.slug, self.seat_type, key=key, **more)
            self.outcomes.append(Outcome(key, reply.status, reply.body))
            if reply.status in (201, 202, 409):
                return self.outcomes[-1]
            assert time.monotonic() < deadline, f"no definite answer to {key}: {reply}"

    def rush(self) -> None:
        """A small rush; those who were not told ask again."""
        outcomes = asyncio.run(rush(self.product.port, self.slug, self.seat_type, BUYERS))
        self.outcomes += outcomes
        for outcome in outcomes:
            if outcome.status not in (201, 409):
                self.ask(outcome.key)


@pytest.fixture(scope="module")
def crashing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, Path]]:
    folder = tmp_path_factory.mktemp("crashing")
    (folder / "points").mkdir()
    product = Product(folder / "data", CRASH_FOLDER=str(folder / "points"))
    product.command = [sys.executable, "-m", "tests.support.crashing", "serve"]
    try:
        product.start()
        wait_until((folder / "data" / "demo-sign-in.txt").exists, what="the demo")
        yield product, folder / "points"
    finally:
        product.kill_all()


@pytest.fixture
def armed(crashing: tuple[Product, Path]) -> Callable[[str], Armed]:
    product, folder = crashing
    organiser = register(product)
    return lambda slug: Armed(product, organiser, folder, slug)


@pytest.mark.parametrize("point", ["before-append", "after-append", "before-reply"])
def test_nothing_is_lost_doubled_or_half_done_at(armed: Callable[[str], Armed], point: str) -> None:
    sale = armed(f"at-{point}")
    sale.plan(ROUNDS * BUYERS - BUYERS // 2)
    for _ in range(ROUNDS):
        sale.arm(point)
        sale.rush()
        assert sale.crashed(point)
    assert sum(outcome.status == 201 for outcome in sale.outcomes) == ROUNDS * BUYERS - BUYERS // 2
    judge(sale.organiser, sale.slug, sale.outcomes)


@pytest.mark.parametrize("point", ["before-promotion", "after-promotion"])
def test_freed_seats_and_the_offer_that_follows_are_one_at(armed: Callable[[str], Armed], point: str) -> None:
    sale = armed(f"at-{point}")
    sale.plan(1)
    mine = sale.ask(str(uuid4())).body
    for _ in range(ROUNDS):
        waiter = sale.ask(str(uuid4()), if_short="wait", email="w@example.org").body
        assert waiter["status"] == "waiting"
        sale.arm(point)
        wait_until(cancelled(sale.product, mine), SERVES_S_MAX, "the cancel")
        assert sale.crashed(point)
        wait_until(stands(sale.product, waiter, "offered"), SERVES_S_MAX, "the offer")
        mine = waiter
    judge(sale.organiser, sale.slug, sale.outcomes)


def test_a_life_that_ends_as_it_begins_is_followed_by_another(armed: Callable[[str], Armed]) -> None:
    sale = armed("at-opening")
    sale.plan(2)
    sale.arm("after-opening")
    sale.arm("before-append")
    sale.ask(str(uuid4()))
    assert all(sale.crashed(point) for point in POINTS)
    sale.ask(str(uuid4()))
    judge(sale.organiser, sale.slug, sale.outcomes)


def cancelled(product: Product, told: Any) -> Callable[[], bool]:
    return lambda: product.cancel(told).status in (200, 404)


def stands(product: Product, told: Any, status: str) -> Callable[[], bool]:
    return lambda: bool(product.reservation(told).body["status"] == status)

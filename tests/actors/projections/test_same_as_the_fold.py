"""Whatever an inventory decides, in whatever batches it is told: the read models say what its own fold says."""

from random import Random
from typing import Any, get_args

import pytest

from actors.messages.refusals import Refused
from actors.messages.seats import (
    Cancel,
    CancelSeats,
    Configuration,
    Configure,
    Confirm,
    CutQuota,
    Expire,
    Extend,
    Keep,
    Line,
    Reserve,
    SeatTerms,
)
from actors.projections.projection import Projection
from actors.seats.events import SeatEvent
from actors.seats.inventory import Inventory
from actors.seats.kind import SEATS as KIND
from gateway.views import SqliteViews
from tests.actors.projections.given import CID, SEATS, rid, stored

PRICES = {"stgeneral0": 12_500, "stdinner00": 4_000}
SEEDS = range(30)
STEPS = 150


class Story:
    """Commands drawn at random, about reservations that each have a fresh id, and what came of them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.state: Inventory = KIND.initial()
        self.events: list[Any] = []
        self.made: list[tuple[str, tuple[Line, ...]]] = []
        self.reserved = 0
        self.version = 0
        self.now_ms = 0
        self._decide(self._configure("published"))
        for _ in range(STEPS):
            self.now_ms += self.random.randrange(60_000)
            self._decide(self._command())

    def _decide(self, command: Any) -> None:
        outcome = KIND.decide(self.state, command, self.now_ms)
        if not isinstance(outcome, Refused):
            for event in outcome:
                KIND.evolve(self.state, event, self.now_ms)
            self.events += outcome
            if isinstance(command, Reserve):
                lines = (Line(name, number, number, PRICES[name]) for name, number in command.items.items())
                self.made.append((command.reservation, tuple(lines)))

    def _command(self) -> Any:
        draw = self.random.random()
        if draw < 0.4 or not self.made:
            return self._reserve()
        if draw < 0.44:
            return self._configure(self.random.choice(["published"] * 8 + ["unpublished", "cancelled"]))
        if draw < 0.47:
            return CutQuota(self.random.choice(list(PRICES)), self.random.randrange(8))
        name, lines = self.random.choice(self.made[-15:])
        return self.random.choice(
            [
                Cancel(name),
                Cancel(name),
                Extend(name),
                Keep(name, self.now_ms + 200_000),
                Confirm(name, lines),
                CancelSeats(name, {lines[0].seat_type: 1}),
                Expire(name, self.state.standing[name].lease if name in self.state.standing else 1),
                Expire(name, self.state.standing[name].lease if name in self.state.standing else 1),
            ]
        )

    def _reserve(self) -> Reserve:
        chosen = self.random.sample(list(PRICES), self.random.choice([1, 1, 2]))
        items = {seat_type: self.random.randint(1, 3) for seat_type in chosen}
        self.reserved += 1
        fewer, wait, keep = (self.random.random() < chance for chance in (0.3, 0.8, 0.5))
        return Reserve(rid(f"n{self.reserved}"), "", items, fewer, wait, keep, "p1")

    def _configure(self, state: Any) -> Configure:
        self.version += 1
        policy: Any = self.random.choice(["strict", "first_fit"])
        terms = tuple(
            SeatTerms(seat_type, "admission", price, self.random.randint(8, 12)) for seat_type, price in PRICES.items()
        )
        return Configure(Configuration(self.version, state, "EUR", policy, 60_000, 120_000, 20, 0, terms))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_read_models_say_what_the_inventory_says(projection: Projection, views: SqliteViews, seed: int) -> None:
    story = Story(seed)
    version = 0
    while version < len(story.events):
        piece = story.events[version : version + story.random.choice([1, 3, 40])]
        version = projection.apply(SEATS, stored(*piece, after=version)).version
    same_seats(story.state, views)
    same_reservations(story.state, views)


def test_the_stories_meet_every_event() -> None:
    met = {type(event) for seed in SEEDS for event in Story(seed).events}
    assert met == set(get_args(SeatEvent))


def same_seats(state: Inventory, views: SqliteViews) -> None:
    row = views.availability(CID)
    assert row is not None
    selling = state.configuration.state == "published"
    told = {name: (seats.quota, seats.available, seats.waiting) for name, seats in row.seat_types.items()}
    assert told == {
        stock.id: (stock.quota, max(0, stock.available()) if selling else 0, stock.waiting)
        for stock in state.stocks.values()
    }


def same_reservations(state: Inventory, views: SqliteViews) -> None:
    rows, _ = views.reservations(CID, None, "", 200)
    standing = {row.id: row for row in rows if row.status not in ("expired", "cancelled")}
    assert {name: (row.status, row.lines, row.expires_at_ms) for name, row in standing.items()} == {
        name: (known.status, known.lines, known.expires_at_ms) for name, known in state.standing.items()
    }
    waiting = [waiter.reservation for waiter in state.waiters()]
    listed, _ = views.wait_list(CID, "", 200)
    assert [(row.reservation, row.position) for row in listed] == list(zip(waiting, range(1, 200), strict=False))
    assert {row.id: row.position for row in rows if row.status == "waiting"} == {
        name: index for index, name in enumerate(waiting, 1)
    }

"""Long walks of a busy sale, each from a seed, through the checks of the machine; and that they see rare things."""

import random
from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from actors.messages.seats import Configuration, Reserve, SeatTerms
from tests.actors.seats.test_machine import TYPES, InventoryMachine

STEPS = 120
SEEDS = range(60)


class Walk(InventoryMachine):
    """The machine, driven by a seed towards full houses and long lists."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.rng = random.Random(seed)
        self.number = 0
        self.seen: Counter[str] = Counter()
        self.open(configuration=self.some_configuration(), quotas=[self.rng.randint(1, 6) for _ in TYPES])

    def command(self, command: Any) -> Any:
        outcome = super().command(command)
        if isinstance(outcome, tuple) and outcome:
            self.seen[f"{type(command).__name__}: " + ", ".join(type(event).__name__ for event in outcome[:3])] += 1
        return outcome

    def mostly(self, usual: Any, *others: Any) -> Any:
        return usual if self.rng.random() < 0.85 else self.rng.choice(others)

    def some_configuration(self) -> Configuration:
        needs_admission = self.rng.random() < 0.5
        seat_types = tuple(
            SeatTerms(
                name,
                "admission" if name == "general" else "event",
                100,
                self.rng.randint(0, 8),
                self.mostly(None, self.now_ms + 200, self.now_ms - 10),
                self.mostly(None, self.now_ms + 900, self.now_ms + 200),
                self.mostly(None, 2),
                name == "dinner" and needs_admission,
                self.rng.random() < 0.03,
            )
            for name in TYPES
        )
        return Configuration(
            0,
            self.mostly("published", "published", "unpublished", "archived", "cancelled"),
            "EUR",
            self.rng.choice(["strict", "first_fit"]),
            self.rng.choice([50, 200]),
            self.rng.choice([80, 400]),
            self.mostly(0, 4),
            self.mostly(0, 2),
            seat_types,
        )

    def some_items(self) -> dict[str, int]:
        return {name: self.rng.randint(1, 3) for name in self.rng.sample(TYPES, self.rng.choice([1, 1, 1, 2, 2, 3]))}

    def step(self) -> None:
        pick = self.rng.randint(0, 1_000)
        self.number += 1
        name = f"r{self.number}"
        match self.rng.choices(range(10), [45, 9, 10, 4, 4, 4, 4, 14, 3, 4])[0]:
            case 0:
                chance = self.rng.random
                self.reserve(
                    Reserve(
                        name, self.mostly("", "a"), self.some_items(), chance() < 0.3, chance() < 0.8, chance() < 0.5
                    )
                )
            case 1:
                self.cancel(pick=pick)
            case 2:
                self.confirm(pick=pick)
            case 3:
                self.confirm_what_has_expired(name=name, items=self.some_items())
            case 4:
                self.extend(pick=pick)
            case 5:
                self.keep(pick=pick, span_ms=self.rng.randint(0, 500))
            case 6:
                self.expire(pick=pick, older=self.rng.choice([0, 0, 1, 3]))
            case 7:
                self.time_passes(span_ms=self.rng.choice([1, 30, 60, 200]))
            case 8:
                self.time_passes_and_the_timer_is_late(span_ms=self.rng.choice([30, 60, 200]))
            case _:
                self.some_administration(pick)

    def some_administration(self, pick: int) -> None:
        current = self.state.configuration
        name = self.rng.choice(TYPES)
        match self.rng.choice(["raise", "raise", "cut", "policy", "give back", "close", "all"]):
            case "raise":
                self.configure(replace(current, seat_types=self.terms(**{name: self.naive.quota[name] + 2})))
            case "cut":
                self.cut_quota(name, max(0, self.naive.taken(name) + self.rng.randint(-1, 1)))
            case "policy":
                policy = self.rng.choice(["strict", "first_fit"])
                self.configure(replace(current, policy=policy, seat_types=self.terms()))
            case "close":
                self.configure(replace(current, state="cancelled", seat_types=self.terms()))
                self.configure(replace(current, seat_types=self.terms()))
            case "give back":
                self.cancel_seats(pick=pick, items=self.some_items())
            case _:
                renewed = self.some_configuration()
                quotas = {kind: self.naive.taken(kind) + self.rng.randint(0, 2) for kind in TYPES}
                seat_types = tuple(replace(terms, quota=quotas[terms.id]) for terms in renewed.seat_types)
                self.configure(replace(renewed, seat_types=seat_types))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_busy_sale_keeps_all_rules(seed: int) -> None:
    walk = Walk(seed)
    for number in range(STEPS):
        walk.step()
        walk.counts_agree_with_the_naive_model()
        if number % 10 == 0:
            walk.the_state_is_the_fold_of_the_log()


def test_walks_see_what_is_rare() -> None:
    seen: Counter[str] = Counter()
    for seed in range(100, 140):
        walk = Walk(seed)
        for _ in range(STEPS):
            walk.step()
        seen += walk.seen
    for rare in (
        "Cancel: SeatsReleased, SeatsOffered, SeatsOffered",
        "Cancel: WaitListLeft, SeatsOffered",
        "Configure: InventoryConfigured, SeatsOffered, SeatsOffered",
        "Configure: InventoryConfigured, WaitListClosed",
        "Expire: SeatsReleased, WaitListJoined, SeatsOffered",
        "Expire: SeatsReleased, WaitListLeft",
        "Expire: WaitListLeft",
        "Reserve: WaitListJoined, SeatsOffered",
    ):
        assert any(key.startswith(rare) for key in seen), rare

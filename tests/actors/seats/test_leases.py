"""The deadlines: overtaken leases never show and never pile up, and looking does not walk them all."""

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from actors.seats import leases as module
from actors.seats.leases import Leases


def bearing(lease: int) -> Any:
    return SimpleNamespace(lease=lease)


def test_the_earliest_live_deadline_is_known_while_others_come_and_go() -> None:
    rng = random.Random(7)
    leases, standing = Leases(), dict[str, Any]()
    for lease in range(1, 2_000):
        name = f"r{rng.randint(1, 60)}"
        if name in standing and rng.random() < 0.5:
            del standing[name]
            leases.drop_one(standing)
        else:
            overtakes = name in standing
            standing[name] = SimpleNamespace(lease=lease, expires_at_ms=rng.randint(1, 500))
            add = leases.add_hold if rng.random() < 0.7 else leases.add
            add(standing[name].expires_at_ms, lease, name)
            if overtakes:
                leases.drop_one(standing)
        live = sorted((each.expires_at_ms, each.lease, name) for name, each in standing.items())
        assert leases.earliest_ms() == (live[0][0] if live else 0)
        assert leases.passed(250, 5, standing) == [each for each in live if each[0] <= 250][:5]


@pytest.mark.parametrize("add", [Leases.add, Leases.add_hold])
def test_overtaken_leases_are_cleared_away_once_they_are_the_most(
    monkeypatch: pytest.MonkeyPatch, add: Callable[[Leases, int, int, str], None]
) -> None:
    monkeypatch.setattr(module, "STALE_MIN", 10)
    leases, standing = Leases(), {f"r{n}": bearing(n) for n in range(1_000)}
    for n in range(1_000):
        add(leases, n, n, f"r{n}")
    for n in range(999, 0, -1):
        del standing[f"r{n}"]
        leases.drop_one(standing)
    assert len(leases) <= 2 * 10


@pytest.mark.parametrize("add", [Leases.add, Leases.add_hold])
def test_a_look_at_what_has_passed_touches_as_many_leases_as_it_finds(
    add: Callable[[Leases, int, int, str], None],
) -> None:
    class Counted(dict[str, Any]):
        touched = 0

        def get(self, key: str, default: Any = None) -> Any:
            Counted.touched += 1
            return super().get(key, default)

    leases, standing = Leases(), Counted({f"r{n}": bearing(n) for n in range(1, 50_001)})
    for n in range(1, 50_001):
        add(leases, n, n, f"r{n}")
    assert len(leases.passed(100_000, 20, standing)) == 20
    assert Counted.touched == 20
    assert len(leases) == 50_000


def test_nothing_has_passed_when_there_are_no_leases() -> None:
    assert Leases().passed(10, 10, {}) == []
    assert Leases().earliest_ms() == 0

"""The two policies: who is served, in which order, and that serving looks at heads only, however long the list."""

import random
from collections.abc import Iterator

import pytest

from actors.messages.seats import Policy
from actors.seats import waitlist
from actors.seats.waitlist import FirstFit, Strict, Waiter, WaitList, wait_list

POLICIES: list[Policy] = ["strict", "first_fit"]


def waiter(sequence: int, **wanted: int) -> Waiter:
    return Waiter(f"w{sequence}", sequence, tuple(wanted.items()), False, False, "")


class CountedTurns:
    """Serves whom the free seats fit and counts how often it was asked."""

    def __init__(self, without_hope: frozenset[int] = frozenset(), **free: int) -> None:
        self.free = free
        self.without_hope = without_hope
        self.served: list[int] = []
        self.asked = 0

    def ends(self, waiter: Waiter) -> bool:
        self.asked += 1
        return waiter.sequence in self.without_hope

    def takes(self, waiter: Waiter) -> bool:
        if any(quantity > self.free.get(name, 0) for name, quantity in waiter.wanted):
            return False
        for name, quantity in waiter.wanted:
            self.free[name] -= quantity
        self.served.append(waiter.sequence)
        return True


def naive(policy: Policy, waiters: list[Waiter], turns: CountedTurns) -> list[int]:
    """The same by walking the whole list."""
    blocked: set[str] = set()
    for each in waiters:
        names = {name for name, _ in each.wanted}
        if each.sequence in turns.without_hope:
            continue
        if not (policy == "strict" and blocked & names) and turns.takes(each):
            continue
        blocked |= names
    return turns.served


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("seed", range(40))
def test_any_list_is_served_as_if_it_were_walked(policy: Policy, seed: int) -> None:
    rng = random.Random(seed)
    waiters = [
        waiter(sequence, **{name: rng.randint(1, 3) for name in rng.sample("abc", rng.randint(1, 3))})
        for sequence in range(1, 40)
    ]
    waiting = wait_list(policy, waiters)
    gone = rng.sample(waiters, 12)
    for each in gone:
        waiting.leave(each)
    left = [each for each in waiters if each not in gone]
    free = {name: rng.randint(0, 12) for name in "abc"}
    hopeless = frozenset(each.sequence for each in rng.sample(left, 3))
    turns = CountedTurns(hopeless, **free)
    waiting.serve("abc", turns)
    assert len(waiting) == len(left)
    assert turns.served == naive(policy, left, CountedTurns(hopeless, **free))


@pytest.mark.parametrize("policy", POLICIES)
def test_serving_one_seat_asks_as_few_of_a_long_list_as_of_a_short_one(policy: Policy) -> None:
    asked = []
    for length in (100, 50_000):
        waiting = wait_list(policy, [waiter(n, general=1 + n % 4, dinner=1) for n in range(1, length + 1)])
        turns = CountedTurns(general=1, dinner=1)
        waiting.serve(["general", "dinner"], turns)
        asked.append(turns.asked)
    assert asked[0] == asked[1] <= 8


@pytest.mark.parametrize("policy", POLICIES)
def test_serving_many_asks_a_few_for_each_that_is_served(policy: Policy) -> None:
    waiting = wait_list(policy, [waiter(n, general=1) for n in range(1, 20_001)])
    turns = CountedTurns(general=500)
    waiting.serve(["general"], turns)
    assert len(turns.served) == 500
    assert turns.asked == 501


class CountedQueue:
    """Stands in for a queue's view in order: counts the entries that are walked over."""

    def __init__(self, waiters: list[Waiter]) -> None:
        self.waiters = waiters
        self.touched = 0

    def __iter__(self) -> Iterator[Waiter]:
        for each in self.waiters:
            self.touched += 1
            yield each


def test_a_queue_is_walked_no_further_than_to_the_first_who_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = CountedQueue([waiter(n, general=1) for n in range(1, 1_001)])
    monkeypatch.setattr(waitlist._Fronts, "_line", lambda self, seat_type: iter(counted))
    Strict().serve(["general"], CountedTurns(general=3))
    assert counted.touched == 4


@pytest.mark.parametrize("policy", POLICIES)
def test_the_head_is_found_at_once_after_very_many_have_left(policy: Policy) -> None:
    waiters = [waiter(n, general=1) for n in range(1, 10_001)]
    waiting = wait_list(policy, waiters)
    for each in waiters[:-1]:
        assert waiting.head("general") is each
        waiting.leave(each)
    assert waiting.head("general") is waiters[-1]
    waiting.leave(waiters[-1])
    assert waiting.head("general") is None
    assert len(waiting) == 0


@pytest.mark.parametrize("policy", POLICIES)
def test_serving_changes_nothing(policy: Policy) -> None:
    waiting = wait_list(policy, [waiter(n, general=1) for n in range(1, 6)])
    for _ in range(2):
        turns = CountedTurns(general=3)
        waiting.serve(["general"], turns)
        assert turns.served == [1, 2, 3]


@pytest.mark.parametrize("policy", POLICIES)
def test_who_joins_in_the_same_decision_comes_last(policy: Policy) -> None:
    waiting = wait_list(policy, [waiter(1, general=1), waiter(2, dinner=1)])
    turns = CountedTurns(general=2, dinner=0)
    waiting.serve(["general"], turns, waiter(3, general=1))
    assert turns.served == [1, 3]
    blocked = CountedTurns(general=2, dinner=0)
    waiting.serve(["general"], blocked, waiter(3, general=1, dinner=1))
    assert blocked.served == [1]


@pytest.mark.parametrize(("waiting", "leads"), [(Strict(), False), (FirstFit(), True)])
def test_a_head_leads_when_the_policy_lets_nobody_stand_before_it(waiting: WaitList, leads: bool) -> None:
    crossed = waiter(2, general=1, dinner=1)
    waiting.join(waiter(1, dinner=1))
    waiting.join(crossed)
    assert waiting.head("general") is crossed
    assert waiting.leads(crossed) is leads

"""Deadlines, snapshots, and what a decision costs as orders grow."""

import random
import time
from typing import Any

from actors.messages.orders import CheckIn, Lapse, NoteSecured
from actors.orders.kind import ORDERS
from actors.orders.lapses import Lapses
from actors.orders.state import Orders
from actors.orders.wishes import UNDER_WAY_MAX
from tests.actors.orders.given import CID, EXPIRES_MS, OPEN, ORDER, TERMS, paid, placing, terms


def carry_out(state: Orders, command: Any) -> None:
    outcome = ORDERS.decide(state, command, 0)
    assert isinstance(outcome, tuple), outcome
    for event in outcome:
        ORDERS.evolve(state, event, 0)


def journey(name: str) -> list[Any]:
    """One order from its placing to its check-in."""
    order = f"{CID}-o{name}"
    return [placing(name), paid(name=name), NoteSecured(order, 1), CheckIn(order, "1")]


def test_the_earliest_deadline_of_those_that_wait_is_next_and_those_passed_come_in_order() -> None:
    deadlines = list(range(100))
    random.Random(5).shuffle(deadlines)
    lapses, waiting = Lapses(), {f"o{at_ms}" for at_ms in range(100)}
    for at_ms in deadlines:
        lapses.add(at_ms, f"o{at_ms}")
    waiting -= {"o0", "o1", "o3", "o50"}
    lapses.settle(waiting.__contains__)
    assert lapses.earliest_ms() == 2
    assert lapses.passed(5, 10, waiting.__contains__) == ["o2", "o4", "o5"]
    assert lapses.passed(99, 2, waiting.__contains__) == ["o2", "o4"]
    assert lapses.passed(1, 10, waiting.__contains__) == []


def test_orders_of_one_deadline_lapse_in_as_many_turns_as_it_takes() -> None:
    state = OPEN.after(*(placing(f"n{number}") for number in range(7))).state
    assert len(ORDERS.due(state, EXPIRES_MS, 5)) == 5


def test_not_more_wishes_are_under_way_than_the_limit_and_the_oldest_come_first() -> None:
    state = OPEN.state
    count = UNDER_WAY_MAX + 5
    for number in range(count):
        for command in (placing(f"n{number}"), paid(name=f"n{number}")):
            carry_out(state, command)
    wishes = ORDERS.wishes(state)
    assert [wish.name for wish in wishes] == [f"secure/{CID}-on{number}" for number in range(UNDER_WAY_MAX)]


def test_a_snapshot_goes_on_as_the_log_would() -> None:
    past = (
        OPEN.after(placing(), placing("bob"), placing("eve", expires_at_ms=EXPIRES_MS + 9))
        .after(paid(), paid(name="bob"), NoteSecured(ORDER, 1))
        .after(CheckIn(ORDER, "1", "north"), at=5)
    )
    thawed = ORDERS.thaw(ORDERS.freeze(past.state))
    assert ORDERS.freeze(thawed) == ORDERS.freeze(past.state)
    assert ORDERS.next_deadline_ms(thawed) == EXPIRES_MS + 9
    assert ORDERS.due(thawed, EXPIRES_MS + 9, 5) == [Lapse(f"{CID}-oeve")]
    assert list(ORDERS.wishes(thawed)) == list(ORDERS.wishes(past.state))
    assert ORDERS.decide(thawed, placing("bob", order="c-ox"), 0) == ORDERS.decide(
        past.state, placing("bob", order="c-ox"), 0
    )
    assert thawed.terms == TERMS


def _cost_ns(orders: int) -> int:
    """The cheapest of some runs of one order from its placing to its check-in, among so many others."""
    state = ORDERS.initial()
    carry_out(state, terms(version=9))
    for number in range(orders):
        for command in journey(f"n{number}")[: 1 + number % 3]:
            carry_out(state, command)
    best = 10**12
    for number in range(300):
        commands = journey(f"m{number}")
        began = time.perf_counter_ns()
        for command in commands:
            carry_out(state, command)
            ORDERS.next_deadline_ms(state)
        best = min(best, time.perf_counter_ns() - began)
    return best


def test_the_cost_of_a_command_does_not_grow_with_the_orders() -> None:
    few, many = _cost_ns(200), _cost_ns(20_000)
    assert many < 3 * few, f"{few} ns among 200 orders, {many} ns among 20,000"

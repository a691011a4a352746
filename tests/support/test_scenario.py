"""The scenario fails when it should: shown with a kind of entity that misbehaves on demand."""

from typing import Any, cast

import pytest
from msgspec import Struct

from actors.kernel.decider import Decider
from actors.messages.refusals import Refused
from tests.support.scenario import Scenario


class Add(Struct, frozen=True, array_like=True, tag="add.1"):
    number: int


class Added(Struct, frozen=True, array_like=True, tag="added.1"):
    number: int


class Sum:
    """Adds numbers up; negative ones are refused, 13 is added while deciding, which is forbidden."""

    commands = Add
    events = Added

    def initial(self) -> list[int]:
        return []

    def decide(self, state: list[int], command: Add, now_ms: int) -> tuple[Added, ...] | Refused:
        if command.number == 13:
            state.append(13)
        if command.number < 0:
            return Refused("invalid", "negative", number=command.number)
        return (Added(command.number),) if command.number else ()

    def evolve(self, state: list[int], event: Added, at_ms: int) -> None:
        state.append(event.number)

    def answer(self, state: list[int], events: tuple[Added, ...], version: int) -> tuple[int, int]:
        return sum(state), version

    def unchanged(self, state: list[int], command: Add, version: int) -> tuple[int, int]:
        return sum(state), version

    def freeze(self, state: list[int]) -> bytes:
        return repr(state).encode()


EMPTY = Scenario(cast("Decider[list[int]]", Sum()))


def test_the_past_is_folded_in_order_and_scenarios_do_not_share_it() -> None:
    one = EMPTY.given(Added(1), Added(2))
    two = one.given(Added(3))
    assert (one.state, two.state, EMPTY.state) == ([1, 2], [1, 2, 3], [])


def test_commands_can_make_the_past_too() -> None:
    assert EMPTY.after(Add(1), Add(2)).state == [1, 2]


def test_a_refused_command_makes_no_past() -> None:
    with pytest.raises(AssertionError):
        EMPTY.after(Add(-1))


def test_events_are_compared_exactly_and_in_order() -> None:
    outcome = EMPTY.when(Add(5))
    outcome.then(Added(5))
    for wrong in [(), (Added(6),), (Added(5), Added(5))]:
        with pytest.raises(AssertionError):
            outcome.then(*cast(Any, wrong))


def test_a_refusal_is_compared_by_reason_and_the_named_fields() -> None:
    EMPTY.when(Add(-1)).refused("invalid", number=-1)
    for reason, number in [("sold-out", -1), ("invalid", -2)]:
        with pytest.raises(AssertionError):
            EMPTY.when(Add(-1)).refused(reason, number=number)
    with pytest.raises(AssertionError):
        EMPTY.when(Add(1)).refused("invalid")


def test_a_decision_that_changes_the_state_is_caught() -> None:
    with pytest.raises(AssertionError, match="changed the state"):
        EMPTY.when(Add(13))


def test_the_reply_is_made_from_the_state_after_the_events() -> None:
    EMPTY.given(Added(2)).when(Add(5)).answered((7, 2))
    EMPTY.given(Added(2)).when(Add(0)).answered((2, 1))
    with pytest.raises(AssertionError):
        EMPTY.given(Added(2)).when(Add(5)).answered((2, 2))

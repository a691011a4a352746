"""Given this past, when these commands come, then these events or this refusal: for any kind of entity.

Commands and events go through their bytes on the way, and a decision that changes the
state it decides on fails the test.
"""

from typing import Any, Generic

from actors.kernel.decider import Decider, State
from actors.messages.codec import Decoder, encode
from actors.messages.refusals import Refused


class Scenario(Generic[State]):
    """A kind of entity and its past: events, each with its time in ms. Immutable: each step makes a new one."""

    def __init__(self, decider: Decider[State], past: tuple[tuple[Any, int], ...] = ()) -> None:
        self.decider = decider
        self.past = past

    def given(self, *events: Any, at: int = 0) -> "Scenario[State]":
        """The past with these events after it."""
        return Scenario(self.decider, (*self.past, *((event, at) for event in events)))

    def after(self, *commands: Any, at: int = 0) -> "Scenario[State]":
        """The past with whatever these commands cause after it; none of them may be refused."""
        scenario = self
        for command in commands:
            outcome = scenario.when(command, at=at).outcome
            assert not isinstance(outcome, Refused), outcome
            scenario = scenario.given(*outcome, at=at)
        return scenario

    @property
    def state(self) -> State:
        """The fold of the past."""
        state = self.decider.initial()
        for event, at_ms in self.past:
            self.decider.evolve(state, event, at_ms)
        return state

    def when(self, command: Any, at: int = 0) -> "Outcome[State]":
        """Decides one command at that time in ms."""
        state = self.state
        before = self.decider.freeze(state)
        read: Decoder[Any] = Decoder(self.decider.commands)
        outcome = self.decider.decide(state, read(encode(command)), at)
        assert self.decider.freeze(state) == before, "a decision changed the state"
        return Outcome(self, command, outcome, at)


class Outcome(Generic[State]):
    """What a command led to."""

    def __init__(self, scenario: Scenario[State], command: Any, outcome: tuple[Any, ...] | Refused, at: int) -> None:
        self._scenario = scenario
        self._command = command
        self._at = at
        self.outcome = outcome

    def then(self, *events: Any) -> "Outcome[State]":
        """Exactly these events, in this order; none at all when the command had nothing left to do."""
        assert self.outcome == events
        read: Decoder[Any] = Decoder(self._scenario.decider.events)
        assert tuple(read(encode(event)) for event in events) == events
        return self

    def refused(self, reason: str, **expected: Any) -> None:
        """This refusal, with these fields."""
        assert isinstance(self.outcome, Refused), self.outcome
        assert self.outcome.reason == reason, self.outcome
        assert {name: getattr(self.outcome, name) for name in expected} == expected

    def answered(self, reply: Any) -> None:
        """This reply, both at once and from the state as it is after the events."""
        assert not isinstance(self.outcome, Refused), self.outcome
        scenario = self._scenario.given(*self.outcome, at=self._at)
        decider, version = scenario.decider, len(scenario.past)
        if self.outcome:
            assert decider.answer(scenario.state, self.outcome, version) == reply
        else:
            assert decider.unchanged(scenario.state, self._command, version) == reply

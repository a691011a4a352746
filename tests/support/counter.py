"""The smallest kind of entity that has everything: a counter with deadlines, wishes and consultations.

Used to test the shell and the entity around it without any of the product's rules.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from actors.kernel.decider import Wish
from actors.messages.refusals import Refused


class Add(Struct, frozen=True, array_like=True, tag="add.1"):
    """Adds ``amount``; refused above 100; 0 changes nothing."""

    amount: int


class AddLater(Struct, frozen=True, array_like=True, tag="add-later.1"):
    """Adds 1 at a deadline."""

    at_ms: int


class Double(Struct, frozen=True, array_like=True, tag="double.1"):
    """Adds the count to itself, one at a time: several events in one decision."""


class Fire(Struct, frozen=True, array_like=True, tag="fire.1"):
    """A deadline has passed."""

    at_ms: int


class AskFirst(Struct, frozen=True, array_like=True, tag="ask-first.1"):
    """Adds ``amount`` when the other entity agrees."""

    amount: int


CounterCommand = Add | AddLater | Double | Fire | AskFirst


class Added(Struct, frozen=True, array_like=True, tag="added.2"):
    """The count grew by ``amount``."""

    amount: int


class Planned(Struct, frozen=True, array_like=True, tag="planned.1"):
    """One more will be added at ``at_ms``."""

    at_ms: int


class Fired(Struct, frozen=True, array_like=True, tag="fired.1"):
    """The planned one was added."""

    at_ms: int


CounterEvent = Added | Planned | Fired


class Count(Struct, frozen=True, array_like=True, tag="count.1"):
    """The count after a command."""

    count: int
    version: int


class State:
    """A count and its planned deadlines."""

    def __init__(self) -> None:
        self.count = 0
        self.planned: list[int] = []


class Counter:
    """Satisfies ``Decider``. ``wish`` makes every count a wish of the other entity, to be granted before answers."""

    kind = "counter"
    fold_version = 1
    commands: Any = CounterCommand
    events: Any = CounterEvent
    replies: Any = Count | Refused
    asks_first: tuple[type, ...] = (AskFirst,)
    wants_room: tuple[type, ...] = (Double,)
    answers_from_state = True

    def __init__(self, *, wish: bool = False) -> None:
        self.lifts: dict[str, Any] = {"added.1": lambda fields: ["added.2", fields[0] * 10]}
        self._wish = wish

    def initial(self) -> State:
        return State()

    def decide(self, state: State, command: CounterCommand, now_ms: int) -> tuple[CounterEvent, ...] | Refused:
        match command:
            case Add(amount=amount) | AskFirst(amount=amount):
                if state.count + amount > 100:
                    return Refused("sold-out", "no more than 100", number=state.count)
                return (Added(amount),) if amount else ()
            case AddLater(at_ms=at_ms):
                return (Planned(at_ms),)
            case Double():
                return tuple(Added(1) for _ in range(state.count))
            case Fire(at_ms=at_ms):
                return (Fired(at_ms),) if at_ms in state.planned else ()

    def evolve(self, state: State, event: CounterEvent, at_ms: int) -> None:
        match event:
            case Added(amount=amount):
                state.count += amount
            case Planned(at_ms=at):
                state.planned.append(at)
            case Fired(at_ms=at):
                state.planned.remove(at)
                state.count += 1

    def answer(self, state: State, events: Sequence[CounterEvent], version: int) -> Count:
        return Count(state.count, version)

    def unchanged(self, state: State, command: CounterCommand, version: int) -> Count:
        return Count(state.count, version)

    def next_deadline_ms(self, state: State) -> int:
        return min(state.planned, default=0)

    def due(self, state: State, now_ms: int, limit: int) -> list[Fire]:
        return [Fire(at_ms) for at_ms in sorted(state.planned) if at_ms <= now_ms][:limit]

    def consult(self, state: State, command: CounterCommand) -> Wish | None:
        if isinstance(command, AskFirst) and state.count + command.amount <= 100:
            return Wish("may-i", state.count, "counter-other", Add(command.amount), fresh=True)
        return None

    def informed(self, command: CounterCommand, reply: Count) -> CounterCommand:
        return command

    def wishes(self, state: State) -> Sequence[Wish]:
        if not self._wish or not state.count:
            return ()
        return (Wish("mirror", state.count, "counter-other", Add(state.count), before_answers=True),)

    def granted(self, state: State, wish: Wish, reply: Any) -> Any | None:
        return None

    def then(self, state: State, version: int, after: str, limit: int) -> tuple[Count, str]:
        return Count(state.count, version), ""

    def freeze(self, state: State) -> bytes:
        return msgspec.msgpack.encode((state.count, state.planned))

    def thaw(self, frozen: bytes) -> State:
        state = State()
        state.count, state.planned = msgspec.msgpack.decode(frozen)
        return state

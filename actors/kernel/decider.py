"""What a kind of entity is: pure functions over a state that its events fold into.

The shell (``actors.kernel.shell``) is the same for all kinds and calls nothing but this.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from actors.messages.refusals import Refused

State = TypeVar("State")


class Wish(NamedTuple):
    """A command that this entity wants another to carry out, sent again until that one has answered.

    ``stamp`` tells one wish of a name from the next; the key towards the other is made of this entity's stream,
    name and stamp, so that a wish sent by two lives of the entity is one command. ``fresh`` wishes get a key of
    their own in each life: for commands that change nothing when they are repeated.
    ``before_answers``: nobody who commands this entity gets an answer while the wish is open.
    """

    name: str
    stamp: int
    stream: str
    command: Any
    before_answers: bool = False
    fresh: bool = False


class Decider(Protocol[State]):
    """One kind of entity. Commands, events and replies are the kind's own message unions."""

    kind: str
    """Prefix of its streams, as in ``seats-<conference>``."""

    fold_version: int
    """Grows whenever ``evolve`` or the frozen form changes: older snapshots are dropped."""

    commands: Any
    """The union of its commands."""

    events: Any
    """The union of its events, current shapes only."""

    lifts: dict[str, Any]
    """Upcasters: an old tag to a function from the old event's fields (list) to the next shape's ``[tag, …]``."""

    wants_room: tuple[type, ...]
    """Commands refused while the disk is nearly full; the others go on with what is left."""

    def initial(self) -> State:
        """The state before the first event."""
        ...

    def decide(self, state: State, command: Any, now_ms: int) -> tuple[Any, ...] | Refused:
        """Events that the command causes now, ``()`` when nothing is left to do, or why not. Changes nothing."""
        ...

    def evolve(self, state: State, event: Any, at_ms: int) -> None:
        """Takes the event into the state, in place, in the time of what it touches."""
        ...

    def answer(self, state: State, events: Sequence[Any], version: int) -> Any:
        """The reply for a decision's events; the last of them has ``version``.

        ``state`` is the fold up to ``version`` when ``answers_from_state``; else any later one.
        """
        ...

    answers_from_state: bool
    """Whether a repeated key's answer needs the state as it stood (costs a fold; for kinds with short logs)."""

    def unchanged(self, state: State, command: Any, version: int) -> Any:
        """The reply for a command that caused no event."""
        ...

    def next_deadline_ms(self, state: State) -> int:
        """The earliest deadline; 0 when there is none."""
        ...

    def due(self, state: State, now_ms: int, limit: int) -> list[Any]:
        """Commands for at most ``limit`` deadlines that have passed (each a no-op if it no longer applies)."""
        ...

    asks_first: tuple[type, ...]
    """Commands that ``consult`` has to look at."""

    def consult(self, state: State, command: Any) -> Wish | None:
        """What another entity must agree to before this command is decided; its refusal becomes the answer.

        ``None`` also for a command that would be refused anyway. A command that needs leave and has none (an earlier
        one of its batch made it possible) must be refused by ``decide``: only ``informed`` says that leave was given.
        """
        ...

    def informed(self, command: Any, reply: Any) -> Any:
        """The command with what the consultation told (a reply that is no refusal) put in."""
        ...

    def wishes(self, state: State) -> Sequence[Wish]:
        """What the state wants of others now."""
        ...

    def granted(self, state: State, wish: Wish, reply: Any) -> Any | None:
        """The command to itself that records an answered wish; ``None`` when nothing is to be recorded."""
        ...

    replies: Any
    """The union of replies that its wishes are answered with."""

    def then(self, state: State, version: int, after: str, limit: int) -> tuple[Any, str]:
        """The state for people, as a message; of what it has many of, ``limit`` from ``after`` on ("": from the start).

        The second is the place of the following part, "" when there is none. ``version``: of the last event in it.
        """
        ...

    def freeze(self, state: State) -> bytes:
        """The state as bytes, for a snapshot: ``thaw(freeze(s))`` decides as ``s`` does."""
        ...

    def thaw(self, frozen: bytes) -> State:
        """The state back from ``freeze``."""
        ...

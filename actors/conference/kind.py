"""A conference as a kind of entity, for the shell."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from actors.conference import answers, decider, evolve, snapshots, wishes
from actors.conference.events import ConferenceEvent
from actors.conference.state import Conference
from actors.kernel.decider import Decider, Wish
from actors.messages.conference import (
    ConferenceCommand,
    ConferenceStands,
    CreateConference,
    EditSeatType,
    SeatTypeStands,
)
from actors.messages.order_replies import OrdersConfigured
from actors.messages.refusals import Refused
from actors.messages.seats import SeatReply


class ConferenceKind:
    """Satisfies ``actors.kernel.decider.Decider``. A conference has no deadlines."""

    kind: str = "conference"
    fold_version: int = snapshots.FOLD_VERSION
    answers_from_state: bool = True
    asks_first: tuple[type, ...] = (EditSeatType,)
    wants_room: tuple[type, ...] = (CreateConference,)

    def __init__(self) -> None:
        self.commands: Any = ConferenceCommand
        self.events: Any = ConferenceEvent
        self.replies: Any = SeatReply | OrdersConfigured
        self.lifts: dict[str, Any] = {}  # No shape has been replaced yet.

    def initial(self) -> Conference:
        return Conference()

    def decide(
        self, state: Conference, command: ConferenceCommand, now_ms: int
    ) -> tuple[ConferenceEvent, ...] | Refused:
        return decider.decide(state, command)

    def evolve(self, state: Conference, event: ConferenceEvent, at_ms: int) -> None:
        evolve.evolve(state, event)

    def answer(
        self, state: Conference, events: Sequence[ConferenceEvent], version: int
    ) -> ConferenceStands | SeatTypeStands:
        assert state.version == version, (
            f"an answer of version {version} needs the state as of then, not {state.version}"
        )
        return answers.answer(state, events)

    def unchanged(
        self, state: Conference, command: ConferenceCommand, version: int
    ) -> ConferenceStands | SeatTypeStands:
        return answers.unchanged(state, command)

    def next_deadline_ms(self, state: Conference) -> int:
        return 0

    def due(self, state: Conference, now_ms: int, limit: int) -> list[Any]:
        return []

    def consult(self, state: Conference, command: ConferenceCommand) -> Wish | None:
        return wishes.consult(state, command)

    def informed(self, command: ConferenceCommand, reply: Any) -> ConferenceCommand:
        return structs.replace(command, granted=True) if isinstance(command, EditSeatType) else command

    def wishes(self, state: Conference) -> Sequence[Wish]:
        return wishes.wishes(state)

    def granted(self, state: Conference, wish: Wish, reply: Any) -> None:
        return None  # Their own logs say what is in force there.

    def then(self, state: Conference, version: int, after: str, limit: int) -> tuple[ConferenceStands, str]:
        return answers.stands(state), ""

    def freeze(self, state: Conference) -> bytes:
        return snapshots.freeze(state)

    def thaw(self, frozen: bytes) -> Conference:
        return snapshots.thaw(frozen)


CONFERENCE: Decider[Conference] = ConferenceKind()

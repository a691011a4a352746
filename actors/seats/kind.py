"""A seat inventory as a kind of entity, for the shell."""

from typing import Any

from actors.kernel.decider import Decider, Wish
from actors.messages.seats import Reserve, SeatCommand
from actors.seats.answers import answer, unchanged
from actors.seats.deadlines import due, next_deadline_ms
from actors.seats.decider import decide
from actors.seats.events import SeatEvent
from actors.seats.evolve import evolve
from actors.seats.inventory import Inventory
from actors.seats.snapshots import FOLD_VERSION, freeze, thaw
from actors.seats.then import then


class InventoryKind:
    """Satisfies ``actors.kernel.decider.Decider``. An inventory asks nothing of others."""

    kind: str = "seats"
    fold_version: int = FOLD_VERSION
    answers_from_state: bool = False
    asks_first: tuple[type, ...] = ()
    wants_room: tuple[type, ...] = (Reserve,)

    def __init__(self) -> None:
        self.commands: Any = SeatCommand
        self.events: Any = SeatEvent
        self.replies: Any = None
        self.lifts: dict[str, Any] = {}  # No shape has been replaced yet.

    initial = staticmethod(Inventory)
    decide = staticmethod(decide)
    evolve = staticmethod(evolve)
    answer = staticmethod(answer)
    unchanged = staticmethod(unchanged)
    next_deadline_ms = staticmethod(next_deadline_ms)
    due = staticmethod(due)
    then = staticmethod(then)
    freeze = staticmethod(freeze)
    thaw = staticmethod(thaw)

    def consult(self, state: Inventory, command: SeatCommand) -> Wish | None:
        return None

    def informed(self, command: SeatCommand, reply: Any) -> SeatCommand:
        return command

    def wishes(self, state: Inventory) -> tuple[Wish, ...]:
        return ()

    def granted(self, state: Inventory, wish: Wish, reply: Any) -> None:
        return None


SEATS: Decider[Inventory] = InventoryKind()

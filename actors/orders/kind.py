"""A conference's orders as a kind of entity, for the shell."""

from typing import Any

from actors.kernel.decider import Decider, Wish
from actors.messages.orders import OrderCommand, PlaceOrder
from actors.messages.seats import SeatReply
from actors.orders import wishes
from actors.orders.answers import answer, unchanged
from actors.orders.deadlines import due, next_deadline_ms
from actors.orders.decider import decide
from actors.orders.events import OrderEvent
from actors.orders.evolve import evolve
from actors.orders.snapshots import FOLD_VERSION, freeze, thaw
from actors.orders.state import Orders
from actors.orders.then import then


class OrdersKind:
    """Satisfies ``actors.kernel.decider.Decider``. Its wishes go to the inventory of the same conference."""

    kind: str = "orders"
    fold_version: int = FOLD_VERSION
    answers_from_state: bool = False
    asks_first: tuple[type, ...] = (PlaceOrder,)
    wants_room: tuple[type, ...] = (PlaceOrder,)

    def __init__(self) -> None:
        self.commands: Any = OrderCommand
        self.events: Any = OrderEvent
        self.replies: Any = SeatReply
        self.lifts: dict[str, Any] = {}  # No shape has been replaced yet.

    initial = staticmethod(Orders)
    decide = staticmethod(decide)
    evolve = staticmethod(evolve)
    answer = staticmethod(answer)
    unchanged = staticmethod(unchanged)
    next_deadline_ms = staticmethod(next_deadline_ms)
    due = staticmethod(due)
    consult = staticmethod(wishes.consult)
    informed = staticmethod(wishes.informed)
    wishes = staticmethod(wishes.wishes)
    then = staticmethod(then)
    freeze = staticmethod(freeze)
    thaw = staticmethod(thaw)

    def granted(self, state: Orders, wish: Wish, reply: Any) -> OrderCommand:
        return wishes.granted(wish, reply)


ORDERS: Decider[Orders] = OrdersKind()

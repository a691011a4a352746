"""A conference's orders between a forgetful provider and an inventory that answers late, twice, or after a death.

Every command and event goes through its bytes. The ledger beside it is naive: lists of seats, walked again each time.
"""

from dataclasses import dataclass, field
from typing import Any

from actors.kernel.decider import Wish
from actors.messages.codec import Decoder, encode
from actors.messages.refusals import Refused
from actors.messages.seats import Cancel, CancelSeats, Confirm, Confirmed, Line, Unchanged
from actors.orders.events import OrderEvent
from actors.orders.fees import given_back_minor
from actors.orders.kind import ORDERS
from actors.orders.state import Order

Sent = tuple[str, int]


@dataclass
class Inventory:
    """Confirms or refuses as the test says, each wish once; a repeated one gets its first answer again."""

    answered: dict[Sent, Any] = field(default_factory=dict)
    confirmed: dict[str, dict[str, int]] = field(default_factory=dict)

    def handle(self, wish: Wish, accepts: bool) -> Any:
        key = (wish.name, wish.stamp)
        if key not in self.answered:
            self.answered[key] = self._decide(wish.command, accepts)
        return self.answered[key]

    def _decide(self, command: Confirm | Cancel | CancelSeats, accepts: bool) -> Any:
        match command:
            case Confirm(reservation=reservation, lines=lines):
                if not accepts or reservation in self.confirmed:
                    return Refused("hold-expired", "gone")
                self.confirmed[reservation] = {line.seat_type: line.taken for line in lines}
                return Confirmed(reservation, lines, "EUR", 1)
            case Cancel(reservation=reservation):
                self.confirmed.pop(reservation, None)
            case CancelSeats(reservation=reservation) if reservation not in self.confirmed:
                return Refused("not-standing", "gone")  # The end of the whole order came before it.
            case CancelSeats(reservation=reservation, items=items):
                for seat_type, number in items.items():
                    self.confirmed[reservation][seat_type] -= number
        return Unchanged(1)


class BoxOffice:
    """The orders' state, its log, and what is on its way between them and the inventory."""

    def __init__(self) -> None:
        self.state = ORDERS.initial()
        self.log: list[tuple[bytes, int]] = []
        self.events: list[OrderEvent] = []
        self.inventory = Inventory()
        self.sent: dict[Sent, Wish] = {}
        self.now_ms = 1_000_000
        self._command: Decoder[Any] = Decoder(ORDERS.commands)
        self._event: Decoder[Any] = Decoder(ORDERS.events)

    def send(self, command: Any) -> Any:
        """Decides a command and takes its events; a refusal, or the events."""
        outcome = ORDERS.decide(self.state, self._command(encode(command)), self.now_ms)
        if not isinstance(outcome, Refused):
            for event in outcome:
                data = encode(event)
                self.log.append((data, self.now_ms))
                self.events.append(self._event(data))
                ORDERS.evolve(self.state, self._event(data), self.now_ms)
        for wish in ORDERS.wishes(self.state):
            self.sent[wish.name, wish.stamp] = wish
        return outcome

    def inventory_answers(self, sent: Sent, accepts: bool) -> None:
        """A wish that was sent at any time arrives, perhaps again, and its answer comes back."""
        wish = self.sent[sent]
        self.send(ORDERS.granted(self.state, wish, self.inventory.handle(wish, accepts)))

    def inventory_handles(self, sent: Sent, accepts: bool) -> None:
        """A wish arrives; its answer is lost."""
        self.inventory.handle(self.sent[sent], accepts)

    def die(self) -> None:
        """The process ends; the next one folds the log."""
        self.state = self.folded()

    def folded(self) -> Any:
        state = ORDERS.initial()
        for data, at_ms in self.log:
            ORDERS.evolve(state, self._event(data), at_ms)
        return state

    def expire(self, limit: int = 3) -> None:
        """The timer wakes it: one turn."""
        for command in ORDERS.due(self.state, self.now_ms, limit):
            self.send(command)


def lines(*prices: int) -> tuple[Line, ...]:
    """Seats of a type each, at these prices."""
    return tuple(Line(f"st{index}", 1, 1, price) for index, price in enumerate(prices))


@dataclass
class SeatAccount:
    """One seat in the naive ledger: its price, what went back of it, and what the organiser keeps of it."""

    price: int
    fee: int
    returned: int = 0
    valid: bool = True


class Account:
    """What an order should have left of its money, reckoned from what was agreed to."""

    def __init__(self, order: Order) -> None:
        self._fees = order.fees
        self.seats = [SeatAccount(seat.price_minor, seat.fee_minor) for seat in order.seats]

    def give_up(self, index: int, kept_bp: int | None) -> None:
        """By the rule, or (``None``) with all the money."""
        seat = self.seats[index]
        seat.valid = False
        kept = seat.price * kept_bp // 10_000 if kept_bp is not None else 0
        seat.returned = max(seat.returned, seat.price - kept)
        if kept_bp is None:
            seat.fee = 0 if self._fees.borne_by == "attendee" else seat.fee

    def give_back(self, amount: int) -> None:
        """Valid seats first, then the others, each in its order."""
        for seat in [s for s in self.seats if s.valid] + [s for s in self.seats if not s.valid]:
            part = min(amount, seat.price - seat.returned)
            seat.returned, amount = seat.returned + part, amount - part

    def left(self) -> int:
        return sum(self._left(seat) for seat in self.seats)

    def _left(self, seat: SeatAccount) -> int:
        price_left = seat.price - seat.returned
        if self._fees.borne_by == "organiser":
            return price_left
        return price_left + seat.fee - given_back_minor(self._fees, seat.price, seat.fee, 0, seat.returned)

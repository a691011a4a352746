"""The saga of order and payment with a death at every step: seats or the money back, once, the books balanced."""

from collections import Counter
from typing import Any

import pytest

from actors.messages.order_replies import OrderStands
from actors.messages.orders import (
    CancelSeat,
    ConfigureOrders,
    NameAttendee,
    NotePayment,
    NoteRefund,
    OrderTerms,
    PlaceOrder,
    SeatTypeTerms,
)
from actors.messages.seats import Configuration, Configure, Held, Reserve, SeatTerms
from actors.orders.answers import status
from actors.orders.events import OrderPlaced, PaymentCaptured, RefundDone, SeatCancelled
from actors.seats.events import SeatsGivenBack, SeatsHeld
from tests.actors.orders.two_entities import Death, World

CID = "c000000000001"
HOLD_MS = 60_000
ANA, BOB, EVE, JOE = (f"{CID}-o{name}" for name in ("ana", "bob", "eve", "joe"))
SEEDS = range(20)

HOWS = ("before", "unknown", "untold")
STEPS = [
    ("seats", "seats-held"),
    ("orders", "order-placed"),
    ("orders", "payment-captured"),
    ("seats", "seats-confirmed"),
    ("orders", "order-confirmed"),
    ("orders", "attendee-named"),
    ("orders", "seat-cancelled"),
    ("seats", "seats-given-back"),
    ("orders", "seats-returned"),
    ("orders", "order-lapsed"),
    ("seats", "seats-released"),
    ("orders", "order-not-secured"),
    ("orders", "refund-done"),
    ("orders", "order-cancelled"),
]


def reservation(order: str) -> str:
    return order.replace("-o", "-r")


class Day:
    """One conference of three seats, from its opening to its cancellation."""

    def __init__(self, world: World) -> None:
        self.world = world

    def open(self) -> None:
        seats = (SeatTerms("general", "admission", 10_000, 3),)
        self.world.ask(
            "seats", Configure(Configuration(1, "published", "EUR", "strict", HOLD_MS, HOLD_MS, 9, 9, seats))
        )
        self.terms(1, "published")

    def terms(self, version: int, state: Any) -> None:
        seat_types = (SeatTypeTerms("general", "admission"),)
        terms = OrderTerms(version, state, "EUR", 2**50, (), 2**50, 1_000, None, 14, seat_types)
        self.world.ask("orders", ConfigureOrders(terms))

    def reserve(self, order: str, seats: int) -> None:
        held = self.world.ask("seats", Reserve(reservation(order), "", {"general": seats}))
        assert isinstance(held, Held), held

    def place(self, order: str, seats: int) -> None:
        self.reserve(order, seats)
        placed = self.world.ask("orders", PlaceOrder(order, reservation(order), "p", "sandbox", "en", "2026-11-28"))
        assert isinstance(placed, OrderStands), placed
        assert placed.total_minor == seats * 10_000

    def pay(self, order: str, seats: int) -> None:
        """The provider tells it twice."""
        for _ in range(2):
            self.world.ask("orders", NotePayment(order, "sandbox", f"pay-{order}", seats * 10_000, "EUR"))

    def refunds_are_done(self) -> None:
        for name, order in self.world.state("orders").orders.items():
            for refund in order.refunds:
                self.world.ask("orders", NoteRefund(name, refund, "done", "re"))

    def balances(self) -> None:
        """What is left of the money is the price of the confirmed seats and what was kept; the inventory agrees."""
        orders, inventory = self.world.state("orders").orders, self.world.state("seats")
        assert not self.world.state("orders").pending
        sold: Counter[str] = Counter()
        for order in orders.values():
            valid = sum(seat.valid for seat in order.seats) if order.phase == "confirmed" else 0
            kept = sum(s.price_minor - s.returned_minor for s in order.seats if order.sold and not s.valid)
            assert order.left_minor() == valid * 10_000 + kept
            sold[order.reservation] += valid
        confirmed = {
            name: sum(line.taken for line in standing.lines)
            for name, standing in inventory.standing.items()
            if standing.status == "confirmed"
        }
        assert confirmed == {name: number for name, number in sold.items() if number}
        assert inventory.stocks["general"].taken <= 3

    def status(self, order: str) -> str:
        return status(self.world.state("orders").orders[order])


def a_day(world: World) -> None:
    day = Day(world)
    day.open()
    day.place(ANA, 2)
    day.pay(ANA, 2)
    world.settle()
    assert day.status(ANA) == "confirmed"
    world.ask("orders", NameAttendee(ANA, "1", "peve"))
    world.ask("orders", CancelSeat(ANA, "2"))
    world.settle()
    day.balances()
    day.place(BOB, 1)
    world.pass_time(HOLD_MS)
    assert day.status(BOB) == "lapsed"
    day.pay(BOB, 1)  # Late: the seats are free, so they are taken again.
    world.settle()
    assert day.status(BOB) == "confirmed"
    day.balances()
    day.place(EVE, 1)
    world.pass_time(HOLD_MS)
    day.reserve(JOE, 1)
    day.pay(EVE, 1)  # Late: somebody else has the seat by now.
    world.settle()
    assert day.status(EVE) == "refunding"
    day.refunds_are_done()
    day.balances()
    assert day.status(EVE) == "refunded"
    day.terms(2, "cancelled")
    world.settle()
    day.refunds_are_done()
    day.balances()
    assert {day.status(order) for order in (ANA, BOB, EVE)} == {"refunded"}
    everything_happened_once(world)


def everything_happened_once(world: World) -> None:
    orders, seats = world.events("orders"), world.events("seats")
    assert Counter(type(event) for event in orders)[OrderPlaced] == 3
    assert Counter(type(event) for event in seats)[SeatsHeld] == 4
    assert Counter(type(event) for event in orders)[SeatCancelled] == 1
    assert Counter(type(event) for event in seats)[SeatsGivenBack] == 1
    payments = Counter(event.payment for event in orders if isinstance(event, PaymentCaptured))
    assert set(payments.values()) == {1}
    refunds = Counter(event.refund for event in orders if isinstance(event, RefundDone))
    assert set(refunds.values()) == {1}


def test_a_day_without_a_death() -> None:
    for seed in SEEDS:
        a_day(World(CID, seed, None))


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(("stream", "event"), STEPS, ids=[event for _, event in STEPS])
def test_a_death_at_any_step_leaves_seats_or_the_money_back(stream: str, event: str, how: str) -> None:
    for seed in SEEDS:
        world = World(CID, seed, Death(stream, f"{event}.1", how))
        a_day(world)
        assert world.deaths == 1

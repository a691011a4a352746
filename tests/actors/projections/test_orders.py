"""Whatever the orders decide, in whatever batches it is told: the read models say what their own fold says."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
from msgspec import Raw

from actors.conference.events import ConferenceCreated
from actors.messages.codec import encode
from actors.messages.envelopes import StoredEvent
from actors.messages.fees import FeeStructure
from actors.messages.order_replies import OrderStands
from actors.messages.orders import (
    CancelOrder,
    CancelSeat,
    CheckIn,
    CloseOrder,
    ConfigureOrders,
    NameAttendee,
    NoteDecline,
    NotePayment,
    NoteRefund,
    NoteReturned,
    NoteSecured,
    OrderTerms,
    PlaceOrder,
    RefundOrder,
    UndoCheckIn,
)
from actors.messages.refusals import Refused
from actors.messages.seats import Confirm as Final
from actors.messages.seats import Confirmed, Line
from actors.orders.answers import stands
from actors.orders.events import OrderConfirmed, OrderEvent, PricesReturned
from actors.orders.kind import ORDERS as KIND
from actors.projections.projection import Projection
from gateway.reading_orders import OrderViews
from gateway.views_orders import SqliteOrderViews
from storage.sqlite.readmodels import open_reader
from tests.actors.projections.given import CID, CONFERENCE, DETAILS, START_MS, stored

ORDERS = f"orders-{CID}"
PRICES = {"stgeneral0": 12_500, "stdinner00": 4_000, "stgratis00": 0}
FEES = [
    FeeStructure(per_seat_minor=99, percent_bp=250, borne_by="attendee"),
    FeeStructure(percent_bp=333, minimum_minor=50, on_refund="kept"),
    FeeStructure(per_seat_minor=10, percent_bp=10, maximum_minor=20),
]
SEEDS = range(12)


class Story:
    """Commands drawn at random, and what came of them: (event, at_ms)."""

    def __init__(self, seed: int, steps: int = 400, cancelled: float = 0.05) -> None:
        self.cancelled = cancelled
        self.random = Random(seed)
        self.state = KIND.initial()
        self.events: list[tuple[Any, int]] = []
        self.placed = 0
        self.names: list[str] = []
        self.now_ms = START_MS
        self.decide(ConfigureOrders(self.terms(1, "published")))
        for _ in range(steps):
            self.now_ms += self.random.randrange(7_200_000)
            self.step()

    def terms(self, version: int, state: Any) -> OrderTerms:
        return OrderTerms(
            version,
            state,
            "EUR",
            2**50,
            (self.random.choice(FEES),),
            2**50,
            self.random.choice([0, 1_000]),
            None,
            14,
            (),
        )

    def decide(self, command: Any) -> None:
        outcome = KIND.decide(self.state, command, self.now_ms)
        if not isinstance(outcome, Refused):
            if isinstance(command, PlaceOrder):
                self.names.append(command.order)
            for event in outcome:
                KIND.evolve(self.state, event, self.now_ms)
                self.events.append((event, self.now_ms))

    def step(self) -> None:
        for command in KIND.due(self.state, self.now_ms, 5):
            self.decide(command)
        for wish in list(KIND.wishes(self.state))[: self.random.randrange(4)]:
            accepted = isinstance(wish.command, Final) and self.random.random() < 0.9
            reply = Confirmed("", (), "EUR", 1) if accepted else Refused("hold-expired", "gone")
            self.decide(KIND.granted(self.state, wish, reply))
        self.decide(self.command())

    def command(self) -> Any:
        draw = self.random.random()
        if draw < 0.35 or not self.placed:
            return self.place()
        if draw < 0.37:
            state = "cancelled" if self.random.random() < self.cancelled else "published"
            return ConfigureOrders(self.terms(self.state.terms.version + 1, state))
        name = self.random.choice(self.names[-8:])
        order = self.state.orders[name]
        if draw < 0.7:
            extra = self.random.choice([0, 0, 0, 1, -1])
            payment = f"pay{self.random.randrange(3)}"
            return NotePayment(name, "sandbox", payment, order.total_minor + extra, "EUR")
        seat = str(self.random.randint(1, 3))
        return self.random.choice(
            [
                CancelOrder(name, self.random.choice(["buyer", "organiser"])),
                CancelSeat(name, seat),
                CancelSeat(name, seat, "organiser"),
                RefundOrder(name, self.random.choice([None, 1, 5_000])),
                NoteRefund(name, f"{name}-f1", "done", "re"),
                NoteRefund(name, f"{name}-f2", self.random.choice(["done", "failed"]), "re", "closed"),
                NameAttendee(name, seat, f"p{self.random.randrange(9)}"),
                CheckIn(name, seat, "north"),
                CheckIn(name, "1", "south"),
                UndoCheckIn(name, "1"),
                UndoCheckIn(name, "1"),
                NoteDecline(name, "sandbox", "try"),
            ]
        )

    def name(self, number: int) -> str:
        return f"{CID}-o{number:08}"

    def place(self) -> PlaceOrder:
        self.placed += 1
        chosen = self.random.sample(list(PRICES), self.random.randint(1, 3))
        lines = tuple(Line(name, 2, self.random.randint(1, 2), PRICES[name]) for name in chosen)
        return PlaceOrder(
            self.name(self.placed),
            f"{CID}-r{self.placed}",
            f"p{self.placed}",
            "sandbox",
            "en",
            "2026-11-28",
            f"access{self.placed}",
            "held",
            lines,
            "EUR",
            self.now_ms + self.random.choice([3_600_000, 86_400_000]),
        )

    def stored(self, first: int, count: int) -> list[StoredEvent]:
        piece = self.events[first : first + count]
        return [StoredEvent(first + 1 + i, at_ms, Raw(encode(event))) for i, (event, at_ms) in enumerate(piece)]

    def tell(self, projection: Projection) -> None:
        version = 0
        while version < len(self.events):
            applied = projection.apply(ORDERS, self.stored(version, self.random.choice([1, 3, 40])))
            assert applied.problem is None
            version = applied.version


@pytest.fixture
def order_views(projection: Projection, tmp_path: Path) -> Iterator[SqliteOrderViews]:
    projection.apply(CONFERENCE, stored(ConferenceCreated(CID, "o1", "pycon", DETAILS)))
    views = SqliteOrderViews(open_reader(tmp_path / "readmodels.db"))
    yield views
    views.close()


def test_the_stories_meet_every_event() -> None:
    met = {type(event) for seed in SEEDS for event, _ in Story(seed).events}
    assert met == set(get_args(OrderEvent))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_read_models_say_what_the_orders_say(
    projection: Projection, order_views: SqliteOrderViews, seed: int
) -> None:
    story = Story(seed)
    story.tell(projection)
    version = len(story.events)
    expected = [stands(name, order, version) for name, order in story.state.orders.items()]
    assert everything(order_views) == expected
    for each in expected:
        assert order_views.order(each.order) == each
    for status in ("awaiting_payment", "confirmed", "cancelled", "refunding", "refunded", "lapsed"):
        assert order_views.orders(CID, status, "", 1_000)[0] == [each for each in expected if each.status == status]
    same_seats(order_views, expected)
    same_work(projection, story)


def everything(views: OrderViews) -> list[OrderStands]:
    """All orders, in pages of seven."""
    orders, after = views.orders(CID, None, "", 7)
    while after is not None:
        page, after = views.orders(CID, None, after, 7)
        orders += page
    return orders


def same_seats(views: OrderViews, expected: list[OrderStands]) -> None:
    sold = [each for each in expected if each.status == "confirmed"]
    seats = [(each.order, seat) for each in sold for seat in each.seats if seat.status == "valid"]
    rows, after = views.seats(CID, "", 5)
    while after is not None:
        page, after = views.seats(CID, after, 5)
        rows += page
    assert [(row.order, row.seat) for row in rows] == seats
    counted = {
        seat_type: (
            sum(seat.seat_type == seat_type for _, seat in seats),
            sum(seat.seat_type == seat_type and seat.attendee != "" for _, seat in seats),
            sum(seat.seat_type == seat_type and seat.checked_in_at_ms > 0 for _, seat in seats),
        )
        for seat_type in {seat.seat_type for _, seat in seats}
    }
    assert {name: (row.valid, row.named, row.checked_in) for name, row in views.counts(CID).items()} == counted


def same_work(projection: Projection, story: Story) -> None:
    """Whatever the orders still have to do by themselves is found by the sweep."""
    deadline_ms = KIND.next_deadline_ms(story.state)
    waits = story.state.pending or (deadline_ms and deadline_ms <= story.now_ms)
    assert bool(projection.overdue_orders(story.now_ms)) == bool(waits)


def test_orders_that_still_want_something_of_the_inventory_are_found_and_no_others(projection: Projection) -> None:
    story = Story(3, steps=0)
    story.decide(story.place())
    name = story.name(1)
    total = story.state.orders[name].total_minor
    told = 0

    def found(*commands: Any) -> list[tuple[str, int]]:
        nonlocal told
        for command in commands:
            story.decide(command)
        told = projection.apply(ORDERS, story.stored(told, len(story.events) - told)).version
        return projection.overdue_orders(story.now_ms)

    assert found() == []
    assert found(NotePayment(name, "sandbox", "pay", total, "EUR")) == [(CID, 1)]
    assert found(NoteSecured(name, 1)) == []
    assert found(CancelOrder(name, "organiser")) == [(CID, 1)]
    assert found(NoteReturned(name, 1)) == []
    story.decide(story.place())
    assert found(ConfigureOrders(story.terms(2, "cancelled"))) == [(CID, 1)]
    assert found(CloseOrder(story.name(2)), NoteReturned(story.name(2), 1)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_sales_and_fees_add_up_to_what_the_log_says(
    projection: Projection, order_views: SqliteOrderViews, seed: int
) -> None:
    story = Story(seed)
    story.tell(projection)
    expected = (story_sum(story, "seats"), story_sum(story, "turnover_minor"), story_sum(story, "fee_minor"))
    lines = [line for month in ("2026-09", "2026-10", "2026-11") for line in order_views.fees("o1", month, 10_000)[0]]
    assert tuple(map(sum, zip(*((x.seats, x.turnover_minor, x.fee_minor) for x in lines), strict=True))) == expected
    sales = order_views.sales(CID)
    assert (sum(row.seats for row in sales), sum(row.turnover_minor for row in sales)) == expected[:2]
    assert [row.day for row in sales] == sorted(row.day for row in sales)


def story_sum(story: Story, column: str) -> int:
    """From the events alone."""
    total = 0
    for event, _ in story.events:
        if isinstance(event, OrderConfirmed):
            total += getattr(event, column)
        elif isinstance(event, PricesReturned):
            shares = event.shares
            back = {
                "seats": event.seats,
                "turnover_minor": sum(share.price_minor for share in shares),
                "fee_minor": sum(share.fee_minor for share in shares),
            }
            total -= back[column]
    return total


def test_an_order_is_found_by_its_access_and_its_reservation(
    projection: Projection, order_views: SqliteOrderViews
) -> None:
    story = Story(1, steps=20)
    story.tell(projection)
    first = order_views.order(story.name(1))
    assert first is not None
    assert order_views.order_by_access("access1") == first
    assert order_views.order_by_reservation(f"{CID}-r1") == first
    for nothing in ("", "access999"):
        assert order_views.order_by_access(nothing) is None
    assert order_views.order("c-onone") is None


def test_another_organiser_or_month_has_no_fees(projection: Projection, order_views: SqliteOrderViews) -> None:
    Story(1).tell(projection)
    assert order_views.fees("o2", "2026-10", 10) == ([], 0)
    assert order_views.fees("o1", "2031-01", 10)[0] == []
    assert order_views.fees("o1", "2026-10", 1)[1] > 0


@pytest.mark.parametrize("after", ["nonsense", "/", "x/y", "9" * 30, "x/" + "9" * 30])
def test_a_place_that_no_list_gave_is_harmless(order_views: SqliteOrderViews, after: str) -> None:
    assert order_views.orders(CID, None, after, 10) == ([], None)
    assert order_views.seats(CID, after, 10) == ([], None)

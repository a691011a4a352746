"""Any notices in any order, deaths, expiry and cancellations: the books balance after each step, and all ends well."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from actors.messages.fees import FeeStructure
from actors.messages.orders import (
    CancelOrder,
    CancelSeat,
    ConfigureOrders,
    NotePayment,
    NoteRefund,
    OrderTerms,
    Party,
    PlaceOrder,
    RefundOrder,
)
from actors.messages.refusals import Refused
from actors.orders.answers import status
from actors.orders.kind import ORDERS
from actors.orders.state import Order
from tests.actors.orders.box_office import Account, BoxOffice, lines

RESERVATIONS = st.sampled_from(["c1-r1", "c1-r2", "c1-r3"])
PAYMENTS = st.sampled_from(["pay1", "pay2", "pay3"])
PARTIES = st.sampled_from(["buyer", "organiser"])
ANY = st.integers(0, 10**6)
PRICES = st.lists(st.sampled_from([0, 1, 99, 10_000]), min_size=1, max_size=3)
FEES = st.builds(
    FeeStructure,
    per_seat_minor=st.sampled_from([0, 7]),
    percent_bp=st.sampled_from([0, 333]),
    borne_by=st.sampled_from(["organiser", "attendee"]),
    on_refund=st.sampled_from(["given-back", "kept"]),
)


class Books(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.office = BoxOffice()
        self.accounts: dict[str, Account] = {}
        self.placed = 0
        self.terms = OrderTerms(1, "published", "EUR", 10**9, (), 10**9, 0, None, 14, ())

    @initialize(fees=FEES, kept_bp=st.sampled_from([0, 1_000, 3_333, 10_000]))
    def opens(self, fees: FeeStructure, kept_bp: int) -> None:
        self.terms = OrderTerms(1, "published", "EUR", 10**9, (fees,), 10**9, kept_bp, None, 14, ())
        self.office.send(ConfigureOrders(self.terms))

    def pick(self, index: int) -> str:
        names = list(self.office.state.orders)
        return names[index % len(names)]

    def order(self, name: str) -> Order:
        order: Order = self.office.state.orders[name]
        return order

    @rule(reservation=RESERVATIONS, prices=PRICES, hold=st.sampled_from(["held", "held", "gone"]))
    def place(self, reservation: str, prices: list[int], hold: Any) -> None:
        name = f"c1-o{self.placed}"
        self.placed += 1
        self.office.send(
            PlaceOrder(
                name,
                reservation,
                "p1",
                "sandbox",
                "en",
                "2026-11-28",
                "",
                hold,
                lines(*prices) if hold == "held" else (),
                "EUR",
                self.office.now_ms + 500,
            )
        )

    @precondition(lambda self: self.office.state.orders)
    @rule(index=ANY, payment=PAYMENTS, amount=st.sampled_from(["all", "part", "more"]), foreign=st.integers(0, 9))
    def a_notice_comes(self, index: int, payment: str, amount: str, foreign: int) -> None:
        name = self.pick(index)
        total = self.order(name).total_minor
        paid = {"all": total, "part": total // 2, "more": total + 13}[amount]
        self.office.send(NotePayment(name, "sandbox", payment, paid, "EUR" if foreign else "USD"))

    @precondition(lambda self: self.office.sent)
    @rule(index=ANY, accepts=st.booleans())
    def the_inventory_answers(self, index: int, accepts: bool) -> None:
        sent = list(self.office.sent)
        self.office.inventory_answers(sent[index % len(sent)], accepts)

    @precondition(lambda self: self.office.sent)
    @rule(index=ANY, accepts=st.booleans())
    def the_inventorys_answer_is_lost(self, index: int, accepts: bool) -> None:
        sent = list(self.office.sent)
        self.office.inventory_handles(sent[index % len(sent)], accepts)

    @precondition(lambda self: self.office.state.orders)
    @rule(index=ANY, by=PARTIES)
    def the_order_is_cancelled(self, index: int, by: Party) -> None:
        self._give_up(CancelOrder(self.pick(index), by), None, by)

    @precondition(lambda self: self.office.state.orders)
    @rule(index=ANY, seat=st.integers(0, 2), by=PARTIES)
    def a_seat_is_cancelled(self, index: int, seat: int, by: Party) -> None:
        self._give_up(CancelSeat(self.pick(index), str(seat + 1), by), seat, by)

    def _give_up(self, command: CancelOrder | CancelSeat, index: int | None, by: Party) -> None:
        order = self.order(command.order)
        seats = [i for i, seat in enumerate(order.seats) if seat.valid and index in (None, i)]
        sold = order.phase == "confirmed"
        outcome = self.office.send(command)
        if sold and outcome and not isinstance(outcome, Refused):
            whole = by == "organiser" or self.office.state.terms.state == "cancelled"
            for each in seats:
                self.account(command.order).give_up(each, None if whole else self.terms.refund_kept_bp)

    @precondition(lambda self: self.office.state.orders)
    @rule(index=ANY, amount=st.none() | st.integers(1, 11_000))
    def the_organiser_gives_back(self, index: int, amount: int | None) -> None:
        name = self.pick(index)
        outcome = self.office.send(RefundOrder(name, amount))
        if not outcome or isinstance(outcome, Refused):
            return
        if amount is not None:
            self.account(name).give_back(amount)
            return
        for seat in range(len(self.order(name).seats)):
            self.account(name).give_up(seat, None)

    @precondition(lambda self: self.office.state.orders)
    @rule(index=ANY, number=st.integers(1, 4), done=st.booleans())
    def news_of_a_refund_comes(self, index: int, number: int, done: bool) -> None:
        name = self.pick(index)
        self.office.send(NoteRefund(name, f"{name}-f{number}", "done" if done else "failed"))

    @rule(span_ms=st.sampled_from([1, 250, 500]))
    def time_passes(self, span_ms: int) -> None:
        self.office.now_ms += span_ms

    @rule()
    def the_timer_wakes_it(self) -> None:
        confirmed = {name for name, order in self.office.state.orders.items() if order.phase == "confirmed"}
        valid = {name: [seat.valid for seat in self.order(name).seats] for name in confirmed}
        self.office.expire()
        for name in confirmed:
            for index, was in enumerate(valid[name]):
                if was and not self.order(name).seats[index].valid:
                    self.account(name).give_up(index, None)

    @rule(often=st.integers(0, 9))
    def the_conference_is_cancelled(self, often: int) -> None:
        if not often:
            version = self.office.state.terms.version + 1
            terms = self.terms
            self.office.send(
                ConfigureOrders(
                    OrderTerms(
                        version, "cancelled", "EUR", 10**9, terms.fees, 10**9, terms.refund_kept_bp, None, 14, ()
                    )
                )
            )

    @rule()
    def the_process_dies(self) -> None:
        before = ORDERS.freeze(self.office.state)
        self.office.die()
        assert ORDERS.freeze(self.office.state) == before

    def account(self, name: str) -> Account:
        return self.accounts.setdefault(name, Account(self.order(name)))

    @invariant()
    def the_books_balance(self) -> None:
        for name, order in self.office.state.orders.items():
            self._balances(name, order)

    def _balances(self, name: str, order: Order) -> None:
        back = sum(refund.amount_minor for refund in order.refunds.values() if refund.currency == "EUR")
        left = order.captured_minor() - back
        assert left == order.left_minor()
        match order.phase:
            case "awaiting":
                assert 0 <= left < order.total_minor
            case "securing":
                assert left == order.total_minor
            case "lapsed" | "unsecured":
                assert left == 0
            case "confirmed":
                assert left == self.account(name).left()
            case "cancelled":
                assert left == (self.accounts[name].left() if name in self.accounts else 0)
        foreign = sum(refund.amount_minor for refund in order.refunds.values() if refund.currency == "USD")
        assert foreign == sum(each.amount_minor for each in order.captures.values() if each.currency == "USD")

    @invariant()
    def a_snapshot_is_as_good_as_the_state(self) -> None:
        state, thawed = self.office.state, ORDERS.thaw(ORDERS.freeze(self.office.state))
        assert ORDERS.freeze(thawed) == ORDERS.freeze(state)
        assert dict(thawed.pending) == dict(state.pending)
        assert set(thawed.open) == set(state.open)
        assert thawed.by_reservation == state.by_reservation
        assert ORDERS.next_deadline_ms(thawed) == ORDERS.next_deadline_ms(state)

    def teardown(self) -> None:
        """Everybody does what is due: then every order has its seats or its money back, and nothing else is open."""
        office = self.office
        for _ in range(100):
            office.now_ms += 1_000
            self.the_timer_wakes_it()
            for wish in list(ORDERS.wishes(office.state)):
                office.inventory_answers((wish.name, wish.stamp), True)
            for name, order in list(office.state.orders.items()):
                for refund in list(order.refunds):
                    office.send(NoteRefund(name, refund, "done"))
        assert not office.state.pending
        assert ORDERS.next_deadline_ms(office.state) == 0
        sold: dict[str, dict[str, int]] = {}
        for name, order in office.state.orders.items():
            self._balances(name, order)
            assert status(order) in ("confirmed", "cancelled", "refunded", "lapsed")
            if order.phase == "confirmed":
                assert order.reservation not in sold, "a reservation was sold twice"
                counts = sold.setdefault(order.reservation, {})
                for seat in order.seats:
                    counts[seat.seat_type] = counts.get(seat.seat_type, 0) + seat.valid
        assert office.inventory.confirmed == sold


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

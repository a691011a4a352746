"""PlaceOrder: what a reservation holds becomes an order, at the prices it was held for."""

from typing import Any

import pytest
from msgspec.structs import replace

from actors.messages.fees import FeeStructure
from actors.messages.order_replies import OrderSeat, OrderStands
from actors.messages.orders import CancelOrder, ConfigureOrders, Lapse, NoteSecured, NoteUnsecured
from actors.messages.seats import Confirmed, Held, Keep, Line
from actors.orders.events import OrderPlaced, SecuringStarted
from actors.orders.kind import ORDERS
from tests.actors.orders.given import (
    CID,
    DAY,
    EXPIRES_MS,
    FEE,
    LINES,
    NOON_MS,
    OPEN,
    ORDER,
    PLACED,
    RESERVATION,
    SEATS,
    SECURING,
    STARTS_MS,
    TERMS,
    TOTAL,
    order,
    paid,
    placing,
    terms,
)
from tests.support.scenario import Scenario

FREE = (Line("general", 2, 2, 0),)


def test_an_order_has_the_prices_as_held_and_its_total_is_computed_here() -> None:
    outcome = OPEN.when(placing(), at=NOON_MS)
    outcome.then(
        OrderPlaced(
            ORDER, RESERVATION, "pana", "sandbox", "en", DAY, "", LINES, "EUR", FEE, (350, 200), TOTAL, EXPIRES_MS
        )
    )
    outcome.answered(
        OrderStands(
            order=ORDER,
            reservation=RESERVATION,
            status="awaiting_payment",
            securing=False,
            buyer="pana",
            payment="sandbox",
            language="en",
            placed_on=DAY,
            placed_at_ms=NOON_MS,
            pay_by_ms=EXPIRES_MS,
            currency="EUR",
            total_minor=TOTAL,
            fee_minor=350 + 350 + 200,
            captured_minor=0,
            seats=(
                OrderSeat("1", "general", 10_000, 350),
                OrderSeat("2", "general", 10_000, 350),
                OrderSeat("3", "dinner", 4_000, 200),
            ),
            refunds=(),
            version=2,
        )
    )


def test_a_repeated_key_is_told_what_was_said_at_first_however_much_later() -> None:
    placed = OPEN.when(placing(), at=NOON_MS).outcome
    assert isinstance(placed, tuple)
    later = SECURING.after(NoteSecured(ORDER, 1)).state
    assert ORDERS.answer(later, placed, 2) == order(PLACED)


def test_nothing_to_pay_asks_for_the_seats_at_once() -> None:
    outcome = OPEN.when(placing(lines=FREE), at=NOON_MS)
    assert isinstance(outcome.outcome, tuple)
    assert outcome.outcome[1:] == (SecuringStarted(ORDER, 1),)
    answer = ORDERS.answer(OPEN.after(placing(lines=FREE)).state, outcome.outcome, 3)
    assert (answer.total_minor, answer.securing, answer.status) == (0, True, "awaiting_payment")


def test_what_the_attendee_bears_comes_on_top() -> None:
    on_top = OPEN.after(terms(fees=(replace(FEE, borne_by="attendee"),))).after(placing())
    assert order(on_top).total_minor == TOTAL + 900


def test_the_fee_is_the_one_in_force_on_the_day_of_the_order() -> None:
    later = FeeStructure(per_seat_minor=500, starts_on="2026-12-01")
    both = OPEN.after(terms(fees=(FEE, later)))
    assert order(both.after(placing(placed_on="2026-11-30"))).fee_minor == 900
    assert order(both.after(placing(placed_on="2026-12-01"))).fee_minor == 1_500


def test_later_fees_never_touch_an_order() -> None:
    changed = PLACED.after(terms(fees=(FeeStructure(per_seat_minor=9_999),)))
    assert order(changed).fee_minor == 900


def test_seats_that_were_asked_for_but_not_held_are_not_ordered() -> None:
    fewer = OPEN.after(placing(lines=(Line("general", 3, 1, 10_000), Line("dinner", 1, 0, 4_000))))
    assert [seat.seat_type for seat in order(fewer).seats] == ["general"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hold": "gone", "lines": ()}, "hold-expired"),
        ({"lines": (Line("general", 1, 0, 10_000),)}, "hold-expired"),
        ({"lines": (Line("general", 1_001, 1_001, 1),)}, "too-many-seats"),
        ({"placed_on": "today"}, "invalid"),
    ],
)
def test_what_can_not_be_ordered_is_refused(changes: dict[str, Any], reason: str) -> None:
    OPEN.when(placing(**changes)).refused(reason)


@pytest.mark.parametrize("state", ["draft", "cancelled", "archived"])
def test_a_conference_that_is_not_on_takes_no_orders(state: str) -> None:
    OPEN.after(terms(state=state)).when(placing()).refused("not-on-sale")


def test_what_is_held_is_ordered_after_the_sale_was_stopped() -> None:
    assert order(OPEN.after(terms(state="unpublished"), placing())).status == "awaiting_payment"


def test_orders_that_do_not_know_their_terms_yet_ask_for_patience() -> None:
    Scenario(ORDERS).when(placing()).refused("in-progress")


def test_invoices_are_for_those_who_offer_them() -> None:
    OPEN.after(terms(invoice_days=0)).when(placing(payment="invoice")).refused("payment-not-offered")


def test_an_order_id_is_used_once() -> None:
    PLACED.when(placing(reservation=f"{CID}-rbob")).refused("already-standing")


def test_a_reservation_has_one_order() -> None:
    again = placing(order=f"{CID}-oagain")
    PLACED.when(again).refused("already-ordered", subject=ORDER)
    SECURING.when(again).refused("already-ordered", subject=ORDER)
    SECURING.after(NoteSecured(ORDER, 1)).when(again).refused("already-ordered", subject=ORDER)


def test_a_reservation_that_was_offered_seats_anew_is_ordered_from_again() -> None:
    again = placing(order=f"{CID}-oagain", expires_at_ms=EXPIRES_MS * 2)
    lapsed = PLACED.after(Lapse(ORDER), at=EXPIRES_MS)
    assert order(lapsed.after(again), f"{CID}-oagain").status == "awaiting_payment"
    unsecured = SECURING.after(NoteUnsecured(ORDER, 1))
    assert order(unsecured.after(again), f"{CID}-oagain").status == "awaiting_payment"


def test_a_cancelled_orders_reservation_is_gone() -> None:
    PLACED.after(CancelOrder(ORDER)).when(placing(order=f"{CID}-oagain")).refused("hold-expired")


# What the inventory is asked first


def test_the_inventory_is_asked_what_is_held_before_an_order_is_decided() -> None:
    asking = placing(hold="unasked", lines=(), currency="", expires_at_ms=0)
    OPEN.when(asking).refused("in-progress")
    wish = ORDERS.consult(OPEN.state, asking)
    assert wish is not None
    assert (wish.stream, wish.command) == (SEATS, Keep(RESERVATION, 0))
    assert ORDERS.informed(asking, Held(RESERVATION, LINES, "EUR", EXPIRES_MS, False, 9)) == placing()


def test_an_invoice_has_its_seats_kept_until_the_end_of_its_last_day() -> None:
    wish = ORDERS.consult(OPEN.state, placing(hold="unasked", payment="invoice"))
    assert wish is not None
    assert wish.command == Keep(RESERVATION, 1_797_120_000_000)  # 2026-12-13T00:00:00Z


def test_no_invoice_is_due_after_the_conference_has_started() -> None:
    wish = ORDERS.consult(OPEN.state, placing(hold="unasked", payment="invoice", placed_on="2027-04-25"))
    assert wish is not None
    assert wish.command == Keep(RESERVATION, STARTS_MS)


def test_nothing_is_asked_for_an_order_that_is_refused_whatever_is_held() -> None:
    for unfit in (placing(hold="unasked", placed_on="soon"), placing(hold="unasked", placed_on="2026-13-01")):
        assert ORDERS.consult(OPEN.state, unfit) is None
    assert ORDERS.consult(PLACED.state, placing(hold="unasked", order=f"{CID}-oagain")) is None


def test_seats_that_are_confirmed_already_are_not_held() -> None:
    told = ORDERS.informed(placing(hold="unasked", lines=()), Confirmed(RESERVATION, LINES, "EUR", 3))
    OPEN.when(told).refused("hold-expired")


# Terms


def test_newer_terms_come_into_force_and_older_ones_change_nothing() -> None:
    newer = ConfigureOrders(replace(TERMS, version=5, refund_kept_bp=0))
    assert OPEN.after(newer).state.terms.refund_kept_bp == 0
    OPEN.after(newer).when(ConfigureOrders(TERMS)).then()
    OPEN.when(ConfigureOrders(TERMS)).then()


def test_money_of_a_zero_order_is_given_back() -> None:
    free = OPEN.after(placing(lines=FREE), NoteSecured(ORDER, 1))
    (refund,) = order(free.after(paid(500))).refunds
    assert (refund.amount_minor, refund.reason) == (500, "overpaid")

"""CancelOrder, CancelSeat, CloseOrder: seats are given up, and money goes back by the rule that fits."""

from typing import Any

from msgspec.structs import replace

from actors.messages.orders import (
    CancelOrder,
    CancelSeat,
    CheckIn,
    CloseOrder,
    NoteReturned,
    NoteSecured,
    NoteUnsecured,
    RefundOrder,
)
from actors.messages.refusals import Refused
from actors.messages.seats import Cancel, CancelSeats, Line
from actors.orders.events import (
    OrderCancelled,
    PricesReturned,
    RefundDue,
    SeatCancelled,
    SeatShare,
    SeatsReturned,
)
from actors.orders.kind import ORDERS
from tests.actors.orders.given import (
    CID,
    CONFIRMED,
    FEE,
    OPEN,
    ORDER,
    PLACED,
    RESERVATION,
    SEATS,
    SECURING,
    STARTS_MS,
    TOTAL,
    order,
    paid,
    placing,
    terms,
)

CANCELLED = terms(state="cancelled")


def due(amount_minor: int, reason: Any, number: int = 1, payment: str = "pay1", note: str = "") -> RefundDue:
    return RefundDue(ORDER, f"{ORDER}-f{number}", "sandbox", payment, amount_minor, "EUR", reason, note)


# The whole order


def test_an_unpaid_order_is_given_up_and_its_hold_with_it() -> None:
    PLACED.when(CancelOrder(ORDER)).then(OrderCancelled(ORDER, "buyer", "asked", ("1", "2", "3"), 0, 1))
    given_up = PLACED.after(CancelOrder(ORDER))
    assert order(given_up).status == "cancelled"
    (wish,) = ORDERS.wishes(given_up.state)
    assert (wish.stream, wish.command, wish.fresh) == (SEATS, Cancel(RESERVATION), False)
    assert ORDERS.next_deadline_ms(given_up.state) == 0


def test_a_part_that_was_paid_goes_back_with_an_unpaid_order() -> None:
    PLACED.after(paid(5_000)).when(CancelOrder(ORDER)).then(
        OrderCancelled(ORDER, "buyer", "asked", ("1", "2", "3"), 0, 1), due(5_000, "cancelled")
    )


def test_a_buyer_gets_all_but_what_the_organiser_keeps_of_each_price() -> None:
    CONFIRMED.when(CancelOrder(ORDER)).then(
        OrderCancelled(ORDER, "buyer", "asked", ("1", "2", "3"), 2_400, 1),
        PricesReturned(
            ORDER, 3, (SeatShare("1", 9_000, 315), SeatShare("2", 9_000, 315), SeatShare("3", 3_600, 180)), "EUR"
        ),
        due(21_600, "cancelled"),
    )
    assert order(CONFIRMED.after(CancelOrder(ORDER))).status == "refunding"


def test_the_organiser_gives_all_back() -> None:
    outcome = CONFIRMED.when(CancelOrder(ORDER, "organiser")).outcome
    assert isinstance(outcome, tuple)
    assert outcome[-1] == due(TOTAL, "cancelled")


def test_an_order_of_which_all_is_kept_is_cancelled_without_a_refund() -> None:
    kept = CONFIRMED.after(terms(refund_kept_bp=10_000)).after(CancelOrder(ORDER))
    assert (order(kept).status, order(kept).refunds) == ("cancelled", ())


def test_what_the_organiser_keeps_is_rounded_in_favour_of_the_buyer() -> None:
    odd = OPEN.after(placing(lines=(Line("general", 1, 1, 99),)), paid(99), NoteSecured(ORDER, 1))
    outcome = odd.when(CancelOrder(ORDER)).outcome
    assert isinstance(outcome, tuple)
    assert outcome[-1] == due(90, "cancelled")


def test_after_the_deadline_a_buyer_keeps_the_seats_and_the_organiser_may_still_cancel() -> None:
    CONFIRMED.when(CancelOrder(ORDER), at=STARTS_MS - 1)
    CONFIRMED.when(CancelOrder(ORDER), at=STARTS_MS).refused("too-late", number=STARTS_MS)
    CONFIRMED.when(CancelSeat(ORDER, "1"), at=STARTS_MS).refused("too-late")
    assert order(CONFIRMED.after(CancelOrder(ORDER, "organiser"), at=STARTS_MS)).status == "refunding"


def test_who_has_come_does_not_give_the_seat_up_any_more() -> None:
    come = CONFIRMED.after(CheckIn(ORDER, "2", "gate"), at=77)
    come.when(CancelOrder(ORDER)).refused("already-checked-in", number=77, subject="gate")
    come.when(CancelSeat(ORDER, "2")).refused("already-checked-in")
    assert not isinstance(come.when(CancelSeat(ORDER, "1")).outcome, Refused)


def test_while_its_seats_are_being_confirmed_an_order_is_not_cancelled() -> None:
    for command in (CancelOrder(ORDER), CancelSeat(ORDER, "1"), RefundOrder(ORDER)):
        SECURING.when(command).refused("in-progress")


def test_an_order_that_has_ended_stays_as_it_is() -> None:
    for past in (CONFIRMED.after(CancelOrder(ORDER)), SECURING.after(NoteUnsecured(ORDER, 1))):
        outcome = past.when(CancelOrder(ORDER))
        outcome.then()
        outcome.answered(order(past))
    PLACED.when(CancelOrder(f"{CID}-onone")).refused("not-standing")


# One seat


def test_one_seat_is_given_up_and_the_others_stay() -> None:
    CONFIRMED.when(CancelSeat(ORDER, "2")).then(
        SeatCancelled(ORDER, "2", "general", "buyer", 1_000, 1),
        PricesReturned(ORDER, 1, (SeatShare("2", 9_000, 315),), "EUR"),
        due(9_000, "seat-cancelled"),
    )
    fewer = CONFIRMED.after(CancelSeat(ORDER, "2"))
    assert [seat.status for seat in order(fewer).seats] == ["valid", "cancelled", "valid"]
    assert order(fewer).status == "confirmed"
    (wish,) = ORDERS.wishes(fewer.state)
    assert wish.command == CancelSeats(RESERVATION, {"general": 1}, settled=True)
    fewer.when(CancelSeat(ORDER, "2")).then()


def test_a_seat_that_needs_an_admission_seat_keeps_one() -> None:
    one_left = CONFIRMED.after(CancelSeat(ORDER, "2"))
    one_left.when(CancelSeat(ORDER, "1")).refused("admission-required", subject="dinner")
    assert order(one_left.after(CancelSeat(ORDER, "3"))).status == "confirmed"


def test_the_last_seat_ends_the_order() -> None:
    last = CONFIRMED.after(CancelSeat(ORDER, "2"), CancelSeat(ORDER, "3"))
    outcome = last.when(CancelSeat(ORDER, "1")).outcome
    assert isinstance(outcome, tuple)
    assert outcome[0] == OrderCancelled(ORDER, "buyer", "asked", ("1",), 1_000, 3)
    assert [wish.command for wish in ORDERS.wishes(last.after(CancelSeat(ORDER, "1")).state)] == [
        CancelSeats(RESERVATION, {"general": 1}, settled=True),
        CancelSeats(RESERVATION, {"dinner": 1}, settled=True),
        Cancel(RESERVATION),
    ]


def test_only_seats_that_there_are_can_be_given_up() -> None:
    for seat in ("4", "0", "-1", "01", "x", ""):
        CONFIRMED.when(CancelSeat(ORDER, seat)).refused("not-standing", subject=seat)
    CONFIRMED.when(CancelSeat(f"{CID}-onone", "1")).refused("not-standing")
    PLACED.when(CancelSeat(ORDER, "1")).refused("wrong-state")


def test_a_fee_that_the_attendee_bore_goes_back_with_the_price() -> None:
    on_top = OPEN.after(terms(fees=(replace(FEE, borne_by="attendee"),)), placing(), paid(TOTAL + 900))
    sold = on_top.after(NoteSecured(ORDER, 1))
    outcome = sold.when(CancelSeat(ORDER, "1")).outcome
    assert isinstance(outcome, tuple)
    assert outcome[-1] == due(9_000 + 315, "seat-cancelled")


# What the inventory is told


def test_the_inventory_is_told_until_it_has_answered() -> None:
    given_up = CONFIRMED.after(CancelSeat(ORDER, "2"))
    (wish,) = ORDERS.wishes(given_up.state)
    for reply in (Refused("not-standing", "no such reservation"), None):
        command = ORDERS.granted(given_up.state, wish, reply)
        given_up.when(command).then(SeatsReturned(ORDER, 1))
    told = given_up.after(NoteReturned(ORDER, 1))
    assert list(ORDERS.wishes(told.state)) == []
    told.when(NoteReturned(ORDER, 1)).then()
    told.when(NoteReturned(f"{CID}-onone", 1)).then()


# The conference is cancelled


def test_a_cancelled_conference_ends_every_order_and_gives_all_the_money_back() -> None:
    past = CONFIRMED.after(CANCELLED)
    assert ORDERS.due(past.state, 0, 10) == [CloseOrder(ORDER)]
    past.when(CloseOrder(ORDER)).then(
        OrderCancelled(ORDER, "organiser", "conference-cancelled", ("1", "2", "3"), 0, 1),
        PricesReturned(
            ORDER, 3, (SeatShare("1", 10_000, 350), SeatShare("2", 10_000, 350), SeatShare("3", 4_000, 200)), "EUR"
        ),
        due(TOTAL, "conference-cancelled"),
    )


def test_a_fee_that_contoso_keeps_is_given_back_to_the_attendee_by_the_organiser() -> None:
    kept = terms(fees=(replace(FEE, borne_by="attendee", on_refund="kept"),))
    sold = OPEN.after(kept, placing(), paid(TOTAL + 900), NoteSecured(ORDER, 1))
    outcome = sold.after(replace_version(CANCELLED)).when(CloseOrder(ORDER)).outcome
    assert isinstance(outcome, tuple)
    assert outcome[-1] == due(TOTAL + 900, "conference-cancelled")
    assert sum(share.fee_minor for share in outcome[1].shares) == 0


def test_an_unpaid_order_ends_with_its_conference() -> None:
    PLACED.after(CANCELLED).when(CloseOrder(ORDER)).then(
        OrderCancelled(ORDER, "organiser", "conference-cancelled", ("1", "2", "3"), 0, 1)
    )


def test_no_order_is_closed_while_the_conference_stands() -> None:
    CONFIRMED.when(CloseOrder(ORDER)).then()
    assert ORDERS.next_deadline_ms(CONFIRMED.state) == 0


def test_an_order_whose_seats_are_being_confirmed_is_closed_afterwards() -> None:
    past = SECURING.after(CANCELLED)
    past.when(CloseOrder(ORDER)).then()
    assert (ORDERS.next_deadline_ms(past.state), ORDERS.due(past.state, 0, 10)) == (0, [])
    assert ORDERS.due(past.after(NoteSecured(ORDER, 1)).state, 0, 10) == [CloseOrder(ORDER)]


def test_closing_goes_on_in_turns_until_nothing_is_left() -> None:
    names = [f"n{number}" for number in range(5)]
    past = OPEN.after(*(placing(name) for name in names)).after(CANCELLED)
    turns = 0
    while ORDERS.next_deadline_ms(past.state):
        commands = ORDERS.due(past.state, 0, 2)
        assert 0 < len(commands) <= 2
        past, turns = past.after(*commands), turns + 1
    assert turns == 3
    assert {order(past, f"{CID}-o{name}").status for name in names} == {"cancelled"}


def test_a_buyer_may_cancel_with_all_the_money_once_the_conference_is_cancelled() -> None:
    outcome = CONFIRMED.after(CANCELLED).when(CancelOrder(ORDER), at=STARTS_MS).outcome
    assert isinstance(outcome, tuple)
    assert outcome[-1] == due(TOTAL, "cancelled")


def replace_version(command: Any) -> Any:
    return replace(command, terms=replace(command.terms, version=command.terms.version + 1))

"""RefundOrder and NoteRefund: the organiser gives back, and what comes of a refund that is due."""

from msgspec.structs import replace

from actors.messages.orders import CancelOrder, CancelSeat, NoteRefund, NoteSecured, RefundOrder
from actors.orders.events import OrderCancelled, PricesReturned, RefundDone, RefundDue, RefundFailed, SeatShare
from actors.orders.refunding import FAILURES_MAX
from tests.actors.orders.given import CID, CONFIRMED, FEE, OPEN, ORDER, PLACED, TOTAL, order, paid, placing, terms

REFUND = f"{ORDER}-f1"
DUE = CONFIRMED.after(CancelOrder(ORDER, "organiser"))
DONE = NoteRefund(ORDER, REFUND, "done", "re_1")


def organisers(amount_minor: int, number: int = 1, payment: str = "pay1", note: str = "") -> RefundDue:
    return RefundDue(ORDER, f"{ORDER}-f{number}", "sandbox", payment, amount_minor, "EUR", "organiser", note)


def test_an_amount_goes_back_out_of_the_prices_and_the_seats_stay() -> None:
    CONFIRMED.when(RefundOrder(ORDER, 12_000, "pnote")).then(
        PricesReturned(ORDER, 0, (SeatShare("1", 10_000, 350), SeatShare("2", 2_000, 70)), "EUR"),
        organisers(12_000, note="pnote"),
    )
    assert order(CONFIRMED.after(RefundOrder(ORDER, 12_000))).status == "confirmed"


def test_no_more_than_the_prices_goes_back() -> None:
    CONFIRMED.when(RefundOrder(ORDER, TOTAL + 1)).refused("invalid", subject="amount", number=TOTAL)
    CONFIRMED.when(RefundOrder(ORDER, 0)).refused("invalid", subject="amount")
    CONFIRMED.after(RefundOrder(ORDER, TOTAL)).when(RefundOrder(ORDER, 1)).refused("invalid", number=0)


def test_all_of_it_ends_the_order_and_gives_the_seats_up() -> None:
    outcome = CONFIRMED.after(RefundOrder(ORDER, 4_000)).when(RefundOrder(ORDER, None)).outcome
    assert isinstance(outcome, tuple)
    assert outcome[0] == OrderCancelled(ORDER, "organiser", "refunded", ("1", "2", "3"), 0, 1)
    assert outcome[-1] == organisers(TOTAL - 4_000, 2)


def test_what_the_organiser_kept_may_still_go_back() -> None:
    kept = CONFIRMED.after(CancelOrder(ORDER))
    assert order(kept.after(RefundOrder(ORDER, 2_400))).refunds[-1].amount_minor == 2_400
    assert order(kept.after(RefundOrder(ORDER))).refunds[-1].amount_minor == 2_400
    kept.after(RefundOrder(ORDER)).when(RefundOrder(ORDER)).then()


def test_what_was_given_back_before_counts_when_the_seat_is_given_up_by_the_rule() -> None:
    past = CONFIRMED.after(RefundOrder(ORDER, 9_500)).after(CancelSeat(ORDER, "1"))
    assert [refund.amount_minor for refund in order(past).refunds] == [9_500]


def test_a_refund_comes_out_of_as_many_payments_as_it_takes() -> None:
    twice = PLACED.after(paid(20_000), paid(4_000, "pay2"), NoteSecured(ORDER, 1))
    outcome = twice.when(RefundOrder(ORDER, 22_000)).outcome
    assert isinstance(outcome, tuple)
    assert outcome[1:] == (organisers(20_000), organisers(2_000, 2, "pay2"))


def test_a_fee_on_top_goes_back_in_addition_to_the_amount() -> None:
    on_top = OPEN.after(terms(fees=(replace(FEE, borne_by="attendee"),)), placing(), paid(TOTAL + 900))
    outcome = on_top.after(NoteSecured(ORDER, 1)).when(RefundOrder(ORDER, 10_000)).outcome
    assert isinstance(outcome, tuple)
    assert outcome[-1] == organisers(10_350)


def test_only_what_was_sold_is_refunded() -> None:
    PLACED.when(RefundOrder(ORDER)).refused("wrong-state")
    PLACED.after(CancelOrder(ORDER)).when(RefundOrder(ORDER)).refused("wrong-state")
    PLACED.when(RefundOrder(f"{CID}-onone")).refused("not-standing")


# What comes of it


def test_a_refund_is_done_once() -> None:
    DUE.when(DONE).then(RefundDone(ORDER, REFUND, "re_1"))
    assert order(DUE).status == "refunding"
    assert order(DUE.after(DONE)).status == "refunded"
    DUE.after(DONE).when(DONE).then()
    DUE.after(DONE).when(NoteRefund(ORDER, REFUND, "failed", "", "late")).then()


def test_a_refund_that_failed_is_due_still() -> None:
    failed = NoteRefund(ORDER, REFUND, "failed", "", "card-closed")
    DUE.when(failed).then(RefundFailed(ORDER, REFUND, "card-closed"))
    assert order(DUE.after(failed)).status == "refunding"
    assert order(DUE.after(failed, DONE)).status == "refunded"


def test_failures_do_not_grow_the_log_without_end() -> None:
    failed = NoteRefund(ORDER, REFUND, "failed")
    DUE.after(*[failed] * FAILURES_MAX).when(failed).then()


def test_news_of_a_refund_that_is_not_known_is_refused() -> None:
    DUE.when(NoteRefund(ORDER, f"{ORDER}-f9", "done")).refused("not-standing")
    DUE.when(NoteRefund(f"{CID}-onone", REFUND, "done")).refused("not-standing")

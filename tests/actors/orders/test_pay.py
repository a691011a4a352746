"""Payments: seats or the money back, whatever comes late, twice, out of order or never."""

import pytest

from actors.messages.orders import (
    CancelOrder,
    Lapse,
    MarkPaid,
    NoteDecline,
    NotePayment,
    NoteSecured,
    NoteUnsecured,
)
from actors.messages.refusals import Refused
from actors.messages.seats import Confirm, Confirmed
from actors.orders.events import (
    OrderConfirmed,
    OrderLapsed,
    OrderNotSecured,
    PaymentCaptured,
    PaymentDeclined,
    RefundDue,
    SecuringStarted,
)
from actors.orders.kind import ORDERS
from actors.orders.paying import DECLINES_MAX
from tests.actors.orders.given import (
    CID,
    CONFIRMED,
    EXPIRES_MS,
    LINES,
    NOON_MS,
    OPEN,
    ORDER,
    PLACED,
    RESERVATION,
    SEATS,
    SECURING,
    TOTAL,
    order,
    paid,
    placing,
)

LAPSED = PLACED.after(Lapse(ORDER), at=EXPIRES_MS)
INVOICE = OPEN.after(placing(payment="invoice"), at=NOON_MS)


def captured(amount_minor: int, payment: str = "pay1", currency: str = "EUR") -> PaymentCaptured:
    return PaymentCaptured(ORDER, "sandbox", payment, amount_minor, currency)


def due(number: int, amount_minor: int, reason: str, payment: str = "pay1", currency: str = "EUR") -> RefundDue:
    return RefundDue(ORDER, f"{ORDER}-f{number}", "sandbox", payment, amount_minor, currency, reason)  # type: ignore[arg-type]


def test_when_all_is_paid_the_inventory_is_asked_for_the_seats() -> None:
    PLACED.when(paid()).then(captured(TOTAL), SecuringStarted(ORDER, 1))
    (wish,) = ORDERS.wishes(SECURING.state)
    assert (wish.stream, wish.command) == (SEATS, Confirm(RESERVATION, LINES, exactly=True))
    assert (wish.stamp, wish.fresh) == (1, False)


def test_seats_that_are_final_confirm_the_order() -> None:
    (wish,) = ORDERS.wishes(SECURING.state)
    command = ORDERS.granted(SECURING.state, wish, Confirmed(RESERVATION, LINES, "EUR", 4))
    assert command == NoteSecured(ORDER, 1)
    SECURING.when(command).then(OrderConfirmed(ORDER, 3, 24_000, 900, "EUR"))
    assert order(CONFIRMED).status == "confirmed"
    assert list(ORDERS.wishes(CONFIRMED.state)) == []


def test_seats_that_have_gone_give_all_the_money_back() -> None:
    (wish,) = ORDERS.wishes(SECURING.state)
    command = ORDERS.granted(SECURING.state, wish, Refused("hold-expired", "gone"))
    assert command == NoteUnsecured(ORDER, 1)
    SECURING.when(command).then(OrderNotSecured(ORDER), due(1, TOTAL, "not-secured"))
    ended = SECURING.after(command)
    assert order(ended).status == "refunding"
    assert list(ORDERS.wishes(ended.state)) == []


def test_the_inventorys_answer_to_an_earlier_attempt_changes_nothing() -> None:
    for command in (NoteSecured(ORDER, 2), NoteUnsecured(ORDER, 0)):
        SECURING.when(command).then()
    for command in (NoteSecured(ORDER, 1), NoteUnsecured(ORDER, 1)):
        CONFIRMED.when(command).then()
        PLACED.when(command).then()


def test_the_same_notice_again_changes_nothing_at_any_time() -> None:
    for past in (SECURING, CONFIRMED, SECURING.after(NoteUnsecured(ORDER, 1)), CONFIRMED.after(CancelOrder(ORDER))):
        past.when(paid()).then()
        past.when(paid(amount_minor=1)).then()


def test_a_second_payment_goes_back() -> None:
    for past in (SECURING, CONFIRMED):
        past.when(paid(payment="pay2")).then(captured(TOTAL, "pay2"), due(1, TOTAL, "overpaid", "pay2"))


def test_what_is_paid_above_the_total_goes_back() -> None:
    PLACED.when(paid(TOTAL + 7)).then(captured(TOTAL + 7), SecuringStarted(ORDER, 1), due(1, 7, "overpaid"))


def test_payments_in_parts_add_up() -> None:
    part = PLACED.after(paid(20_000))
    assert order(part).status == "awaiting_payment"
    part.when(paid(5_000, "pay2")).then(
        captured(5_000, "pay2"), SecuringStarted(ORDER, 1), due(1, 1_000, "overpaid", "pay2")
    )


def test_money_of_another_currency_goes_back_and_pays_nothing() -> None:
    other = paid(TOTAL, currency="USD")
    PLACED.when(other).then(captured(TOTAL, currency="USD"), due(1, TOTAL, "overpaid", currency="USD"))
    assert order(PLACED.after(other)).captured_minor == 0


def test_two_providers_may_use_the_same_id() -> None:
    outcome = CONFIRMED.when(NotePayment(ORDER, "stripe", "pay1", TOTAL, "EUR")).outcome
    assert isinstance(outcome, tuple)
    assert len(outcome) == 2


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_payment(amount: int) -> None:
    PLACED.when(paid(amount)).refused("invalid")


def test_money_for_no_order_is_refused() -> None:
    PLACED.when(paid(name="bob")).refused("not-standing")


# The deadline


def test_an_order_unpaid_at_its_deadline_lapses_and_not_before() -> None:
    assert ORDERS.next_deadline_ms(PLACED.state) == EXPIRES_MS
    assert ORDERS.due(PLACED.state, EXPIRES_MS - 1, 10) == []
    assert ORDERS.due(PLACED.state, EXPIRES_MS, 10) == [Lapse(ORDER)]
    PLACED.when(Lapse(ORDER), at=EXPIRES_MS - 1).then()
    PLACED.when(Lapse(ORDER), at=EXPIRES_MS).then(OrderLapsed(ORDER))
    assert order(LAPSED).status == "lapsed"
    assert ORDERS.next_deadline_ms(LAPSED.state) == 0


def test_a_paid_order_never_lapses() -> None:
    for past in (SECURING, CONFIRMED):
        assert ORDERS.next_deadline_ms(past.state) == 0
        past.when(Lapse(ORDER), at=EXPIRES_MS).then()


def test_the_part_that_was_paid_of_an_order_that_lapses_goes_back() -> None:
    PLACED.after(paid(5_000)).when(Lapse(ORDER), at=EXPIRES_MS).then(OrderLapsed(ORDER), due(1, 5_000, "too-late"))


def test_a_late_payment_asks_for_the_seats_once_more() -> None:
    LAPSED.when(paid()).then(captured(TOTAL), SecuringStarted(ORDER, 1))
    assert order(LAPSED.after(paid(), NoteSecured(ORDER, 1))).status == "confirmed"
    assert order(LAPSED.after(paid(), NoteUnsecured(ORDER, 1))).status == "refunding"


def test_a_late_payment_that_does_not_suffice_goes_back() -> None:
    LAPSED.when(paid(TOTAL - 1)).then(captured(TOTAL - 1), due(1, TOTAL - 1, "too-late"))


def test_a_late_payment_goes_back_when_the_reservation_was_ordered_from_again() -> None:
    replaced = LAPSED.after(placing(order=f"{CID}-oagain", expires_at_ms=2 * EXPIRES_MS))
    replaced.when(paid()).then(captured(TOTAL), due(1, TOTAL, "too-late"))


def test_a_payment_after_the_end_goes_back() -> None:
    unsecured = SECURING.after(NoteUnsecured(ORDER, 1))
    unsecured.when(paid(payment="pay2")).then(captured(TOTAL, "pay2"), due(2, TOTAL, "too-late", "pay2"))
    cancelled = PLACED.after(CancelOrder(ORDER))
    cancelled.when(paid()).then(captured(TOTAL), due(1, TOTAL, "too-late"))


# Invoices and declined payments


def test_an_organiser_marks_an_invoice_paid_once() -> None:
    marked = PaymentCaptured(ORDER, "invoice", f"invoice-{ORDER}", TOTAL, "EUR")
    INVOICE.when(MarkPaid(ORDER)).then(marked, SecuringStarted(ORDER, 1))
    INVOICE.after(MarkPaid(ORDER)).when(MarkPaid(ORDER)).then()


def test_an_invoice_that_lapsed_is_paid_late() -> None:
    late = INVOICE.after(Lapse(ORDER), at=EXPIRES_MS).after(MarkPaid(ORDER))
    assert order(late).securing


def test_only_invoices_that_stand_are_marked_paid() -> None:
    PLACED.when(MarkPaid(ORDER)).refused("wrong-state")
    INVOICE.after(CancelOrder(ORDER)).when(MarkPaid(ORDER)).refused("wrong-state")
    PLACED.when(MarkPaid(f"{CID}-onone")).refused("not-standing")


def test_a_declined_payment_may_be_tried_again() -> None:
    decline = NoteDecline(ORDER, "sandbox", "try1")
    PLACED.when(decline).then(PaymentDeclined(ORDER, "sandbox", "try1"))
    assert order(PLACED.after(decline, paid())).securing
    CONFIRMED.when(decline).then()
    PLACED.when(NoteDecline(f"{CID}-onone", "sandbox", "try1")).refused("not-standing")


def test_declines_do_not_grow_the_log_without_end() -> None:
    declines = [NoteDecline(ORDER, "sandbox", f"try{number}") for number in range(DECLINES_MAX)]
    PLACED.after(*declines).when(NoteDecline(ORDER, "sandbox", "more")).then()

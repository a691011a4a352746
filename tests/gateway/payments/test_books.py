"""Two sets of books, compared: every way in which they can differ is named, and only three settle by themselves."""

from collections.abc import Mapping

from gateway.payments.books import SETTLED, Books, Difference, Kind, compare
from gateway.payments.ports import PaymentFound, ProviderName, RefundFound

PAID = {"order": "o1", "provider": "sandbox", "payment": "p1", "amount_minor": 100, "currency": "EUR"}
DUE = {**PAID, "refund": "o1-f1", "amount_minor": 40, "reason": "cancelled", "note": ""}
THERE = PaymentFound("p1", "o1", "captured", 100, "EUR")
BACK = RefundFound("o1-f1", "r1", 40, "done")


def books(*events: tuple[str, Mapping[str, object]]) -> Books:
    books = Books()
    for type, fields in events:
        books.take(type, fields)
    return books


CAPTURED = ("payment-captured", PAID)
OWED = ("refund-due", DUE)
GIVEN = ("refund-done", {"order": "o1", "refund": "o1-f1", "reference": "r1"})


def kinds(here: Books, *there: PaymentFound, provider: ProviderName = "sandbox") -> list[Kind]:
    return [difference.kind for difference in compare(here, provider, there)]


def with_refund(refund: RefundFound = BACK) -> PaymentFound:
    return PaymentFound("p1", "o1", "captured", 100, "EUR", (refund,))


def test_books_that_agree_differ_in_nothing() -> None:
    assert kinds(books(CAPTURED), THERE) == []
    assert kinds(books(CAPTURED, OWED, GIVEN), with_refund()) == []
    assert kinds(books(), PaymentFound("p2", "o2", "open", 100, "EUR")) == []


def test_a_payment_without_its_notice_is_found() -> None:
    assert list(compare(books(), "sandbox", [THERE])) == [
        Difference("notice-missing", "sandbox", "o1", "p1", 100, "EUR")
    ]


def test_a_payment_that_one_side_does_not_know_or_calls_otherwise_is_listed() -> None:
    assert kinds(books(CAPTURED)) == ["payment-unknown"]
    assert kinds(books(CAPTURED), PaymentFound("p1", "o1", "declined", 100, "EUR")) == ["not-captured"]
    assert kinds(books(CAPTURED), PaymentFound("p1", "o1", "captured", 101, "EUR")) == ["amount-differs"]
    assert kinds(books(CAPTURED), PaymentFound("p1", "o1", "captured", 100, "USD")) == ["amount-differs"]


def test_a_refund_that_one_side_does_not_know_is_found() -> None:
    assert kinds(books(CAPTURED, OWED), THERE) == ["refund-due"]
    assert kinds(books(CAPTURED, OWED), with_refund()) == ["refund-not-noted"]
    assert kinds(books(CAPTURED), with_refund()) == ["refund-unknown"]
    assert kinds(books(CAPTURED, OWED, GIVEN), THERE) == ["refund-not-there"]


def test_a_refund_under_way_is_no_difference_and_a_failed_one_is_due_again() -> None:
    assert kinds(books(CAPTURED, OWED), with_refund(RefundFound("o1-f1", "r1", 40, "pending"))) == []
    assert kinds(books(CAPTURED, OWED), with_refund(RefundFound("o1-f1", "r1", 40, "failed"))) == ["refund-due"]


def test_each_provider_is_compared_with_its_own() -> None:
    assert kinds(books(CAPTURED, OWED), provider="stripe") == []


def test_of_invoices_only_what_is_to_be_given_back_stands_out() -> None:
    paid = ("payment-captured", {**PAID, "provider": "invoice"})
    owed = ("refund-due", {**DUE, "provider": "invoice"})
    assert kinds(books(paid), provider="invoice") == []
    assert kinds(books(paid, owed), provider="invoice") == ["refund-due"]
    assert kinds(books(paid, owed, GIVEN), provider="invoice") == []


def test_what_settles_by_itself() -> None:
    assert {"notice-missing", "refund-not-noted", "refund-due"} == SETTLED

"""The sandbox's books: a payment is begun once, paid once, and never gives back more than it took."""

from pathlib import Path

import pytest

from gateway.payments.ledger import Ledger
from gateway.payments.ports import PaymentFound, RefundFound, Wanted

WANTED = Wanted("c1-oa", 10_000, "EUR", 900)


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger(None)
    ledger.begin("sbx-1", WANTED, 5)
    return ledger


def test_a_payment_that_is_begun_again_stays_as_it_is(ledger: Ledger) -> None:
    assert ledger.settle("sbx-1", captured=True)
    ledger.begin("sbx-1", Wanted("c1-oa", 1, "USD", 1), 6)
    assert ledger.find("sbx-1") == PaymentFound("sbx-1", "c1-oa", "captured", 10_000, "EUR")


def test_a_declined_payment_can_still_be_paid_and_a_paid_one_not_be_declined(ledger: Ledger) -> None:
    assert ledger.settle("sbx-1", captured=False)
    assert ledger.settle("sbx-1", captured=True)
    assert not ledger.settle("sbx-1", captured=False)
    assert not ledger.settle("sbx-1", captured=True)


def test_a_refund_is_made_once_for_each_key(ledger: Ledger) -> None:
    ledger.settle("sbx-1", captured=True)
    first = ledger.refund("f1", "sbx-1", 6_000, 7)
    assert first is not None
    assert ledger.refund("f1", "sbx-1", 6_000, 8) == first
    assert ledger.refund("f1", "sbx-1", 5_000, 8) is None, "the same key for something else"
    found = ledger.find("sbx-1")
    assert found is not None
    assert found.refunds == (RefundFound("f1", first, 6_000, "done"),)


def test_no_more_goes_back_than_came(ledger: Ledger) -> None:
    assert ledger.refund("f0", "sbx-1", 1, 6) is None, "nothing was paid yet"
    ledger.settle("sbx-1", captured=True)
    assert ledger.refund("f1", "sbx-1", 6_000, 7) is not None
    assert ledger.refund("f2", "sbx-1", 4_001, 7) is None
    assert ledger.refund("f3", "sbx-1", 4_000, 7) is not None
    assert ledger.refund("f4", "sbx-1", 0, 7) is None


def test_payments_come_in_pages_from_a_time_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.payments.ledger.PAGE_ROWS_MAX", 2)
    ledger = Ledger(tmp_path / "sandbox.db")
    for number in range(5):
        ledger.begin(f"sbx-{number}", WANTED, number)
    names, after = [], 0
    while True:
        found, after = ledger.page(1, after)
        names += [each.payment for each in found]
        if not after:
            break
    assert names == ["sbx-1", "sbx-2", "sbx-3", "sbx-4"]

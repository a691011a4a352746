"""Stripe's official library against a running localstripe: begin, pay, refund, look up; and notices by signature."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from urllib.error import HTTPError

import pytest

from config.settings import load
from gateway.payments.ports import (
    Declined,
    Failed,
    Forged,
    Ignored,
    Notice,
    Paid,
    PaymentFound,
    Refunded,
    RefundSettled,
    Unknown,
    Unreachable,
    Wanted,
)
from gateway.payments.stripe import Stripe
from tests.gateway.payments.localstripe import KEY, LocalStripe, localstripe
from tests.support.product import free_port

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:stripe", "ignore::ResourceWarning")

SECRET = "whsec_test"
ORDER = "cabcdefghijkl-o" + "a" * 26
WANTED = Wanted(ORDER, 12_500, "EUR", 0)


def provider(base: str) -> Stripe:
    settings = load(
        {
            "CONTOSO_PAYMENTS_STRIPE_SECRET_KEY": KEY,
            "CONTOSO_PAYMENTS_STRIPE_PUBLISHABLE_KEY": "pk_test_1",
            "CONTOSO_PAYMENTS_STRIPE_WEBHOOK_SECRET": SECRET,
            "CONTOSO_PAYMENTS_STRIPE_API": base,
            "CONTOSO_PAYMENTS_STRIPE_TIMEOUT_MS": "5000",
        }
    )
    return Stripe(settings.payments, lambda order: f"https://x/pay/stripe/{order}")


@pytest.fixture(scope="module")
def there() -> Iterator[LocalStripe]:
    with localstripe() as running:
        yield running


@pytest.fixture
def stripe(there: LocalStripe) -> Stripe:
    return provider(there.base)


@pytest.mark.system
def test_a_payment_is_begun_paid_found_and_given_back_once(there: LocalStripe, stripe: Stripe) -> None:
    begun = asyncio.run(stripe.begin(WANTED))
    assert begun.url == f"https://x/pay/stripe/{ORDER}"
    assert begun.secret.startswith(begun.payment)
    assert asyncio.run(stripe.begin(WANTED)) == begun
    assert asyncio.run(stripe.lookup(begun.payment)) == PaymentFound(begun.payment, ORDER, "open", 12_500, "EUR")
    there.pay(begun.payment)
    found = asyncio.run(stripe.lookup(begun.payment))
    assert found is not None
    assert found.state == "captured"
    first = asyncio.run(stripe.refund(begun.payment, 2_500, "EUR", f"{ORDER}-f1"))
    assert isinstance(first, Refunded)
    assert asyncio.run(stripe.refund(begun.payment, 2_500, "EUR", f"{ORDER}-f1")) == first
    found = asyncio.run(stripe.lookup(begun.payment))
    assert found is not None
    assert [(refund.key, refund.amount_minor, refund.state) for refund in found.refunds] == [
        (f"{ORDER}-f1", 2_500, "done")
    ]


@pytest.mark.system
def test_all_payments_of_ours_are_listed(there: LocalStripe, stripe: Stripe) -> None:
    begun = asyncio.run(stripe.begin(Wanted(ORDER[:-1] + "b", 100, "EUR", 0)))
    there.call("POST", "/v1/payment_intents", amount="100", currency="eur")  # Of somebody else's.

    async def listed() -> dict[str, PaymentFound]:
        return {found.payment: found async for found in stripe.payments(0)}

    found = asyncio.run(listed())
    assert found[begun.payment].order == ORDER[:-1] + "b"
    assert all(each.order for each in found.values())


@pytest.mark.system
def test_a_declined_card_leaves_the_payment_open(there: LocalStripe, stripe: Stripe) -> None:
    begun = asyncio.run(stripe.begin(Wanted(ORDER[:-1] + "c", 100, "EUR", 0)))
    with pytest.raises(HTTPError):
        there.pay(begun.payment, "4000000000000341")
    found = asyncio.run(stripe.lookup(begun.payment))
    assert found is not None
    assert found.state == "open"
    assert isinstance(asyncio.run(stripe.refund(begun.payment, 100, "EUR", "f9")), Failed)


@pytest.mark.system
def test_what_is_not_there_is_none(stripe: Stripe) -> None:
    assert asyncio.run(stripe.lookup("pi_nothing")) is None


def test_a_stripe_that_does_not_answer_is_unknown_not_no() -> None:
    silent = provider(f"http://127.0.0.1:{free_port()}")
    assert isinstance(asyncio.run(silent.refund("pi_1", 100, "EUR", "f1")), Unknown)
    with pytest.raises(Unreachable):
        asyncio.run(silent.begin(WANTED))


def event(kind: str, **about: object) -> bytes:
    return json.dumps({"type": kind, "data": {"object": about}}).encode()


def heard(body: bytes, *, late_s: int = 0, secret: str = SECRET) -> Notice:
    at_s = int(time.time()) - late_s
    signature = hmac.digest(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hex()
    return provider("http://127.0.0.1:1").notice({"stripe-signature": f"t={at_s},v1={signature}"}, body)


PAID = event("payment_intent.succeeded", id="pi_1", amount=100, currency="eur", metadata={"order": ORDER})


def test_signed_notices_are_heard() -> None:
    assert heard(PAID) == Paid(ORDER, "pi_1", 100, "EUR")
    assert heard(event("payment_intent.payment_failed", id="pi_1", metadata={"order": ORDER})) == Declined(
        ORDER, "pi_1"
    )
    refund = {"id": "re_1", "metadata": {"refund": f"{ORDER}-f2"}}
    assert heard(event("refund.updated", status="succeeded", **refund)) == RefundSettled(
        ORDER, f"{ORDER}-f2", "done", "re_1"
    )
    failed = heard(event("refund.failed", status="failed", **refund))
    assert isinstance(failed, RefundSettled)
    assert failed.outcome == "failed"


def test_notices_of_others_things_are_ignored() -> None:
    assert isinstance(heard(event("customer.created", id="cus_1")), Ignored)
    assert isinstance(heard(event("payment_intent.succeeded", id="pi_1", amount=1, currency="eur")), Ignored)


def test_forged_stale_and_broken_notices_are_refused() -> None:
    assert isinstance(heard(PAID, secret="whsec_other"), Forged)
    assert isinstance(heard(PAID, late_s=400), Forged)
    assert isinstance(heard(b"\xff\xfe"), Forged)
    assert isinstance(heard(b"[]"), Forged)
    assert isinstance(provider("http://127.0.0.1:1").notice({}, PAID), Forged)

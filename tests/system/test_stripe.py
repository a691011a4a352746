"""The whole product with Stripe's library and a running localstripe: page, card, notice, refund; and forgers."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.gateway.payments.localstripe import KEY, LocalStripe, localstripe
from tests.support.product import Organiser, Product, register, running, wait_until

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system"), pytest.mark.timeout(180)]

SECRET = "whsec_of_tests"


@pytest.fixture(scope="module")
def there() -> Iterator[LocalStripe]:
    with localstripe() as running_stripe:
        yield running_stripe


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, there: LocalStripe) -> Iterator[Product]:
    settings = {
        "CONTOSO_PAYMENTS_STRIPE_SECRET_KEY": KEY,
        "CONTOSO_PAYMENTS_STRIPE_PUBLISHABLE_KEY": "pk_test_1",
        "CONTOSO_PAYMENTS_STRIPE_WEBHOOK_SECRET": SECRET,
        "CONTOSO_PAYMENTS_STRIPE_API": there.base,
        "CONTOSO_PAYMENTS_STRIPE_SCRIPT": f"{there.base}/js.stripe.com/v3/",
        "CONTOSO_PAYMENTS_SANDBOX": "0",
    }
    with running(tmp_path_factory.mktemp("stripe") / "data", **settings) as product:
        there.notify(f"http://127.0.0.1:{product.port}/api/v1/payments/stripe/notice", SECRET)
        yield product


def order(product: Product, payment: str = "stripe") -> Any:
    organiser: Organiser = register(product)
    slug = f"s{uuid4().hex[:10]}"
    seats = organiser.conference(slug, {"Standard": 10})
    items = [{"seat_type": seats["Standard"], "quantity": 1}]
    held = product.call("POST", f"/api/v1/conferences/{slug}/reservations", {"items": items}, key=str(uuid4())).body
    body = {"buyer": {"name": "Ann", "email": "ann@example.org"}, "payment": payment}
    return product.call("POST", f"/api/v1/reservations/{held['id']}/order", body, key=str(uuid4()), token=held["token"])


def status(product: Product, made: dict[str, Any]) -> str:
    return str(product.call("GET", f"/api/v1/orders/{made['id']}", token=made["token"]).body["status"])


def test_a_card_payment_confirms_the_order_and_its_cancellation_refunds_it(
    product: Product, there: LocalStripe
) -> None:
    made = order(product).body
    page = product.call("GET", urlsplit(made["payment_url"]).path)
    assert page.status == 200
    assert there.base in page.headers["content-security-policy"]
    found = re.search(r'data-secret="(pi_[A-Za-z0-9]+)_secret_', page.body)
    assert found is not None
    there.pay(found[1])
    wait_until(lambda: status(product, made) == "confirmed", 20, "the notice")
    cancelled = product.call("DELETE", f"/api/v1/orders/{made['id']}", token=made["token"], key=str(uuid4()))
    assert cancelled.status == 200
    wait_until(lambda: status(product, made) == "refunded", 20, "the refund")
    (refund,) = there.call("GET", f"/v1/refunds?payment_intent={found[1]}")["data"]
    assert (refund["amount"], refund["metadata"]["refund"]) == (12_500, f"{made['id']}-f1")


def test_a_forged_notice_is_refused_without_a_hint(product: Product) -> None:
    made = order(product).body
    body = {"type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}}
    forged = {"Stripe-Signature": "t=1,v1=00"}
    refused = product.call("POST", "/api/v1/payments/stripe/notice", body, headers=forged)
    assert refused.status == 400
    assert "signature" not in str(refused.body)
    assert status(product, made) == "awaiting_payment"


def test_a_provider_that_is_switched_off_is_not_offered(product: Product) -> None:
    refused = order(product, "sandbox")
    assert refused.status == 409
    assert refused.body["type"] == "/problems/payment-not-offered"

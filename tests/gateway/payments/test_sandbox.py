"""The sandbox as a provider: idempotent, and believed for its signature alone."""

import asyncio

import msgspec
import pytest

from gateway.payments.ledger import Ledger
from gateway.payments.ports import Begun, Declined, Failed, Forged, Paid, Refunded, Unknown, Wanted
from gateway.payments.sandbox import SIGNATURE_HEADER, TOLERANCE_S, Sandbox, SandboxEvent, payment_of, signed
from storage.failures import Unavailable

KEY = b"k" * 32
NOW_S = 1_795_867_200
WANTED = Wanted("c1-oa", 10_000, "EUR", 900)
EVENT = SandboxEvent("payment.captured", "c1-oa", "sbx-c1-oa", 10_000, "EUR")
BODY = msgspec.json.encode(EVENT)


@pytest.fixture
def sandbox() -> Sandbox:
    ledger = Ledger(None)
    return Sandbox(lambda: ledger, KEY, lambda order: f"https://x/pay/{order}", lambda: NOW_S * 1000)


def heard(sandbox: Sandbox, body: bytes = BODY, at_s: int = NOW_S, key: bytes = KEY) -> object:
    return sandbox.notice({SIGNATURE_HEADER: signed(key, at_s, body)}, body)


def test_an_order_has_one_payment_however_often_it_is_begun(sandbox: Sandbox) -> None:
    begun = asyncio.run(sandbox.begin(WANTED))
    assert begun == Begun(payment_of("c1-oa"), "https://x/pay/c1-oa")
    assert asyncio.run(sandbox.begin(WANTED)) == begun


def test_a_refund_asked_for_twice_is_one(sandbox: Sandbox) -> None:
    asyncio.run(sandbox.begin(WANTED))
    sandbox.ledger.settle("sbx-c1-oa", captured=True)
    first = asyncio.run(sandbox.refund("sbx-c1-oa", 10_000, "EUR", "f1"))
    assert isinstance(first, Refunded)
    assert asyncio.run(sandbox.refund("sbx-c1-oa", 10_000, "EUR", "f1")) == first
    assert isinstance(asyncio.run(sandbox.refund("sbx-c1-oa", 1, "EUR", "f2")), Failed)
    assert isinstance(asyncio.run(sandbox.refund("sbx-c1-oa", 1, "USD", "f3")), Failed)
    assert isinstance(asyncio.run(sandbox.refund("sbx-none", 1, "EUR", "f4")), Failed)


def test_books_out_of_reach_are_unknown_not_no() -> None:
    def broken() -> Ledger:
        raise Unavailable("disk I/O error")

    sandbox = Sandbox(broken, KEY, str, lambda: 0)
    assert isinstance(asyncio.run(sandbox.refund("sbx-1", 1, "EUR", "f1")), Unknown)


def test_a_signed_notice_is_heard(sandbox: Sandbox) -> None:
    assert heard(sandbox) == Paid("c1-oa", "sbx-c1-oa", 10_000, "EUR")
    declined = msgspec.json.encode(msgspec.structs.replace(EVENT, kind="payment.declined"))
    assert heard(sandbox, declined) == Declined("c1-oa", "sbx-c1-oa")


@pytest.mark.parametrize("late_s", [-TOLERANCE_S - 1, TOLERANCE_S + 1])
def test_a_notice_of_another_time_is_forged(sandbox: Sandbox, late_s: int) -> None:
    assert isinstance(heard(sandbox, at_s=NOW_S + late_s), Forged)


@pytest.mark.parametrize(
    "header",
    ["", "t=", "t=x,v1=00", f"t={NOW_S}", f"t={NOW_S},v1=", "t=" + "9" * 400, f"t={NOW_S},v1=é", "t=\uff11,v1=0"],
)
def test_a_wrong_signature_is_forged(sandbox: Sandbox, header: str) -> None:
    assert isinstance(sandbox.notice({SIGNATURE_HEADER: header}, BODY), Forged)


def test_another_key_or_body_is_forged(sandbox: Sandbox) -> None:
    assert isinstance(heard(sandbox, key=b"x" * 32), Forged)
    other = BODY.replace(b"10000", b"10001")
    assert isinstance(sandbox.notice({SIGNATURE_HEADER: signed(KEY, NOW_S, BODY)}, other), Forged)
    assert isinstance(sandbox.notice({}, BODY), Forged)
    assert isinstance(heard(sandbox, b"\xff{"), Forged)

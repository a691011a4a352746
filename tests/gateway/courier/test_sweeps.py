"""Money whose notice never came is found without anybody asking."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from actors.messages.codec import Decoder, encode
from actors.messages.orders import NotePayment
from config.settings import load
from gateway.courier.sweeps import LOOK_BACK_MS, Sweeps
from gateway.payments.offered import open_payments
from gateway.payments.ports import Wanted
from gateway.payments.sandbox import payment_of
from gateway.ports import Busy
from tests.gateway.courier.given import NOW_MS, ORDER, STANDING, FakeFacts

decode: Decoder[NotePayment] = Decoder(NotePayment)


class Desk:
    """A sandbox with one payment, and orders that keep what they are told."""

    def __init__(self, data: Path, *, begun_ms: int = NOW_MS, captured: bool = True) -> None:
        data.mkdir(exist_ok=True)
        self.now_ms, self.told, self.facts = begun_ms, list[NotePayment](), FakeFacts()
        self.failure: Exception | None = None
        self.facts.change(status="lapsed", captured_minor=0)
        payments = open_payments(load({"CONTOSO_DATA": str(data)}), b"k" * 32, lambda: self.now_ms)
        asyncio.run(payments.sandbox.begin(Wanted(ORDER, 20_000, "EUR", 0)))
        if captured:
            payments.sandbox.ledger.settle(payment_of(ORDER), captured=True)
        self.now_ms = NOW_MS
        self.sweeps = Sweeps(payments, self.facts, self, lambda: self.now_ms, 1_000)  # type: ignore[arg-type]  # The part used here.

    async def ask(self, stream: str, key: bytes, fingerprint: bytes, correlation: str, command: bytes) -> Any:
        if self.failure is not None:
            raise self.failure
        self.told.append(decode(command))
        return encode(STANDING)

    def sweep(self) -> int:
        return asyncio.run(self.sweeps.sweep())


def test_a_captured_payment_that_its_order_does_not_know_is_noted(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.sweep() == 1
    assert desk.told == [NotePayment(ORDER, "sandbox", payment_of(ORDER), 20_000, "EUR")]


def test_one_that_is_known_or_not_paid_is_left_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "open", captured=False)
    assert desk.sweep() == 0
    desk = Desk(tmp_path / "known")
    desk.facts.change(captured_minor=20_000)
    assert desk.sweep() == 0
    desk.facts.orders.clear()
    assert desk.sweep() == 0


def test_only_the_last_days_are_looked_at(tmp_path: Path) -> None:
    assert Desk(tmp_path, begun_ms=NOW_MS - LOOK_BACK_MS - 1).sweep() == 0


def test_an_order_that_can_not_be_told_is_told_by_the_next_sweep(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(tmp_path)
    desk.failure = Busy("full")
    assert desk.sweep() == 0
    assert "sweep-cut-short" in caplog.text
    desk.failure = None
    assert desk.sweep() == 1

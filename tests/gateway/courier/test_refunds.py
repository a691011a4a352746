"""Money goes back once and its order hears of it, whatever the provider or the way to the order does in between."""

import asyncio
from typing import Any

import pytest

from actors.messages.codec import Decoder, encode
from actors.messages.effects import GiveBack
from actors.messages.orders import NoteRefund
from actors.messages.refusals import Refused
from gateway.courier.carriers import Again, Done, GivenUp, Outcome
from gateway.courier.refunds import FAILURES_MAX, PENDING_MS, Refunds
from gateway.payments.ports import Failed, Pending, Refunded, RefundOutcome, Unknown
from gateway.ports import Busy, OutcomeUnknown, UnknownStream
from tests.gateway.courier.given import NOW_MS, ORDER, STANDING, STREAM, due

WANTED = GiveBack(ORDER, f"{ORDER}-f1", "sandbox", f"sbx-{ORDER}", 9_000, "EUR", "cancelled")
decode: Decoder[NoteRefund] = Decoder(NoteRefund)


class Bank:
    """A provider that answers as it is told and keeps what it was asked."""

    def __init__(self, *outcomes: RefundOutcome) -> None:
        self.asked: list[tuple[str, int, str, str]] = []
        self._outcomes = list(outcomes)

    async def refund(self, payment: str, amount_minor: int, currency: str, key: str) -> RefundOutcome:
        self.asked.append((payment, amount_minor, currency, key))
        return self._outcomes.pop(0)


class Orders:
    """Entities that note refunds, or fail as they are told."""

    def __init__(self, *answers: Any) -> None:
        self.told: list[tuple[str, NoteRefund]] = []
        self._answers = list(answers)

    async def ask(self, stream: str, key: bytes, fingerprint: bytes, correlation: str, command: bytes) -> bytes:
        self.told.append((stream, decode(command)))
        answer = self._answers.pop(0) if self._answers else STANDING
        if isinstance(answer, Exception):
            raise answer
        return encode(answer)


def carry(bank: Bank | None, orders: Orders, attempt: int = 1) -> Outcome:
    refunds = Refunds(lambda _: bank, orders, lambda: 0.0)  # type: ignore[arg-type, return-value]  # The parts used here.
    return asyncio.run(refunds.carry(due(WANTED, "refund", attempt=attempt), NOW_MS))


def test_a_refund_is_asked_for_under_its_own_key_and_its_order_told() -> None:
    bank, orders = Bank(Refunded("r1")), Orders()
    assert carry(bank, orders) == Done()
    assert bank.asked == [(WANTED.payment, 9_000, "EUR", WANTED.refund)]
    assert orders.told == [(STREAM, NoteRefund(ORDER, WANTED.refund, "done", "r1"))]


@pytest.mark.parametrize("failure", [Busy("full"), OutcomeUnknown("silent")])
def test_an_order_that_can_not_be_told_is_told_later_of_the_same_refund(failure: Exception) -> None:
    bank, orders = Bank(Refunded("r1"), Refunded("r1")), Orders(failure)
    assert isinstance(carry(bank, orders), Again)
    assert carry(bank, orders, 2) == Done()
    assert len({key for *_, key in bank.asked}) == 1
    assert orders.told[0] == orders.told[1]


def test_what_is_unknown_is_asked_again_for_ever() -> None:
    bank, orders = Bank(Unknown("timeout"), Unknown("timeout")), Orders()
    assert carry(bank, orders) == Again(NOW_MS + 2_000, "timeout")
    assert carry(bank, orders, 10_000) == Again(NOW_MS + 600_000, "timeout")
    assert orders.told == []


def test_what_the_provider_has_in_hand_is_asked_for_again_later() -> None:
    outcome = carry(Bank(Pending("r1")), Orders())
    assert isinstance(outcome, Again)
    assert outcome.at_ms == NOW_MS + PENDING_MS


def test_a_no_is_noted_tried_again_and_given_up_visibly() -> None:
    orders = Orders()
    assert carry(Bank(Failed("no funds")), orders) == Again(NOW_MS + 2_000, "no funds")
    assert orders.told[0][1].outcome == "failed"
    assert carry(Bank(Failed("no funds")), orders, FAILURES_MAX) == GivenUp("no funds")


def test_an_order_that_does_not_stand_is_for_an_operator() -> None:
    assert carry(Bank(Refunded("r1")), Orders(UnknownStream("x"))) == GivenUp("there are no such orders")
    refused = Refused("not-standing", "there is no such order")
    assert carry(Bank(Refunded("r1")), Orders(refused)) == GivenUp("there is no such order")


def test_a_provider_that_is_not_configured_any_more_is_waited_for() -> None:
    assert isinstance(carry(None, Orders()), Again)

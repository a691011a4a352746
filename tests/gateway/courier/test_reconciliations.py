"""Reconciling: what provider and log tell differently is listed, what has one right answer is settled, and reported."""

import asyncio
import json
from pathlib import Path
from typing import Any

from msgspec import Raw

from actors.kernel.upcasting import described
from actors.messages.codec import Decoder, encode
from actors.messages.effects import Reconciliation
from actors.messages.envelopes import DescribedEvent, LogPage
from actors.messages.orders import NotePayment, NoteRefund
from actors.orders.events import PaymentCaptured, RefundDone, RefundDue
from config.settings import load
from gateway.courier.carriers import Done, GivenUp, Outcome
from gateway.courier.reconciliations import Reconciliations, report_path
from gateway.payments.offered import Payments, open_payments
from gateway.payments.ports import Wanted
from gateway.payments.sandbox import payment_of
from gateway.ports import Busy, UnknownStream
from tests.gateway.courier.given import CID, NOW_MS, ORDER, STANDING, FakeFacts, due, inline

KEY = "reconciliation/abc"
PAYMENT = payment_of(ORDER)
CAPTURED = PaymentCaptured(ORDER, "sandbox", PAYMENT, 100, "EUR")
DUE = RefundDue(ORDER, f"{ORDER}-f1", "sandbox", PAYMENT, 40, "EUR", "cancelled")
DONE = RefundDone(ORDER, f"{ORDER}-f1", "r1")
decode: Decoder[NotePayment | NoteRefund] = Decoder(NotePayment | NoteRefund)


class Log:
    """Entities with one log of orders, which keep what they are told."""

    def __init__(self, *events: Any, page: int = 2) -> None:
        self.events, self.page = events, page
        self.told: list[Any] = []
        self.failure: Exception | None = None

    async def read_log(self, stream: str, after: int, limit: int) -> LogPage:
        if stream != f"orders-{CID}":
            raise UnknownStream(stream)
        found = []
        for version, event in list(enumerate(self.events, 1))[after : after + self.page]:
            name, fields = described(event)
            found.append(DescribedEvent(version, 0, name, Raw(encode(fields))))
        return LogPage(stream, 1, 0, len(self.events), [], found)

    async def ask(self, stream: str, key: bytes, fingerprint: bytes, correlation: str, command: bytes) -> bytes:
        if self.failure is not None:
            raise self.failure
        self.told.append(decode(command))
        return encode(STANDING)


class Office:
    """Everything around a reconciliation."""

    def __init__(self, data: Path, log: Log) -> None:
        self.data, self.log = data, log
        self.payments: Payments = open_payments(load({"CONTOSO_DATA": str(data)}), b"k" * 32, lambda: NOW_MS)
        self.facts = FakeFacts()
        self.facts.conferences_known["cunsold"] = self.facts.conferences_known[CID]

    def pay(self, captured: bool = True) -> None:
        """At the sandbox, which tells nobody."""
        asyncio.run(self.payments.sandbox.begin(Wanted(ORDER, 100, "EUR", 0)))
        if captured:
            self.payments.sandbox.ledger.settle(PAYMENT, captured=True)

    def reconcile(self, settle: bool = True) -> Outcome:
        carrier = Reconciliations(self.payments, self.facts, self.log, inline, self.data)  # type: ignore[arg-type]  # The parts used here.
        wanted = due(Reconciliation(0, settle), "reconciliation", key=KEY)
        return asyncio.run(carrier.carry(wanted, NOW_MS))

    @property
    def report(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in report_path(self.data, KEY).read_text("utf-8").splitlines()]


def test_books_that_agree_are_reported_as_such(tmp_path: Path) -> None:
    office = Office(tmp_path, Log(CAPTURED))
    office.pay()
    assert office.reconcile() == Done()
    assert office.report == [{"payments": 1, "refunds": 0, "differences": 0}]


def test_a_payment_whose_notice_never_came_is_noted(tmp_path: Path) -> None:
    office = Office(tmp_path, Log())
    office.pay()
    assert office.reconcile() == Done()
    assert office.log.told == [NotePayment(ORDER, "sandbox", PAYMENT, 100, "EUR")]
    assert (office.report[0]["kind"], office.report[0]["outcome"]) == ("notice-missing", "settled")
    assert office.report[-1]["settled"] == 1


def test_a_refund_that_the_provider_does_not_know_is_asked_for_again(tmp_path: Path) -> None:
    office = Office(tmp_path, Log(CAPTURED, DUE))
    office.pay()
    assert office.reconcile() == Done()
    found = office.payments.sandbox.ledger.find(PAYMENT)
    assert found is not None
    (refund,) = found.refunds
    assert (refund.key, refund.amount_minor) == (DUE.refund, 40)
    assert office.log.told == [NoteRefund(ORDER, DUE.refund, "done", refund.reference)]


def test_a_refund_that_is_done_there_is_noted_here(tmp_path: Path) -> None:
    office = Office(tmp_path, Log(CAPTURED, DUE))
    office.pay()
    reference = office.payments.sandbox.ledger.refund(DUE.refund, PAYMENT, 40, 1)
    assert office.reconcile() == Done()
    assert office.log.told == [NoteRefund(ORDER, DUE.refund, "done", reference or "")]


def test_listing_settles_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path, Log())
    office.pay()
    assert office.reconcile(settle=False) == Done()
    assert office.log.told == []
    assert office.report[0]["outcome"] == "listed"


def test_what_has_no_one_right_answer_is_left_to_people(tmp_path: Path) -> None:
    office = Office(tmp_path, Log(CAPTURED, DUE, DONE))
    office.pay(captured=False)
    assert office.reconcile() == Done()
    assert office.log.told == []
    assert {line["kind"] for line in office.report[:-1]} == {"not-captured", "refund-not-there"}


def test_an_order_that_can_not_be_told_is_reported_and_found_again(tmp_path: Path) -> None:
    office = Office(tmp_path, Log())
    office.pay()
    office.log.failure = Busy("full")
    assert office.reconcile() == Done()
    assert office.report[0]["outcome"] == "the order was not told: Busy"
    assert office.report[-1]["not settled"] == 1


def test_a_log_that_can_not_be_read_is_no_half_report(tmp_path: Path) -> None:
    office = Office(tmp_path, Log())

    async def silent(stream: str, after: int, limit: int) -> LogPage:
        raise Busy(stream)

    office.log.read_log = silent  # type: ignore[method-assign]
    assert isinstance(office.reconcile(), GivenUp)
    assert not report_path(tmp_path, KEY).exists()


def test_what_was_given_back_while_the_logs_were_read_is_no_difference(tmp_path: Path) -> None:
    log = Log(CAPTURED, DUE, DONE)
    office = Office(tmp_path, log)
    office.pay()
    read_log = log.read_log

    async def meanwhile(stream: str, after: int, limit: int) -> LogPage:
        office.payments.sandbox.ledger.refund(DUE.refund, PAYMENT, 40, 1)
        return await read_log(stream, after, limit)

    log.read_log = meanwhile  # type: ignore[method-assign]
    assert office.reconcile() == Done()
    assert office.report == [{"payments": 1, "refunds": 1, "differences": 0}]

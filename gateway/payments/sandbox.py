"""The sandbox: a payment provider with books of its own, and a page where one can pay, decline or misbehave.

Its notices are signed with HMAC-SHA256 over time and body, like those of a real provider, and go over HTTP.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final, Literal

import msgspec
from msgspec import Struct

from gateway.payments.ledger import Ledger, Press
from gateway.payments.ports import (
    Begun,
    Declined,
    Failed,
    Forged,
    Notice,
    Paid,
    PaymentFound,
    ProviderName,
    Refunded,
    RefundOutcome,
    Unknown,
    Unreachable,
    Wanted,
)
from storage.failures import Unavailable

SIGNATURE_HEADER: Final = "sandbox-signature"
TOLERANCE_S: Final = 300
"""A notice signed longer ago, or further ahead, is refused."""


class SandboxEvent(Struct, frozen=True, forbid_unknown_fields=True):
    """A notice's body."""

    kind: Literal["payment.captured", "payment.declined"]
    order: str
    payment: str
    amount_minor: int
    currency: str


_read = msgspec.json.Decoder(SandboxEvent).decode


def payment_of(order: str) -> str:
    """The sandbox's id of an order's payment."""
    return f"sbx-{order}"


def signed(key: bytes, at_s: int, body: bytes) -> str:
    """The value of ``SIGNATURE_HEADER``."""
    return f"t={at_s},v1={hmac.digest(key, f'{at_s}.'.encode() + body, sha256).hex()}"


class Sandbox:
    """Satisfies ``ports.Provider``. ``open_ledger`` is called once, when the books are first needed."""

    name: ProviderName = "sandbox"

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        key: bytes,
        page_url: Callable[[str], str],
        now_ms: Callable[[], int],
    ) -> None:
        self._open, self._key, self._page_url, self._now_ms = open_ledger, key, page_url, now_ms
        self._opened: Ledger | None = None

    @property
    def ledger(self) -> Ledger:
        """The books; raises ``storage.failures.Unavailable``."""
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def signature(self, at_s: int, body: bytes) -> str:
        """What a notice sent then carries."""
        return signed(self._key, at_s, body)

    async def settle(self, payment: str, captured: bool) -> bool:
        """The payer pays, or is declined; False when it was paid before. Raises ``Unreachable``."""
        try:
            return await asyncio.to_thread(lambda: self.ledger.settle(payment, captured))
        except Unavailable as problem:
            raise Unreachable(str(problem)) from problem

    def press(self, presses: Sequence[Press]) -> list[bool]:
        """Payments begun and settled together; for each as ``settle``. Blocking. Raises ``Unreachable``."""
        try:
            return self.ledger.press(presses, self._now_ms())
        except Unavailable as problem:
            raise Unreachable(str(problem)) from problem

    async def begin(self, wanted: Wanted) -> Begun:
        payment = payment_of(wanted.order)
        try:
            await asyncio.to_thread(lambda: self.ledger.begin(payment, wanted, self._now_ms()))
        except Unavailable as problem:
            raise Unreachable(str(problem)) from problem
        return Begun(payment, self._page_url(wanted.order))

    async def refund(self, payment: str, amount_minor: int, currency: str, key: str) -> RefundOutcome:
        try:
            found = await self.lookup(payment)
            if found is None or found.currency != currency:
                return Failed("the sandbox has no such payment in this currency")
            reference = await asyncio.to_thread(lambda: self.ledger.refund(key, payment, amount_minor, self._now_ms()))
        except (Unavailable, Unreachable) as problem:
            return Unknown(f"the sandbox does not answer: {problem}")
        return Failed("the payment has not that much left") if reference is None else Refunded(reference)

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        at_s, _, _ = headers.get(SIGNATURE_HEADER, "").removeprefix("t=").partition(",")
        if not (at_s.isascii() and at_s.isdecimal() and len(at_s) < 16):
            return Forged("no signature")
        given = headers[SIGNATURE_HEADER].encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, signed(self._key, int(at_s), body).encode()):
            return Forged("wrong signature")
        if abs(self._now_ms() // 1000 - int(at_s)) > TOLERANCE_S:
            return Forged("too old, or of the future")
        try:
            event = _read(body)
        except msgspec.DecodeError:
            return Forged("signed, but not readable")
        if event.kind == "payment.captured":
            return Paid(event.order, event.payment, event.amount_minor, event.currency)
        return Declined(event.order, event.payment)

    async def lookup(self, payment: str) -> PaymentFound | None:
        try:
            return await asyncio.to_thread(lambda: self.ledger.find(payment))
        except Unavailable as problem:
            raise Unreachable(str(problem)) from problem

    async def payments(self, since_ms: int) -> AsyncIterator[PaymentFound]:
        after = 0
        while True:
            try:
                found, after = await asyncio.to_thread(self.ledger.page, since_ms, after)
            except Unavailable as problem:
                raise Unreachable(str(problem)) from problem
            for each in found:
                yield each
            if not after:
                return

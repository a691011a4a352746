"""Stripe, by its official library: PaymentIntents, refunds, signed notices. Keys come from the settings.

Its library blocks, so calls run in threads. Stripe forgets idempotency keys after a day; a refund carries ours in its
metadata too and is looked for before it is made, so that a key asked again after a week still makes no second one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any, Final, Literal, TypeVar

import msgspec
import stripe

from config.sections import Payments as PaymentSettings
from gateway.payments.ports import (
    PROBLEM_LENGTH_MAX,
    Begun,
    Declined,
    Failed,
    Forged,
    Ignored,
    Notice,
    Paid,
    PaymentFound,
    Pending,
    ProviderName,
    Refunded,
    RefundFound,
    RefundOutcome,
    RefundSettled,
    Unknown,
    Unreachable,
    Wanted,
)

PAGE: Final = 100
RETRIES: Final = 2
BEGUN_MAX: Final = 10_000
"""Payments remembered by order, so that a page opened again asks nobody; the oldest goes first."""
_REFUND_STATES: Final[dict[str, Literal["done", "pending", "failed"]]] = {
    "succeeded": "done",
    "pending": "pending",
    "requires_action": "pending",
    "failed": "failed",
    "canceled": "failed",
}

T = TypeVar("T")


class Stripe:
    """Satisfies ``ports.Provider``."""

    name: ProviderName = "stripe"

    def __init__(self, settings: PaymentSettings, page_url: Callable[[str], str]) -> None:
        self._settings, self._page_url = settings, page_url
        self._client = stripe.StripeClient(
            settings.stripe_secret_key,
            base_addresses={"api": settings.stripe_api},
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=settings.stripe_timeout_ms / 1000),
        )
        self._begun: dict[str, Begun] = {}

    async def begin(self, wanted: Wanted) -> Begun:
        if (known := self._begun.get(wanted.order)) is not None:
            return known
        intent = await self._ask(
            lambda: self._client.v1.payment_intents.create(
                {
                    "amount": wanted.amount_minor,
                    "currency": wanted.currency.lower(),
                    "metadata": {"order": wanted.order},
                },
                {"idempotency_key": f"begin-{wanted.order}"},
            )
        )
        begun = Begun(intent.id, self._page_url(wanted.order), intent.client_secret or "")
        if len(self._begun) >= BEGUN_MAX:
            del self._begun[next(iter(self._begun))]
        self._begun[wanted.order] = begun
        return begun

    async def refund(self, payment: str, amount_minor: int, currency: str, key: str) -> RefundOutcome:
        try:
            found = await self.lookup(payment)
            if found is None or found.state != "captured" or found.currency != currency:
                return Failed("stripe has captured no such payment in this currency")
            made = next((each for each in found.refunds if each.key == key), None)
            if made is None or made.state == "failed":
                made = await self._make_refund(payment, amount_minor, key, again=made is not None)
        except Unreachable as problem:
            return Unknown(str(problem))
        except stripe.InvalidRequestError as problem:
            return Failed(_short(problem))
        match made.state:
            case "done":
                return Refunded(made.reference)
            case "pending":
                return Pending(made.reference)
            case "failed":
                return Failed(f"stripe could not make the refund {made.reference}")

    async def _make_refund(self, payment: str, amount_minor: int, key: str, *, again: bool) -> RefundFound:
        made = await self._ask(
            lambda: self._client.v1.refunds.create(
                {"payment_intent": payment, "amount": amount_minor, "metadata": {"refund": key}},
                {} if again else {"idempotency_key": f"refund-{key}"},
            )
        )
        return _refund(made)

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        settings = self._settings
        try:
            text = body.decode()
            stripe.WebhookSignature.verify_header(
                text,
                headers.get("stripe-signature", ""),
                settings.stripe_webhook_secret,
                settings.stripe_tolerance_ms // 1000,
            )
            event = msgspec.json.decode(body)
            kind, about = event["type"], event["data"]["object"]
            return _notice(kind, about, about.get("metadata") or {})
        except (stripe.SignatureVerificationError, UnicodeDecodeError) as problem:
            return Forged(type(problem).__name__)
        except (msgspec.DecodeError, LookupError, TypeError, AttributeError, ValueError) as problem:
            return Forged(f"signed, but not readable: {type(problem).__name__}")

    async def lookup(self, payment: str) -> PaymentFound | None:
        try:
            intent = await self._ask(lambda: self._client.v1.payment_intents.retrieve(payment))
        except stripe.InvalidRequestError:
            return None
        return await self._found(intent)

    async def payments(self, since_ms: int) -> AsyncIterator[PaymentFound]:
        after: dict[str, Any] = {"created": {"gte": since_ms // 1000}} if since_ms else {}
        while True:
            asked: Any = {"limit": PAGE, **after}
            page = await self._ask(partial(self._client.v1.payment_intents.list, asked))
            for intent in page.data:
                if "order" in _metadata(intent):
                    yield await self._found(intent)
            if not page.has_more or not page.data:
                return
            after["starting_after"] = page.data[-1].id

    async def _found(self, intent: Any) -> PaymentFound:
        captured = intent.status == "succeeded"
        refunds = await self._refunds(intent.id) if captured else ()
        state: Literal["open", "captured", "declined"] = "captured" if captured else "open"
        if intent.status == "canceled":
            state = "declined"
        order = _metadata(intent).get("order", "")
        return PaymentFound(intent.id, order, state, intent.amount, intent.currency.upper(), tuple(refunds))

    async def _refunds(self, payment: str) -> list[RefundFound]:
        page = await self._ask(lambda: self._client.v1.refunds.list({"payment_intent": payment, "limit": PAGE}))
        return [_refund(each) for each in page.data]

    async def _ask(self, call: Callable[[], T]) -> T:
        """Raises ``Unreachable`` when it is not known what came of it, and ``stripe.InvalidRequestError``."""
        try:
            return await asyncio.to_thread(call)
        except stripe.InvalidRequestError:
            raise
        except stripe.StripeError as problem:
            raise Unreachable(f"stripe: {_short(problem)}") from problem


def _notice(kind: str, about: dict[str, Any], metadata: dict[str, str]) -> Notice:
    match kind:
        case "payment_intent.succeeded" if "order" in metadata:
            return Paid(metadata["order"], about["id"], int(about["amount"]), str(about["currency"]).upper())
        case "payment_intent.payment_failed" if "order" in metadata:
            return Declined(metadata["order"], about["id"])
        case "refund.created" | "refund.updated" | "refund.failed" if "refund" in metadata:
            refund = metadata["refund"]
            order = refund.rpartition("-f")[0]
            match _REFUND_STATES.get(about["status"], "pending"):
                case "done":
                    return RefundSettled(order, refund, "done", reference=about["id"])
                case "failed":
                    return RefundSettled(order, refund, "failed", problem=f"stripe could not make {about['id']}")
                case "pending":
                    return Ignored(kind)
        case _:
            return Ignored(kind)


def _refund(made: Any) -> RefundFound:
    key = _metadata(made).get("refund", "")
    return RefundFound(key, made.id, made.amount, _REFUND_STATES.get(made.status or "", "pending"))


def _metadata(made: Any) -> dict[str, str]:
    return dict(made.to_dict().get("metadata") or {})


def _short(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:PROBLEM_LENGTH_MAX]

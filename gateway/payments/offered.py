"""The payment providers of this installation, and where each order is paid."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from config.sections import Payments as PaymentSettings
from config.settings import Settings
from gateway.payments.invoice import Invoice
from gateway.payments.ledger import Ledger
from gateway.payments.ports import Provider, ProviderName
from gateway.payments.sandbox import Sandbox
from gateway.tokens import Tokens


class Payments(NamedTuple):
    """What is offered. An order's page is known by its address alone; its payment begins when the page is opened."""

    sandbox: Sandbox
    providers: dict[str, Provider]
    tokens: Tokens
    public_url: str
    settings: PaymentSettings

    def of(self, name: str) -> Provider | None:
        """The provider of this name; ``None`` when it is not offered here."""
        return self.providers.get(name)

    def page_url(self, order: str, name: ProviderName) -> str | None:
        """Where the order is paid, on a page that only whoever was given this address can open."""
        if name == "invoice" or name not in self.providers:
            return None
        return f"{self.public_url}/pay/{name}/{order}/{self.tokens.of(order)}"


def open_payments(settings: Settings, key: bytes, now_ms: Callable[[], int]) -> Payments:
    """The providers as configured; ``key``: the installation's secret for tokens. Opens nothing yet."""
    public_url = public_url_of(settings)
    tokens = Tokens(key, b"pay")
    sandbox = Sandbox(
        lambda: Ledger(settings.data / "sandbox.db"),
        sandbox_key(key),
        lambda order: f"{public_url}/pay/sandbox/{order}/{tokens.of(order)}",
        now_ms,
    )
    providers: dict[str, Provider] = {"invoice": Invoice()}
    if settings.payments.sandbox:
        providers["sandbox"] = sandbox
    if stripe_is_configured(settings):
        from gateway.payments.stripe import Stripe  # Its library is large: loaded where it is used.

        page = f"{public_url}/pay/stripe"
        providers["stripe"] = Stripe(settings.payments, lambda order: f"{page}/{order}/{tokens.of(order)}")
    return Payments(sandbox, providers, tokens, public_url, settings.payments)


def stripe_is_configured(settings: Settings) -> bool:
    """Whether all of Stripe's keys are given."""
    payments = settings.payments
    return all((payments.stripe_secret_key, payments.stripe_publishable_key, payments.stripe_webhook_secret))


def public_url_of(settings: Settings) -> str:
    """How people reach this installation, without a slash at its end."""
    return settings.gateway.public_url or f"http://{settings.gateway.address}"


def sandbox_key(key: bytes) -> bytes:
    """What the sandbox's notices are signed with, out of the installation's secret for tokens."""
    return hashlib.blake2b(b"", key=key, digest_size=32, person=b"sandbox-notice").digest()

"""The payment providers of this installation, and where each order is paid."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

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
    providers: dict[str, Provider] = {"sandbox": sandbox, "invoice": Invoice()}
    return Payments(sandbox, providers, tokens, public_url)


def public_url_of(settings: Settings) -> str:
    """How people reach this installation, without a slash at its end."""
    return settings.gateway.public_url or f"http://{settings.gateway.address}"


def sandbox_key(key: bytes) -> bytes:
    """What the sandbox's notices are signed with, out of the installation's secret for tokens."""
    return hashlib.blake2b(b"", key=key, digest_size=32, person=b"sandbox-notice").digest()

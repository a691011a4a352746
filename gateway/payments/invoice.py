"""Invoices: the money comes past us, and the organiser says so; what goes back, the organiser sends by hand."""

from collections.abc import AsyncIterator, Mapping

from gateway.payments.ports import (
    Begun,
    Forged,
    Notice,
    PaymentFound,
    ProviderName,
    Refunded,
    RefundOutcome,
    Wanted,
)


class Invoice:
    """Satisfies ``ports.Provider``. A refund is done with the credit that the organiser is told of and owes."""

    name: ProviderName = "invoice"

    async def begin(self, wanted: Wanted) -> Begun:
        return Begun(f"invoice-{wanted.order}", None)

    async def refund(self, payment: str, amount_minor: int, currency: str, key: str) -> RefundOutcome:
        return Refunded(f"credit-{key}")

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        return Forged("nobody sends notices of invoices")

    async def lookup(self, payment: str) -> PaymentFound | None:
        return None

    async def payments(self, since_ms: int) -> AsyncIterator[PaymentFound]:
        """None: there is nobody but the organiser who could know more than the log."""
        return
        yield

"""The port for payment providers: begin a payment, give money back, hear what happened, look it up.

A provider is asked again with the same words when an answer stayed out: ``begin`` is idempotent by order, ``refund``
by its key. Amounts are minor units. Nothing here raises what a network or a provider can cause: it is a value.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from actors.messages.orders import Payment

ProviderName = Payment
PROBLEM_LENGTH_MAX = 300


class Wanted(Struct, frozen=True):
    """What an order costs. ``pay_by_ms``: until when its seats are kept; later money still counts, if it can."""

    order: str
    amount_minor: int
    currency: str
    pay_by_ms: int


class Begun(Struct, frozen=True):
    """A payment that can be paid now, by the provider's id of it.

    ``url``: the page to pay on, ``None`` where there is none (an invoice). ``secret``: what that page's own script
    needs of the provider, "" for nothing.
    """

    payment: str
    url: str | None
    secret: str = ""


class Refunded(Struct, frozen=True):
    """The money is back, or certain to get there; ``reference`` is the provider's id of the refund."""

    reference: str


class Pending(Struct, frozen=True):
    """The provider has it in hand: ask again later, or hear of it by a notice."""

    reference: str


class Failed(Struct, frozen=True):
    """The provider will not do it as asked."""

    problem: str


class Unknown(Struct, frozen=True):
    """No answer: it may or may not have been done. The same key asked again gets the truth."""

    problem: str


RefundOutcome = Refunded | Pending | Failed | Unknown


class Paid(Struct, frozen=True):
    """A verified notice: money has come."""

    order: str
    payment: str
    amount_minor: int
    currency: str


class Declined(Struct, frozen=True):
    """A verified notice: an attempt to pay failed."""

    order: str
    payment: str


class RefundSettled(Struct, frozen=True):
    """A verified notice of what became of a refund (``refund``: our id of it)."""

    order: str
    refund: str
    outcome: Literal["done", "failed"]
    reference: str = ""
    problem: str = ""


class Ignored(Struct, frozen=True):
    """A verified notice of something that concerns no order of ours."""

    kind: str


class Forged(Struct, frozen=True):
    """Not the provider's, too old, or not readable; ``problem`` is for our log, not for the sender."""

    problem: str


Notice = Paid | Declined | RefundSettled | Ignored | Forged


class RefundFound(Struct, frozen=True):
    """A refund as the provider knows it; ``key`` is our id of it, "" for one that we did not ask for."""

    key: str
    reference: str
    amount_minor: int
    state: Literal["done", "pending", "failed"]


class PaymentFound(Struct, frozen=True):
    """A payment as the provider knows it."""

    payment: str
    order: str
    state: Literal["open", "captured", "declined"]
    amount_minor: int
    currency: str
    refunds: tuple[RefundFound, ...] = ()


class Unreachable(Exception):
    """The provider did not answer; nothing was changed there by the question."""


class Provider(Protocol):
    """One way to pay."""

    name: ProviderName

    async def begin(self, wanted: Wanted) -> Begun:
        """The payment of this order, begun now or before. Raises ``Unreachable``."""
        ...

    async def refund(self, payment: str, amount_minor: int, currency: str, key: str) -> RefundOutcome:
        """Gives money back out of a payment, once for each key (at most 64 letters, digits and hyphens)."""
        ...

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """What a request says that claims to come from the provider; header names are in small letters."""
        ...

    async def lookup(self, payment: str) -> PaymentFound | None:
        """What the provider knows of it, ``None`` for nothing. Raises ``Unreachable``."""
        ...

    def payments(self, since_ms: int) -> AsyncIterator[PaymentFound]:
        """All payments begun since then. Raises ``Unreachable`` on the way."""
        ...

"""Two sets of books, compared: what the logs say of payments and refunds, and what the providers say. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple, get_args

from gateway.payments.ports import PaymentFound, ProviderName, RefundFound

ENTRIES_MAX: Final = 2_000_000
"""Payments and refunds held at once."""

Kind = Literal[
    "notice-missing",  # captured there, unknown here: noted here
    "refund-not-noted",  # done there, due here: noted here
    "refund-due",  # due here, unknown there: asked for again under its key
    "amount-differs",
    "not-captured",  # noted here, not captured there
    "payment-unknown",  # noted here, unknown there
    "refund-unknown",  # done there, never due here
    "refund-not-there",  # done here, unknown there
]
SETTLED: Final[frozenset[Kind]] = frozenset(get_args(Kind)[:3])
"""What has one right answer; everything else is for a person to look at."""


class TooMany(Exception):
    """More than ``ENTRIES_MAX``: compare a shorter time."""


class Captured(NamedTuple):
    """Money that came, by the log."""

    order: str
    amount_minor: int
    currency: str


class Owed(NamedTuple):
    """Money that goes back, by the log."""

    order: str
    provider: ProviderName
    payment: str
    amount_minor: int
    currency: str
    done: bool = False


class Difference(NamedTuple):
    """What the two tell differently about one payment or refund (``refund``: our id of it, "" for none)."""

    kind: Kind
    provider: ProviderName
    order: str
    payment: str
    amount_minor: int
    currency: str
    refund: str = ""
    detail: str = ""


class Books:
    """What the logs of orders say."""

    def __init__(self) -> None:
        self.captures: dict[tuple[ProviderName, str], Captured] = {}
        self.refunds: dict[str, Owed] = {}

    def take(self, type: str, fields: Mapping[str, Any]) -> None:
        """One event, as the audit feed describes it. Raises ``TooMany``."""
        match type.partition(".")[0]:
            case "payment-captured":
                captured = Captured(fields["order"], fields["amount_minor"], fields["currency"])
                self.captures[fields["provider"], fields["payment"]] = captured
            case "refund-due":
                self.refunds[fields["refund"]] = Owed(
                    fields["order"],
                    fields["provider"],
                    fields["payment"],
                    fields["amount_minor"],
                    fields["currency"],
                )
            case "refund-done":
                self.refunds[fields["refund"]] = self.refunds[fields["refund"]]._replace(done=True)
            case _:
                return
        if len(self.captures) + len(self.refunds) > ENTRIES_MAX:
            raise TooMany(f"the logs tell of more than {ENTRIES_MAX:,} payments and refunds")


def compare(books: Books, provider: ProviderName, found: Iterable[PaymentFound]) -> Iterator[Difference]:
    """All that differs between the logs and one provider, which has told all it knows.

    Of invoices nobody but the log knows: there, only what is still to be given back stands out.
    """
    known: dict[str, PaymentFound] = {}
    refunded: dict[str, RefundFound] = {}
    for each in found:
        known[each.payment] = each
        refunded |= {refund.key: refund for refund in each.refunds if refund.key}
        yield from _payment(books, provider, each)
    for (name, payment), captured in books.captures.items():
        if name == provider and payment not in known and provider != "invoice":
            yield Difference("payment-unknown", provider, captured.order, payment, *captured[1:])
    for refund, owed in books.refunds.items():
        if owed.provider != provider or (refund in refunded and refunded[refund].state != "failed"):
            continue
        if owed.done and provider == "invoice":
            continue
        kind: Kind = "refund-not-there" if owed.done else "refund-due"
        yield Difference(kind, provider, owed.order, owed.payment, owed.amount_minor, owed.currency, refund)


def _payment(books: Books, provider: ProviderName, there: PaymentFound) -> Iterator[Difference]:
    here = books.captures.get((provider, there.payment))
    plain = (provider, there.order, there.payment, there.amount_minor, there.currency)
    if there.state == "captured" and here is None:
        yield Difference("notice-missing", *plain)
    elif there.state != "captured" and here is not None:
        yield Difference("not-captured", *plain, detail=f"it is {there.state} there")
    elif here is not None and here[1:] != (there.amount_minor, there.currency):
        detail = f"noted as {here.amount_minor} {here.currency}"
        yield Difference("amount-differs", *plain, detail=detail)
    for refund in there.refunds:
        owed = books.refunds.get(refund.key)
        one = (provider, there.order, there.payment, refund.amount_minor, there.currency, refund.key)
        if refund.state == "done" and owed is None:
            yield Difference("refund-unknown", *one, detail=refund.reference)
        elif refund.state == "done" and owed is not None and not owed.done:
            yield Difference("refund-not-noted", *one, detail=refund.reference)

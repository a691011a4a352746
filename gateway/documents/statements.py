"""An organiser's monthly statement of fees: as a value, as CSV. The PDF is in ``statement_pages``.

A line is one order that owed a fee, or one refund that gave some back (negative seats and amounts); the total is
their sum, nothing is rounded here. Months are those of UTC.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from gateway.documents.spreadsheets import table_csv

LINES_MAX: Final = 1_000_000


class Fact(Struct, frozen=True):
    """An order confirmed (or, negative, refunded): what it sold and what of it is Contoso's. Money in minor units."""

    order: str
    at_ms: int
    seats: int
    turnover_minor: int
    fee_minor: int
    currency: str


class Money(Struct, frozen=True):
    """An amount of minor units, as the HTTP interface writes it."""

    amount: int
    currency: str


class StatementLine(Struct, frozen=True):
    """One line. ``at``: RFC 3339, UTC."""

    order: str
    at: str
    seats: int
    turnover: Money
    fee: Money


class Statement(Struct, frozen=True):
    """The month ``YYYY-MM``. ``total``: the fees of the month if they are of one currency (``None`` if of several);
    ``totals``: one for each currency.
    """

    month: str
    lines: tuple[StatementLine, ...]
    total: Money | None
    totals: tuple[Money, ...]
    version: int


def statement_of(month: str, facts: Iterable[Fact], currency: str, version: int) -> Statement:
    """The statement of a month out of any facts; those of other months are left out.

    ``currency``: the organiser's own, for a month without a line.
    """
    chosen = [fact for fact in facts if _at(fact.at_ms)[:7] == month]
    if len(chosen) > LINES_MAX:
        raise ValueError(f"a statement of more than {LINES_MAX} lines")
    sums: dict[str, int] = {}
    for fact in chosen:
        sums[fact.currency] = sums.get(fact.currency, 0) + fact.fee_minor
    totals = tuple(Money(amount, name) for name, amount in sorted(sums.items())) or (Money(0, currency),)
    return Statement(
        month=month,
        lines=tuple(_line(fact) for fact in sorted(chosen, key=lambda fact: (fact.at_ms, fact.order))),
        total=totals[0] if len(totals) == 1 else None,
        totals=totals,
        version=version,
    )


def statement_csv(statement: Statement) -> Iterator[bytes]:
    """The lines, then a line for the total of each currency. Amounts are minor units, as in JSON."""
    return table_csv(
        ["order", "at", "seats", "turnover_minor", "fee_minor", "currency"],
        [
            *(
                (line.order, line.at, line.seats, line.turnover.amount, line.fee.amount, line.fee.currency)
                for line in statement.lines
            ),
            *(("total", "", None, None, total.amount, total.currency) for total in statement.totals),
        ],
    )


def _line(fact: Fact) -> StatementLine:
    return StatementLine(
        order=fact.order,
        at=_at(fact.at_ms),
        seats=fact.seats,
        turnover=Money(fact.turnover_minor, fact.currency),
        fee=Money(fact.fee_minor, fact.currency),
    )


def _at(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

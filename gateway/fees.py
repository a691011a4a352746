"""What an organiser owes Contoso for a month: the statement as JSON, CSV or PDF."""

import re
from typing import Final

from gateway import order_replies
from gateway.calls import Answer, Call
from gateway.documents.statements import LINES_MAX, Fact, Statement, statement_csv, statement_of
from gateway.negotiation import CSV_TYPE, PDF_TYPE, file, preferred
from gateway.ordering import language_of
from gateway.problems import Problem, not_found
from gateway.rendering import JSON_TYPE
from gateway.replies import Money
from gateway.routes import Files, Member, Route

PDF_LINES_MAX: Final = 50_000
CURRENCY: Final = "EUR"
"""Of a month without any order."""

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


async def statement(call: Call) -> Answer:
    """The month's orders with their fees, and what was given back."""
    organiser, month = call.parameters["o"], call.parameters["month"]
    if not _MONTH.fullmatch(month):
        raise not_found("month: it is written as 2026-11")
    kind = preferred(call, (JSON_TYPE, CSV_TYPE, PDF_TYPE))
    most = PDF_LINES_MAX if kind == PDF_TYPE else LINES_MAX
    rows, version = call.parts.order_views.fees(organiser, month, most + 1)
    if len(rows) > most:
        raise Problem("invalid", f"The month has more than {most} lines: ask for CSV.", errors=[])
    facts = [Fact(row.order, row.at_ms, row.seats, row.turnover_minor, row.fee_minor, row.currency) for row in rows]
    told = await call.parts.printing.documents.run(statement_of, month, facts, CURRENCY, version)
    name = f"fees-{month}"
    if kind == CSV_TYPE:
        written = await call.parts.printing.documents.run(lambda: b"".join(statement_csv(told)))
        return file(written, CSV_TYPE, f"{name}.csv", charset="utf-8")
    if kind == PDF_TYPE:
        return file(await _pdf(call, organiser, told), PDF_TYPE, f"{name}.pdf")
    return Answer(_answer(told), version=version)


async def _pdf(call: Call, organiser: str, told: Statement) -> bytes:
    from gateway.documents.statement_pages import statement_pdf  # Heavy, and seldom wanted.

    parts = call.parts
    name = await parts.workers.run(parts.accounts.organiser, organiser)
    language = language_of(call.request.headers.get("Accept-Language", ""))
    return await parts.printing.documents.run(statement_pdf, told, name or organiser, language)


def _answer(told: Statement) -> order_replies.FeeStatement:
    lines = [
        order_replies.FeeLine(
            line.order,
            line.at,
            line.seats,
            Money(line.turnover.amount, line.turnover.currency),
            Money(line.fee.amount, line.fee.currency),
        )
        for line in told.lines
    ]
    total = None if told.total is None else Money(told.total.amount, told.total.currency)
    totals = [Money(each.amount, each.currency) for each in told.totals]
    return order_replies.FeeStatement(told.month, lines, total, totals, told.version)


ROUTES = (
    Route(
        "GET",
        "/api/v1/organisers/{o}/fees/{month}",
        statement,
        Member("owner"),
        "Contoso's fees of a month",
        {200: Files((CSV_TYPE, PDF_TYPE), order_replies.FeeStatement)},
    ),
)

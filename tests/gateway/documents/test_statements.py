"""The monthly statement adds up, as a value, as CSV and as PDF."""

import csv
from io import StringIO

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents.statement_pages import LINES_PER_PAGE, statement_pdf
from gateway.documents.statements import Fact, Money, statement_csv, statement_of
from tests.gateway.documents.pages import texts_of

NOVEMBER_MS = 1_793_491_200_000  # 2026-11-01T00:00:00Z
FACTS = st.lists(
    st.builds(
        Fact,
        order=st.from_regex(r"[a-z]{3}-o[a-z2-7]{26}", fullmatch=True),
        at_ms=st.integers(NOVEMBER_MS, NOVEMBER_MS + 29 * 86_400_000),
        seats=st.integers(-20, 20),
        turnover_minor=st.integers(-(10**9), 10**9),
        fee_minor=st.integers(-(10**8), 10**8),
        currency=st.just("EUR"),
    ),
    max_size=30,
)


def sold(order: str, at_ms: int, fee_minor: int, currency: str = "EUR") -> Fact:
    return Fact(order, at_ms, 1, 10_000, fee_minor, currency)


@given(FACTS)
def test_the_total_is_the_sum_of_the_fees_in_every_form(facts: list[Fact]) -> None:
    statement = statement_of("2026-11", facts, "EUR", 1)
    fees = sum(fact.fee_minor for fact in facts)
    assert statement.total == Money(fees, "EUR")
    rows = list(csv.DictReader(StringIO(b"".join(statement_csv(statement)).decode(), newline="")))
    assert sum(int(row["fee_minor"]) for row in rows[:-1]) == int(rows[-1]["fee_minor"]) == fees


def test_a_line_belongs_to_the_month_its_moment_falls_in() -> None:
    facts = [sold("a", NOVEMBER_MS - 1, 1), sold("b", NOVEMBER_MS, 2), sold("c", NOVEMBER_MS + 30 * 86_400_000, 4)]
    statement = statement_of("2026-11", facts, "EUR", 1)
    assert [line.order for line in statement.lines] == ["b"]
    assert statement.lines[0].at == "2026-11-01T00:00:00Z"


def test_a_refund_is_a_line_of_its_own_below_nought() -> None:
    statement = statement_of(
        "2026-11", [sold("a", NOVEMBER_MS, 250), Fact("a", NOVEMBER_MS + 1, -1, -10_000, -250, "EUR")], "EUR", 1
    )
    assert [line.fee.amount for line in statement.lines] == [250, -250]
    assert statement.total == Money(0, "EUR")


def test_each_currency_has_its_own_total() -> None:
    statement = statement_of("2026-11", [sold("a", NOVEMBER_MS, 250), sold("b", NOVEMBER_MS, 300, "CHF")], "EUR", 1)
    assert statement.total is None
    assert statement.totals == (Money(300, "CHF"), Money(250, "EUR"))


def test_a_month_without_sales_owes_nothing_in_the_organisers_currency() -> None:
    statement = statement_of("2026-11", [], "EUR", 4)
    assert msgspec.json.decode(msgspec.json.encode(statement)) == {
        "month": "2026-11",
        "lines": [],
        "total": {"amount": 0, "currency": "EUR"},
        "totals": [{"amount": 0, "currency": "EUR"}],
        "version": 4,
    }


def test_the_pdf_has_every_line_and_the_total_at_its_end() -> None:
    facts = [sold(f"cabc-o{number:026}", NOVEMBER_MS + number, 250) for number in range(LINES_PER_PAGE + 1)]
    pages = texts_of(statement_pdf(statement_of("2026-11", facts, "EUR", 1), "Contoso <Events>", "de"))
    assert len(pages) == 2
    assert "Gebühren im November 2026" in pages[0]
    assert "Contoso <Events>" in pages[0]
    assert all(fact.order in pages[0] + pages[1] for fact in facts)
    assert "117,50" in pages[1]
    assert "Seite 2 von 2" in pages[1]

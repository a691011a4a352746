"""The monthly statement of fees as PDF: a table over as many A4 pages as it needs."""

from io import BytesIO
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from gateway.documents.fonts import Weight
from gateway.documents.ink import Ink
from gateway.documents.lines import fit, set_line
from gateway.documents.plain_text import one_line
from gateway.documents.statements import Money, Statement, StatementLine
from gateway.languages.catalogues import Language, catalogue, money, month

_MARGIN: Final = 18 * mm
_RIGHT: Final = A4[0] - _MARGIN
_TOP: Final = A4[1] - _MARGIN
_STEP: Final = 14
# Where each column's text ends (the first two start at the left): order, time, seats, turnover, fee.
_AT: Final = _MARGIN + 74 * mm
_SEATS: Final = _MARGIN + 117 * mm
_TURNOVER: Final = _MARGIN + 146 * mm
LINES_PER_PAGE: Final = 46


def statement_pdf(statement: Statement, organiser_name: str, language: Language = "en") -> bytes:
    """The document, with totals under its last line."""
    written = BytesIO()
    canvas = Canvas(written, pagesize=A4, pageCompression=1, lang=language)
    canvas.setTitle(f"{one_line(organiser_name)} {statement.month}")
    ink = Ink(canvas)
    pages = [
        statement.lines[first : first + LINES_PER_PAGE] for first in range(0, len(statement.lines), LINES_PER_PAGE)
    ] or [()]
    for number, lines in enumerate(pages, start=1):
        y = _draw_head(canvas, ink, statement, organiser_name, language)
        for line in lines:
            y -= _STEP
            _draw_line(ink, line, y, language)
        if number == len(pages):
            _draw_totals(canvas, ink, statement.totals, y, language)
        page = catalogue(language).gettext("Page %(number)d of %(pages)d") % {"number": number, "pages": len(pages)}
        ink.draw_ending_at(set_line(page), _RIGHT, _MARGIN - 10, 8)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _draw_head(canvas: Canvas, ink: Ink, statement: Statement, organiser_name: str, language: Language) -> float:
    say = catalogue(language).gettext
    title = say("Fees in %(month)s") % {"month": month(statement.month, language)}
    ink.draw(set_line(title, 700), _MARGIN, _TOP - 18, 18)
    name = fit(one_line(organiser_name), _RIGHT - _MARGIN, (12.0, 10.0, 8.0), 1)
    ink.draw(name.lines[0], _MARGIN, _TOP - 36, name.size)
    y = _TOP - 60
    ink.draw(set_line(say("Order"), 700), _MARGIN, y, 9)
    ink.draw(set_line(say("Time (UTC)"), 700), _AT, y, 9)
    for text, right in ((say("Seats"), _SEATS), (say("Turnover"), _TURNOVER), (say("Fee"), _RIGHT)):
        ink.draw_ending_at(set_line(text, 700), right, y, 9)
    canvas.setLineWidth(0.5)
    canvas.line(_MARGIN, y - 4, _RIGHT, y - 4)
    return y - 4


def _draw_line(ink: Ink, line: StatementLine, y: float, language: Language) -> None:
    order = fit(one_line(line.order), _AT - _MARGIN - 6, (8.0, 7.0, 6.0), 1)
    ink.draw(order.lines[0], _MARGIN, y, order.size)
    ink.draw(set_line(line.at.replace("T", " ").rstrip("Z")), _AT, y, 8)
    _ending_at(ink, str(line.seats), _SEATS, y)
    _ending_at(ink, _money(line.turnover, language), _TURNOVER, y)
    _ending_at(ink, _money(line.fee, language), _RIGHT, y)


def _draw_totals(canvas: Canvas, ink: Ink, totals: tuple[Money, ...], y: float, language: Language) -> None:
    canvas.line(_MARGIN, y - 5, _RIGHT, y - 5)
    for total in totals:
        y -= _STEP + 4
        ink.draw(set_line(catalogue(language).gettext("Total"), 700), _MARGIN, y, 9)
        _ending_at(ink, _money(total, language), _RIGHT, y, 700)


def _ending_at(ink: Ink, text: str, right: float, y: float, weight: Weight = 400) -> None:
    ink.draw_ending_at(set_line(text, weight), right, y, 8)


def _money(amount: Money, language: Language) -> str:
    return money(amount.amount, amount.currency, language)

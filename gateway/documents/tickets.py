"""Tickets as PDF: one A4 page for each seat, with its code as a picture that any phone reads."""

from io import BytesIO
from typing import Final

import segno
from msgspec import Struct
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from gateway.documents.ink import Ink
from gateway.documents.lines import fit, set_line
from gateway.documents.plain_text import one_line
from gateway.languages.catalogues import Language, catalogue, days

TICKETS_MAX: Final = 1_000
"""Seats of one order that are printed at once: more than any order holds."""

_MARGIN: Final = 20 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN
_QR_WIDTH: Final = 62 * mm
_GREY: Final = 0.4


class Ticket(Struct, frozen=True):
    """What stands on one ticket. Dates are ``YYYY-MM-DD`` in the conference's time zone; ``code`` is from codes.py."""

    order: str
    seat: str
    code: str
    conference_name: str
    seat_type_name: str
    starts_on: str
    ends_on: str
    location: str = ""
    organiser_name: str = ""
    attendee_name: str | None = None


def tickets_pdf(tickets: tuple[Ticket, ...], language: Language = "en") -> bytes:
    """The document with one page for each ticket (1 to ``TICKETS_MAX``), in their order."""
    if not 1 <= len(tickets) <= TICKETS_MAX:
        raise ValueError(f"from 1 to {TICKETS_MAX} tickets, not {len(tickets)}")
    written = BytesIO()
    canvas = Canvas(written, pagesize=A4, pageCompression=1, lang=language)
    canvas.setTitle(one_line(tickets[0].conference_name))
    canvas.setAuthor(one_line(tickets[0].organiser_name))
    ink = Ink(canvas)
    for ticket in tickets:
        _draw_ticket(canvas, ink, ticket, language)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _draw_ticket(canvas: Canvas, ink: Ink, ticket: Ticket, language: Language) -> None:
    say = catalogue(language).gettext
    y = A4[1] - _MARGIN
    y = _paragraph(ink, ticket.organiser_name, y, (11,), 1)
    y = _paragraph(ink, ticket.conference_name, y - 2 * mm, (28, 24, 20, 17, 14), 3, bold=True)
    y = _paragraph(ink, days(ticket.starts_on, ticket.ends_on, language), y - 2 * mm, (13, 11), 2)
    y = _paragraph(ink, ticket.location, y, (13, 11), 2)
    canvas.setLineWidth(0.5)
    canvas.line(_MARGIN, y - 5 * mm, A4[0] - _MARGIN, y - 5 * mm)
    y -= 14 * mm
    draw_qr(canvas, ticket.code, A4[0] - _MARGIN - _QR_WIDTH, y - _QR_WIDTH + 4 * mm, _QR_WIDTH)
    beside = _WIDTH - _QR_WIDTH - 8 * mm
    y = _labelled(canvas, ink, say("Attendee"), ticket.attendee_name or say("Not yet named"), y, beside, bold=True)
    y = _labelled(canvas, ink, say("Ticket"), ticket.seat_type_name, y, beside)
    y = _labelled(canvas, ink, say("Order"), ticket.order, y, beside)
    y = _labelled(canvas, ink, say("Seat"), ticket.seat, y, beside)
    note = say("Show this code at the entrance, on paper or on a screen. It admits once.")
    _paragraph(ink, note, y - 6 * mm, (10,), 3, width=_WIDTH)


def _paragraph(
    ink: Ink, text: str, y: float, sizes: tuple[float, ...], lines_max: int, bold: bool = False, width: float = _WIDTH
) -> float:
    """Lines from the left margin down (from the right where the script runs leftwards); returns the next ``y``."""
    if not (text := one_line(text)):
        return y
    fitted = fit(text, width, sizes, lines_max, 700 if bold else 400)
    for line in fitted.lines:
        y -= fitted.size * 1.3
        if line.rightwards:
            ink.draw(line, _MARGIN, y, fitted.size)
        else:
            ink.draw_ending_at(line, _MARGIN + width, y, fitted.size)
    return y


def _labelled(canvas: Canvas, ink: Ink, label: str, text: str, y: float, width: float, bold: bool = False) -> float:
    canvas.setFillGray(_GREY)
    ink.draw(set_line(label), _MARGIN, y, 9)
    canvas.setFillGray(0)
    sizes = (22, 19, 16, 13) if bold else (13, 11, 9, 8)
    return _paragraph(ink, text, y - 1, tuple(map(float, sizes)), 3, bold, width) - 8 * mm


def draw_qr(canvas: Canvas, code: str, left: float, bottom: float, width: float) -> None:
    """Draw the code as a QR picture of ``width`` points with its quiet zone; dark cells side by side as one box."""
    rows = [list(row) for row in segno.make_qr(code, error="m").matrix_iter(border=4)]
    cell = width / len(rows)
    path = canvas.beginPath()
    for number, row in enumerate(rows):
        y = bottom + (len(rows) - 1 - number) * cell
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                path.rect(left + start * cell, y, (end - start) * cell, cell)
            start = end + 1
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)

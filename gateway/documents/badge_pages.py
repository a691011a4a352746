"""Badges as PDF: several on an A4 page with cut marks, sorted as one looks for a name at a desk."""

from collections.abc import Iterable, Sequence
from typing import IO, Final, NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from gateway.documents.badges import BADGES_MAX, NAME_LENGTH_MAX, Badge, Progress, sorting_key
from gateway.documents.ink import Ink
from gateway.documents.lines import LEADING, fit
from gateway.documents.plain_text import one_line

COLUMNS: Final = 2
ROWS: Final = 5
WIDTH: Final = 90 * mm
HEIGHT: Final = 54 * mm
PER_PAGE: Final = COLUMNS * ROWS

_LEFT: Final = (A4[0] - COLUMNS * WIDTH) / 2
_BOTTOM: Final = (A4[1] - ROWS * HEIGHT) / 2
_PADDING: Final = 5 * mm
_MARK: Final = 4 * mm
_DETAIL_STEP: Final = 13
_NAME_SIZES: Final = (26.0, 24.0, 22.0, 20.0, 18.0, 16.0, 14.0, 12.0, 10.0)


class _Place(NamedTuple):
    left: float
    bottom: float


def write_badges(badges: Iterable[Badge], to: IO[bytes], progress: Progress | None = None) -> int:
    """Write the badges, sorted, as one PDF; returns how many pages.

    ``progress`` is told (done, total) after every page. Raises ValueError for none, or more than ``BADGES_MAX``.
    """
    ordered = sorted(badges, key=lambda badge: sorting_key(badge.attendee_name))
    if not 1 <= len(ordered) <= BADGES_MAX:
        raise ValueError(f"from 1 to {BADGES_MAX} badges, not {len(ordered)}")
    canvas = Canvas(to, pagesize=A4, pageCompression=1)
    canvas.setTitle(one_line(ordered[0].conference_name))
    ink = Ink(canvas)
    pages = 0
    for first in range(0, len(ordered), PER_PAGE):
        _draw_page(canvas, ink, ordered[first : first + PER_PAGE])
        canvas.showPage()
        pages += 1
        if progress is not None:
            progress(min(first + PER_PAGE, len(ordered)), len(ordered))
    canvas.save()
    return pages


def _draw_page(canvas: Canvas, ink: Ink, badges: Sequence[Badge]) -> None:
    _draw_cut_marks(canvas)
    for number, badge in enumerate(badges):
        row, column = divmod(number, COLUMNS)
        place = _Place(_LEFT + column * WIDTH, _BOTTOM + (ROWS - 1 - row) * HEIGHT)
        _draw_badge(canvas, ink, badge, place)


def _draw_badge(canvas: Canvas, ink: Ink, badge: Badge, place: _Place) -> None:
    """Conference above, the name in the middle as large as it fits, details under it, the seat type at the foot."""
    top = place.bottom + HEIGHT - _PADDING
    canvas.setFillGray(0.35)
    _centred(ink, badge.conference_name, place, top - 9, (9.0, 8.0, 7.0))
    _centred(ink, badge.seat_type_name, place, place.bottom + _PADDING, (9.0, 8.0, 7.0))
    canvas.setFillGray(0)
    details = [detail for text in badge.details[:2] if (detail := one_line(text))]
    room = HEIGHT - 2 * _PADDING - 2 * 14 - len(details) * _DETAIL_STEP
    name = one_line(badge.attendee_name, NAME_LENGTH_MAX)
    fitted = fit(name, WIDTH - 2 * _PADDING, _NAME_SIZES, 3, 700, room)
    # The block of name and details stands in the middle of the badge.
    step = fitted.size * LEADING
    y = place.bottom + (HEIGHT + len(fitted.lines) * step + len(details) * _DETAIL_STEP) / 2
    for line in fitted.lines:
        y -= step
        ink.draw_centred(line, place.left + WIDTH / 2, y + fitted.size * 0.25, fitted.size)
    for detail in details:
        y -= _DETAIL_STEP
        _centred(ink, detail, place, y + 2, (10.0, 9.0, 8.0, 7.0))


def _centred(ink: Ink, text: str, place: _Place, y: float, sizes: tuple[float, ...]) -> None:
    if text := one_line(text):
        fitted = fit(text, WIDTH - 2 * _PADDING, sizes, 1)
        ink.draw_centred(fitted.lines[0], place.left + WIDTH / 2, y, fitted.size)


def _draw_cut_marks(canvas: Canvas) -> None:
    """Short lines outside the badges, where a cutter's blade goes."""
    canvas.setLineWidth(0.3)
    right, top = _LEFT + COLUMNS * WIDTH, _BOTTOM + ROWS * HEIGHT
    for column in range(COLUMNS + 1):
        x = _LEFT + column * WIDTH
        canvas.line(x, _BOTTOM - 1 * mm - _MARK, x, _BOTTOM - 1 * mm)
        canvas.line(x, top + 1 * mm, x, top + 1 * mm + _MARK)
    for row in range(ROWS + 1):
        y = _BOTTOM + row * HEIGHT
        canvas.line(_LEFT - 1 * mm - _MARK, y, _LEFT - 1 * mm, y)
        canvas.line(right + 1 * mm, y, right + 1 * mm + _MARK, y)

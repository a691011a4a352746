"""Tickets as PDF: one page for each seat, whatever people are called."""

import msgspec
import pytest

from gateway.documents.codes import CodeSigner
from gateway.documents.tickets import TICKETS_MAX, Ticket, tickets_pdf
from tests.gateway.documents.pages import squeezed, texts_of

ORDER = "cabcdefghij2k-oabcdefghijklmnopqrstuvwx2345"
TICKET = Ticket(
    order=ORDER,
    seat="s1",
    code=CodeSigner(bytes(32)).code(ORDER, "s1"),
    conference_name="Conference on <b>Waiting</b>",
    seat_type_name="Workshop & coffee",
    starts_on="2027-03-01",
    ends_on="2027-03-03",
    location="Köln",
    organiser_name="Contoso Events",
    attendee_name="Ana María",
)


def test_a_ticket_says_what_for_whom_when_and_where() -> None:
    (page,) = texts_of(tickets_pdf((TICKET,)))
    for said in ("Contoso Events", "Conference on <b>Waiting</b>", "Workshop & coffee", "Ana María", "Köln", ORDER):
        assert squeezed(said) in squeezed(page)
    assert "Monday, 1 March 2027 – Wednesday, 3 March 2027" in page


def test_a_ticket_speaks_german() -> None:
    (page,) = texts_of(tickets_pdf((msgspec.structs.replace(TICKET, attendee_name=None),), "de"))
    assert "Montag, 1. März 2027" in page
    assert "Noch kein Name" in page


def test_each_seat_has_its_page() -> None:
    seats = tuple(msgspec.structs.replace(TICKET, attendee_name=name) for name in ("王小明", "דוד", "Дмитрий"))
    pages = texts_of(tickets_pdf(seats))
    assert ["王小明" in pages[0], "דוד" in pages[1], "Дмитрий" in pages[2]] == [True, True, True]


@pytest.mark.parametrize("odd", ["", "\x00\x1b[31m", "x" * 5_000, "\u202egnp.exe", "\ud800", "%s{{7*7}}\\"])
def test_odd_texts_are_set_as_text(odd: str) -> None:
    ticket = msgspec.structs.replace(
        TICKET, conference_name=odd, seat_type_name=odd, attendee_name=odd, location=odd, organiser_name=odd
    )
    assert len(texts_of(tickets_pdf((ticket,)))) == 1


@pytest.mark.parametrize("count", [0, TICKETS_MAX + 1])
def test_no_tickets_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="tickets"):
        tickets_pdf((TICKET,) * count)

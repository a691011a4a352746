"""Letters in both languages, as text and as HTML."""

from html.parser import HTMLParser

import msgspec
import pytest

from gateway.languages.catalogues import LANGUAGES, Language
from gateway.mail.letters import (
    Invitation,
    Letter,
    NamesMissing,
    OrderCancelled,
    OrderConfirmed,
    OrderLapsed,
    PasswordReset,
    PaymentDue,
    RefundMade,
    SeatLine,
    SeatsOffered,
)
from gateway.mail.texts import SUBJECT_LENGTH_MAX, texts_of

URL = "https://contoso.example/orders/cabc-oxyz?token=a.b&lang=de"
AT_MS = 1_795_000_000_000
SEATS = (SeatLine("General", 2), SeatLine("Workshop", 1))
LETTERS: list[Letter] = [
    SeatsOffered("Waiting 2027", SEATS, AT_MS, "Europe/Berlin", URL),
    OrderConfirmed(
        "Waiting 2027", "Ana", "cabc-oxyz", SEATS, 12_500, "EUR", "ABCD-EFGH", URL, "2027-03-01", "2027-03-03", "Köln"
    ),
    PaymentDue("Waiting 2027", "Ana", "cabc-oxyz", 12_500, "EUR", AT_MS, "Europe/Berlin", URL),
    OrderLapsed("Waiting 2027", "Ana", "cabc-oxyz", URL),
    *(
        RefundMade("Waiting 2027", "Ana", "cabc-oxyz", 12_500, "EUR", reason, URL)
        for reason in ("cancelled", "conference-cancelled", "too-late", "overpaid", "organiser")
    ),
    OrderCancelled("Waiting 2027", "Ana", "cabc-oxyz", SEATS, False, URL),
    OrderCancelled("Waiting 2027", "Ana", "cabc-oxyz", SEATS, True, URL),
    NamesMissing("Waiting 2027", "Ana", "cabc-oxyz", 2, AT_MS, "Europe/Berlin", URL),
    Invitation("Contoso Events", "box_office", AT_MS, "Europe/Berlin", URL),
    PasswordReset(AT_MS, "Europe/Berlin", URL),
]
MARKUP = "<script>alert(1)</script>\"'&{{7*7}}"


class Seen(HTMLParser):
    """What a mail program makes of a page: its elements, its links, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.links: list[str | None] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.links.extend(value for name, value in attrs if name == "href")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: type(letter).__name__)
def test_text_and_html_say_the_same_and_lead_to_the_same_place(letter: Letter, language: Language) -> None:
    texts = texts_of(letter, language)
    seen = Seen(texts.html)
    assert texts.subject
    assert URL in texts.plain
    assert seen.links == [URL]
    words = [word for line in texts.plain.splitlines() for word in line.removesuffix(":").split() if word != "--"]
    missing = [word for word in words if word.removesuffix(":") not in seen.text]
    assert missing == []


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: type(letter).__name__)
def test_the_two_languages_differ(letter: Letter) -> None:
    assert texts_of(letter, "en").plain != texts_of(letter, "de").plain
    assert texts_of(letter, "en").subject != texts_of(letter, "de").subject


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: type(letter).__name__)
def test_markup_in_peoples_texts_is_shown_as_text(letter: Letter) -> None:
    fields = {
        name: MARKUP if isinstance(value, str) else (SeatLine(MARKUP, 1),)
        for name, value in msgspec.structs.asdict(letter).items()
        if name in ("conference_name", "buyer_name", "organiser_name", "order", "seats", "location", "access_code")
    }
    texts = texts_of(msgspec.structs.replace(letter, **fields), "en")
    assert "script" not in Seen(texts.html).elements
    if fields:
        assert MARKUP in Seen(texts.html).text
        assert MARKUP in texts.plain


def test_an_offer_says_until_when_on_the_clocks_of_the_place() -> None:
    assert "Wednesday, 18 November 2026, 12:06 (Europe/Berlin)" in texts_of(LETTERS[0], "en").plain


def test_one_missing_name_and_several_are_told_differently() -> None:
    letter = next(each for each in LETTERS if isinstance(each, NamesMissing))
    assert isinstance(letter, NamesMissing)
    assert "2 seats of your order have" in texts_of(letter, "en").plain
    assert "one seat of your order has" in texts_of(msgspec.structs.replace(letter, unnamed=1), "en").plain


def test_line_breaks_in_a_name_break_no_line() -> None:
    letter = PaymentDue("A\r\nBcc: eve@example.com", "B\n\n-- \nC", "o", 1, "EUR", AT_MS, "UTC", URL)
    texts = texts_of(letter, "en")
    assert "\n" not in texts.subject
    assert "Dear B -- C," in texts.plain


def test_a_long_name_does_not_swell_the_subject() -> None:
    letter = SeatsOffered("x" * 10_000, SEATS, AT_MS, "UTC", URL)
    assert len(texts_of(letter, "en").subject) <= SUBJECT_LENGTH_MAX


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a.example/ x", 'https://a.example/"onclick="x', "//a.example", ""]
)
def test_a_link_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="link"):
        texts_of(PasswordReset(AT_MS, "UTC", url), "en")

"""What we say in each language."""

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from gateway.languages import catalogues
from gateway.languages.catalogues import LANGUAGES, Language, catalogue, day, days, moment, money, month, nearest

SOURCES = [
    ("**.jinja", "jinja2.ext.babel_extract"),
    ("**/layout.*", "jinja2.ext.babel_extract"),
    ("**/documents/*.py", "python"),
    ("**/mail/*.py", "python"),
]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "N_": None}


def texts_in_the_sources() -> set[str]:
    found = set()
    for _, _, message, _, _ in extract_from_dir("gateway", method_map=SOURCES, keywords=KEYWORDS, options_map={}):
        found.add(message[0] if isinstance(message, tuple) else message)
    return found


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_is_translated_and_no_translation_is_left_over(language: Language) -> None:
    with open(f"gateway/languages/{language}.po", "rb") as source:
        entries = [entry for entry in read_po(source, locale=language) if entry.id]
    translated = {entry.id[0] if isinstance(entry.id, tuple) else entry.id for entry in entries}
    assert translated == texts_in_the_sources()
    assert not any(entry.fuzzy for entry in entries)
    assert all(all(entry.string or [""]) for entry in entries)
    # A translation has the same places for values as its text.
    assert [problem for entry in entries for problem in entry.check()] == []


def test_english_is_what_stands_in_the_sources() -> None:
    assert catalogue("en").gettext("Attendee") == "Attendee"
    assert catalogue("de").gettext("Attendee") == "Teilnehmer/in"
    assert catalogue("de").gettext("never said") == "never said"


@pytest.mark.parametrize(
    ("tag", "language"), [("de-AT", "de"), ("DE", "de"), ("de_CH", "de"), ("en-US", "en"), ("fr", "en"), ("", "en")]
)
def test_the_nearest_language_is_taken(tag: str, language: Language) -> None:
    assert nearest(tag) == language


@pytest.mark.parametrize(
    ("amount_minor", "currency", "english", "german"),
    [
        (12_500, "EUR", "€125.00", "125,00\xa0€"),
        (-5, "EUR", "-€0.05", "-0,05\xa0€"),
        (12_500, "JPY", "JP¥12,500", "12.500\xa0¥"),
        (1_234_567, "KWD", "KWD1,234.567", "1.234,567\xa0KWD"),
        (10**15 + 1, "EUR", "€10,000,000,000,000.01", "10.000.000.000.000,01\xa0€"),
    ],
)
def test_money_is_written_to_the_minor_unit(amount_minor: int, currency: str, english: str, german: str) -> None:
    assert (money(amount_minor, currency, "en"), money(amount_minor, currency, "de")) == (english, german)


def test_days_and_moments_are_written_as_people_do() -> None:
    assert day("2027-03-01", "en") == "Monday, 1 March 2027"
    assert days("2027-03-01", "2027-03-01", "de") == "Montag, 1. März 2027"
    assert moment(1_795_000_000_000, "Europe/Berlin", "en") == "Wednesday, 18 November 2026, 12:06 (Europe/Berlin)"
    assert (month("2026-03", "en"), month("2026-03", "de")) == ("March 2026", "März 2026")


def test_each_language_is_read_once() -> None:
    assert catalogues.catalogue("de") is catalogues.catalogue("de")

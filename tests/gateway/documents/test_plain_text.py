"""Text from people, set on one line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents.plain_text import one_line


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("Ana María", "Ana María"),
        ("Ana\r\nBcc: eve@example.com", "Ana Bcc: eve@example.com"),
        ("a\x00b\x1bc\t d", "a b c d"),
        ("<b>bold</b> & {{ 7*7 }}", "<b>bold</b> & {{ 7*7 }}"),
        ("in\u202evoice", "invoice"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001 Persian, in its own letters.
        ("👩\u200d💻", "👩\u200d💻"),
        ("e\u0301", "é"),
        ("\ud800x", "x"),
        ("", ""),
    ],
)
def test_text_is_shown_as_it_is_without_what_would_change_its_surroundings(given_text: str, shown: str) -> None:
    assert one_line(given_text) == shown


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert one_line("word " * 100, 12) == "word word w…"


def test_marks_piled_on_a_letter_are_cut() -> None:
    assert len(one_line("Z" + "\u0335" * 100)) == 5


@given(st.text(), st.integers(1, 80))
def test_any_text_becomes_one_short_line(text: str, length_max: int) -> None:
    line = one_line(text, length_max)
    assert len(line) <= length_max
    assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in line)
    assert one_line(line, length_max) == line

"""Badges as PDF: sorted, several to a page, every name readable."""

from io import BytesIO

import pytest

from gateway.documents import badge_pages
from gateway.documents.badge_pages import PER_PAGE, write_badges
from gateway.documents.badges import Badge, sorting_key
from tests.gateway.documents.pages import squeezed, texts_of

LONG = "Dr. Maximilian-Alexander Freiherr von und zu Guttenberg-Hohen"


def written(*names: str) -> list[str]:
    to = BytesIO()
    write_badges([Badge("Conference", "Full pass", name, ("Contoso <i>GmbH</i>",)) for name in names], to)
    return texts_of(to.getvalue())


def test_badges_are_sorted_by_the_last_word_then_the_whole_name() -> None:
    assert sorted(["Zoe Adams", "ana Zorn", "Émile Zola", "Ana Zorn-Au", "Bob Adams", "Cher"], key=sorting_key) == [
        "Bob Adams",
        "Zoe Adams",
        "Cher",
        "Émile Zola",
        "ana Zorn",
        "Ana Zorn-Au",
    ]


def test_a_page_holds_ten_and_the_next_begins_after_them() -> None:
    pages = written(*(f"Guest {number:02}" for number in range(PER_PAGE + 1)))
    assert len(pages) == 2
    assert "Guest 00" in pages[0]
    assert "Guest 10" in pages[1]
    assert "Guest 10" not in pages[0]


@pytest.mark.parametrize("name", [LONG, "W" * 60, "王小明" * 20, "Дмитрий " * 7, "<b>Bob</b> & Co", "דוד"])
def test_a_long_or_foreign_name_is_there_to_its_last_letter(name: str) -> None:
    (page,) = written(name)
    assert squeezed(name) in squeezed(page)


def test_a_name_as_long_as_a_novel_is_cut() -> None:
    (page,) = written("word " * 1_000)
    assert "…" in page
    assert len(page) < 400


def test_extra_fields_stand_under_the_name() -> None:
    (page,) = written("Ana")
    assert "Contoso <i>GmbH</i>" in page


def test_progress_is_told_after_every_page() -> None:
    told: list[tuple[int, int]] = []
    guests = [Badge("Conference", "Full pass", f"Guest {number}") for number in range(25)]
    assert write_badges(guests, BytesIO(), lambda done, total: told.append((done, total))) == 3
    assert told == [(10, 25), (20, 25), (25, 25)]


def test_no_badges_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(badge_pages, "BADGES_MAX", 2)
    for count in (0, 3):
        with pytest.raises(ValueError, match="badges"):
            write_badges([Badge("Conference", "Full pass", "Ana")] * count, BytesIO())

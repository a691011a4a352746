# ruff: noqa: RUF001 Names in their own letters are what is tested here.
"""Lines in every script, and how they are fitted into a box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents import fonts
from gateway.documents.lines import Line, fit, set_line
from gateway.documents.plain_text import one_line

LONG = "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaft"


def empty_boxes(line: Line) -> int:
    return sum(glyph.number == 0 for run in line.runs for glyph in run.glyphs)


@pytest.mark.parametrize(
    "name",
    [
        "Ana María O'Neill", "Nguyễn Thị Ngọc Ánh", "Дмитрий Щербаков", "Γιώργος Παπαδόπουλος", "محمد بن عبد الله",
        "می‌خواهم", "דוד בן־גוריון", "श्रीमती क्षितिज शर्मा", "สมชาย ใจดี ที่นี่", "王小明", "山田たろう", "김민수",
        "Հայկ Հակոբյան", "ქეთევან", "বাংলা", "தமிழ்", "አበበ", "🙂 👩‍💻 👍🏽 🇩🇪", "10 € ½ № … “x”",
    ],
)  # fmt: skip
@pytest.mark.parametrize("weight", [400, 700])
def test_every_script_has_its_glyphs(name: str, weight: fonts.Weight) -> None:
    line = set_line(name, weight)
    assert empty_boxes(line) == 0
    assert "".join(sorted("".join(glyph.text for run in line.runs for glyph in run.glyphs))) == "".join(sorted(name))


def test_arabic_letters_join() -> None:
    joined = {glyph.number for run in set_line("بب").runs for glyph in run.glyphs}
    alone = {glyph.number for run in set_line("ب").runs for glyph in run.glyphs}
    assert joined.isdisjoint(alone) or len(joined) > len(alone)


def test_arabic_stands_from_right_to_left() -> None:
    texts = [glyph.text for run in set_line("اد").runs for glyph in run.glyphs]
    assert [text for text in texts if text] == ["د", "ا"]


def test_devanagari_forms_conjuncts() -> None:
    assert len({glyph.number for run in set_line("क्ष").runs for glyph in run.glyphs}) == 1


def test_an_emoji_of_several_signs_is_one_picture() -> None:
    assert [len(run.glyphs) for run in set_line("👩‍💻").runs] == [1]


def test_japanese_letters_ask_for_japanese_shapes() -> None:
    chinese, japanese = set_line("骨直"), set_line("骨直の")
    numbers = [glyph.number for run in chinese.runs for glyph in run.glyphs]
    assert [glyph.number for run in japanese.runs for glyph in run.glyphs][:2] != numbers


def test_a_character_nobody_has_is_an_empty_box_and_no_error() -> None:
    assert empty_boxes(set_line("a\U000e0fffb\U00013000")) >= 1


def test_bold_is_wider() -> None:
    assert set_line("Contoso", 700).width > set_line("Contoso", 400).width


def test_a_short_text_takes_the_largest_size() -> None:
    assert fit("Ana", 200, (20.0, 10.0), 1).size == 20


def test_a_longer_text_is_wrapped_before_it_is_made_smaller() -> None:
    fitted = fit("Ana María de la Cruz", 120, (20.0, 10.0), 2)
    assert (fitted.size, [line.text for line in fitted.lines]) == (20, ["Ana María", "de la Cruz"])


def test_a_word_too_wide_for_every_size_is_broken() -> None:
    fitted = fit(LONG, 200, (26.0, 18.0, 10.0), 3)
    assert fitted.size == 18
    assert "".join(line.text for line in fitted.lines) == LONG


def test_chinese_is_broken_between_letters() -> None:
    fitted = fit("王小明" * 10, 100, (10.0,), 5)
    assert [len(line.text) for line in fitted.lines] == [10, 10, 10]


def test_the_height_of_the_box_limits_the_lines() -> None:
    assert fit("Ana María de la Cruz", 120, (20.0, 10.0), 2, height=25).size == 10


def test_what_fits_in_no_way_is_cut_with_an_ellipsis() -> None:
    fitted = fit("word " * 200, 100, (10.0,), 2)
    assert len(fitted.lines) == 2
    assert fitted.lines[-1].text.endswith("…")


@given(st.text(max_size=60).map(one_line).filter(bool), st.floats(40, 400), st.integers(1, 3))
def test_every_text_fits_the_box_it_is_given(text: str, width: float, lines_max: int) -> None:
    fitted = fit(text, width, (26.0, 14.0, 7.0), lines_max)
    assert 1 <= len(fitted.lines) <= lines_max
    assert all(line.width * fitted.size / fonts.UNIT <= width + 0.001 for line in fitted.lines)

"""Which way the parts of a line run."""

import pytest

from gateway.documents.directions import in_visual_order, levels_of, runs_rightwards


def test_latin_runs_rightwards_all_along() -> None:
    assert runs_rightwards("Ana 1")
    assert levels_of("Ana 1", True) == (0, 0, 0, 0, 0)


def test_hebrew_runs_leftwards_and_numbers_in_it_rightwards() -> None:
    assert not runs_rightwards("דוד 12")
    assert levels_of("דוד 12", False) == (1, 1, 1, 1, 2, 2)


@pytest.mark.parametrize(
    ("text", "rightwards", "levels"),
    [
        ("אב (Mo)", False, (1, 1, 1, 1, 2, 2, 1)),  # Latin in brackets after Hebrew: the brackets stay Hebrew's.
        ("אב Mo (x)", False, (1, 1, 1, 2, 2, 2, 2, 2, 2)),  # After Latin they are Latin's.
        ("Mo (אב)", True, (0, 0, 0, 0, 1, 1, 0)),
        ("א (b", False, (1, 1, 1, 2)),  # No pair.
        ("א ([b)]", False, (1, 1, 1, 1, 2, 1, 1)),  # Crossed: the inner one finds no partner.
    ],
)
def test_brackets_belong_to_what_they_are_among(text: str, rightwards: bool, levels: tuple[int, ...]) -> None:
    assert levels_of(text, rightwards) == levels


def test_a_character_that_is_not_in_the_tables_runs_rightwards() -> None:
    assert levels_of("א\U0002ebe1", False) == (1, 2)


def test_a_joiner_goes_with_the_letter_before_it() -> None:
    assert levels_of("می\u200cخ", False) == (1, 1, 1, 1)


def test_stretches_that_run_leftwards_are_turned_round() -> None:
    assert in_visual_order([(0, "a"), (1, "b"), (2, "c"), (1, "d"), (0, "e")]) == ["a", "d", "c", "b", "e"]
    assert in_visual_order([(1, "a"), (2, "b"), (2, "c")]) == ["b", "c", "a"]
    assert in_visual_order([]) == []

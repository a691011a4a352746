"""A token fits its own reservation under its own key, and nothing else."""

import re

from gateway.tokens import Tokens

TOKENS = Tokens(b"k" * 32, b"reservation")


def test_a_token_is_always_the_same_and_fits_its_reservation_alone() -> None:
    token = TOKENS.of("c1-ra")
    assert token == TOKENS.of("c1-ra")
    assert re.fullmatch("[A-Za-z0-9_-]{32}", token)
    assert TOKENS.fits("c1-ra", token)
    assert not TOKENS.fits("c1-rb", token)


def test_a_token_of_another_kind_or_key_does_not_fit() -> None:
    assert not TOKENS.fits("c1-ra", Tokens(b"k" * 32, b"order").of("c1-ra"))
    assert not TOKENS.fits("c1-ra", Tokens(b"l" * 32, b"reservation").of("c1-ra"))


def test_what_is_no_token_does_not_fit() -> None:
    for bad in ("", "x", TOKENS.of("c1-ra")[:-1], "é" * 32, "\udcff"):
        assert not TOKENS.fits("c1-ra", bad)

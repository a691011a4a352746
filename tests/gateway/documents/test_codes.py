"""Ticket codes: signed, short, silent about persons, checked offline."""

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents.codes import CodeReader, CodeSigner, SeatCode, Unreadable

SIGNER = CodeSigner(bytes(range(32)))
ORDER = "cabcdefghij2k-oabcdefghijklmnopqrstuvwx2345"
CODE = SIGNER.code(ORDER, "s1")
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,30}", fullmatch=True)


@given(IDS, IDS)
def test_a_code_names_its_order_and_seat_to_whoever_has_the_public_key(order: str, seat: str) -> None:
    offline = CodeReader(SIGNER.reader.public_key)
    assert offline.read(SIGNER.code(order, seat)) == SeatCode(order, seat)


def test_a_code_is_the_same_every_time_and_fits_a_small_qr_picture() -> None:
    assert SIGNER.code(ORDER, "s1") == CODE
    assert int(segno.make_qr(CODE, error="m").version) <= 7


def test_a_code_may_be_typed_in_small_letters_with_space_around() -> None:
    assert SIGNER.reader.read(f"  {CODE.lower()}\n") == SeatCode(ORDER, "s1")


@given(st.integers(0, len(CODE) - 1), st.sampled_from("ABCXYZ234567-."))
def test_a_code_with_any_one_character_changed_is_refused(place: int, character: str) -> None:
    changed = CODE[:place] + character + CODE[place + 1 :]
    if changed != CODE:
        assert isinstance(SIGNER.reader.read(changed), Unreadable)


def test_a_signature_has_only_one_spelling() -> None:
    # The last of its characters has three bits to spare, which decoding leaves out.
    spelt_otherwise = CODE[:-1] + chr(ord(CODE[-1]) + 1)
    answer = SIGNER.reader.read(spelt_otherwise)
    assert isinstance(answer, Unreadable)
    assert answer.reason == "wrong-signature"


@pytest.mark.parametrize(
    "odd", [CODE.replace("S", "\u017f"), "x" * 10_000, CODE + "A", CODE + "." + CODE, f"{CODE}\n{CODE}"]
)
def test_what_only_resembles_a_code_is_none(odd: str) -> None:
    answer = SIGNER.reader.read(odd)
    assert isinstance(answer, Unreadable)
    assert answer.reason == "malformed"


def test_a_code_of_another_installation_is_refused_as_not_ours() -> None:
    answer = SIGNER.reader.read(CodeSigner(bytes(32)).code(ORDER, "s1"))
    assert isinstance(answer, Unreadable)
    assert answer.reason == "wrong-signature"


def test_a_code_of_a_later_kind_is_said_to_be_unknown() -> None:
    answer = SIGNER.reader.read(CODE.replace("CT1", "CT2", 1))
    assert isinstance(answer, Unreadable)
    assert answer.reason == "unknown-version"


@given(st.text(max_size=300))
def test_any_other_text_is_no_code(text: str) -> None:
    answer = SIGNER.reader.read(text)
    assert isinstance(answer, Unreadable)
    assert answer.reason == "malformed"


@pytest.mark.parametrize("order", ["", "A", "ana schmidt", "a.b", "a" * 65, "é"])
def test_an_id_that_a_code_cannot_carry_is_a_programming_error(order: str) -> None:
    with pytest.raises(ValueError, match="no order id"):
        SIGNER.code(order, "s1")

"""Keys have a scope, and a fingerprint is of what was said, not of how it was spelt."""

import pytest

from gateway.bodies import NewReservation, parse
from gateway.idempotency import Idempotency, check_key, finish
from gateway.problems import Problem

HASHES = Idempotency(b"k" * 32)


def test_a_key_is_hashed_with_its_scope() -> None:
    assert HASHES.key("c1", "a" * 16) == HASHES.key("c1", "a" * 16)
    assert HASHES.key("c1", "a" * 16) != HASHES.key("c2", "a" * 16)
    assert HASHES.key("c1", "a" * 16) != Idempotency(b"l" * 32).key("c1", "a" * 16)
    assert len(HASHES.key("c1", "a")) == 16


def test_a_beginning_and_its_rest_are_the_whole() -> None:
    assert finish(HASHES.key_start("c1"), b"abc") == HASHES.key("c1", "abc")
    assert finish(HASHES.fingerprint_start("POST", "/x"), b"") == HASHES.fingerprint("POST", "/x", None)


def test_spelling_makes_no_other_request_but_everything_else_does() -> None:
    one = parse(NewReservation, b'{"items":[{"seat_type":"a","quantity":1}]}')
    same = parse(NewReservation, b'{"accept_fewer": false, "items": [{"quantity": 1, "seat_type": "\\u0061"}]}')
    other = parse(NewReservation, b'{"items":[{"seat_type":"a","quantity":2}]}')
    print_of = HASHES.fingerprint("POST", "/x", one)
    assert HASHES.fingerprint("POST", "/x", same) == print_of
    assert print_of not in (
        HASHES.fingerprint("POST", "/x", other),
        HASHES.fingerprint("POST", "/y", one),
        HASHES.fingerprint("DELETE", "/x", one),
        Idempotency(b"l" * 32).fingerprint("POST", "/x", one),
    )


def test_a_person_has_the_same_name_when_the_request_is_repeated_and_another_for_another() -> None:
    assert HASHES.subject(b"k", b"f") == HASHES.subject(b"k", b"f")
    assert len({HASHES.subject(b"k", b"f"), HASHES.subject(b"k", b"g"), HASHES.subject(b"l", b"f")}) == 3


@pytest.mark.parametrize(
    ("key", "required", "signed_in", "slug"),
    [
        (None, True, True, "key-missing"),
        ("", False, True, "malformed"),
        ("x" * 256, True, True, "malformed"),
        ("a b", True, True, "malformed"),
        ("é" * 16, True, False, "malformed"),
        ("x" * 15, True, False, "key-too-short"),
    ],
)
def test_a_bad_key_is_refused(key: str | None, required: bool, signed_in: bool, slug: str) -> None:
    with pytest.raises(Problem) as caught:
        check_key(key, required=required, signed_in=signed_in)
    assert caught.value.slug == slug


def test_a_good_key_is_taken() -> None:
    assert check_key(None, required=False, signed_in=False) is None
    assert check_key("x", required=True, signed_in=True) == "x"
    assert check_key("x" * 16, required=True, signed_in=False) == "x" * 16
    assert check_key("x" * 255, required=True, signed_in=False) == "x" * 255

"""Responses in every piece and spelling that HTTP/1.1 allows, and what is none."""

import pytest

from gateway.loadtest.framing import AnswerReader, Garbage, header

PLAIN = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}'


def read(*pieces: bytes) -> tuple[int, bytes] | None:
    reader = AnswerReader()
    parsed = None
    for piece in pieces:
        assert parsed is None, "whole before its last piece"
        parsed = reader.feed(piece)
    return None if parsed is None else (parsed[0], parsed[2])


def test_a_whole_answer_is_read_at_once() -> None:
    assert read(PLAIN) == (201, b'{"a":1}')


@pytest.mark.parametrize("at", range(1, len(PLAIN)))
def test_an_answer_may_come_in_two_pieces(at: int) -> None:
    assert read(PLAIN[:at], PLAIN[at:]) == (201, b'{"a":1}')


def test_an_answer_may_come_byte_by_byte() -> None:
    assert read(*(PLAIN[at : at + 1] for at in range(len(PLAIN)))) == (201, b'{"a":1}')


def test_header_names_may_be_spelled_in_any_case() -> None:
    assert read(PLAIN.replace(b"Content-Length", b"content-LENGTH")) == (201, b'{"a":1}')


def test_chunks_are_joined() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert read(head + b"3\r\nabc\r\n", b"4;x=y\r\ndefg\r\n0\r\n", b"\r\n") == (200, b"abcdefg")


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_answers_have_no_body(status: bytes) -> None:
    assert read(b"HTTP/1.1 " + status + b"\r\nETag: x\r\n\r\n") == (int(status[:3]), b"")


def test_an_interim_answer_is_passed_over() -> None:
    assert read(b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN) == (201, b'{"a":1}')


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    reader = AnswerReader()
    assert reader.feed(b"HTTP/1.1 200 OK\r\n\r\nabc") is None
    assert reader.finish() == (200, b"HTTP/1.1 200 OK", b"abc")


def test_an_answer_that_is_cut_short_is_none() -> None:
    reader = AnswerReader()
    assert reader.feed(PLAIN[:-1]) is None
    assert reader.finish() is None


@pytest.mark.parametrize(
    "data",
    [
        b"220 mail.example.org ESMTP\r\n",
        b"\x16\x03\x01\x02\x00",
        b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        PLAIN + b"more",
    ],
)
def test_what_is_no_answer_is_garbage(data: bytes) -> None:
    with pytest.raises(Garbage):
        read(data)


def test_a_head_without_end_is_garbage() -> None:
    with pytest.raises(Garbage):
        read(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000)


def test_a_header_is_found_by_its_name() -> None:
    assert header(b"HTTP/1.1 503 -\r\nRetry-After: 2", "retry-after") == "2"
    assert header(b"HTTP/1.1 503 -", "retry-after") is None

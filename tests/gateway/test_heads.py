"""Whatever the plain reader of heads accepts, aiohttp's parser accepts with the same meaning."""

import asyncio
from typing import Any

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpProcessingError, HttpRequestParser
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.heads import Head, read_head
from tests.gateway.world import request_bytes

PLAIN = request_bytes("POST", "/api/v1/conferences/pycon/reservations", b"{}", {"Idempotency-Key": "0123456789abcdef"})
NAMES = [b"Host", b"host", b"Content-Type", b"Content-Length", b"Idempotency-Key", b"X-A", b"User-Agent", b"Expect"]
NAMES += [
    b"Connection",
    b"Transfer-Encoding",
    b"X-Forwarded-For",
    b"Bad Name",
    b"",
    b"Host ",
    b" Host",
    b"A\tB",
    b"A(B",
]
VALUES = [b"a", b"", b" a ", b"\ta", b"a\x00b", b"a\rb", b"a\nb", b"\xc3\xa9", b"\x7f", b"2", b"keep-alive", b"close"]
VALUES += [b"chunked", b"100-continue", b"00002", b"+2", b"a: b", b"2, 2"]


def parsed(data: bytes) -> list[Any]:
    """What aiohttp makes of it: messages, or nothing when it refuses."""
    loop = asyncio.new_event_loop()
    try:
        parser = HttpRequestParser(BaseProtocol(loop), loop, 2**16, max_headers=64)
        messages, _, _ = parser.feed_data(data)
        return list(messages)
    except HttpProcessingError:
        return []
    finally:
        loop.close()


def test_a_plain_head_is_read() -> None:
    assert read_head(PLAIN) == Head(
        b"POST /api/v1/conferences/pycon/reservations HTTP/1.1",
        len(PLAIN) - 2,
        2,
        b"application/json",
        b"0123456789abcdef",
        b"",
        b"",
    )


@pytest.mark.parametrize("size", [1, 20, len(PLAIN) - 4])
def test_half_a_head_is_not(size: int) -> None:
    assert read_head(PLAIN[:size]) is None


@pytest.mark.parametrize("line", [b"X-No-Colon", b"Idempotency-Key", b"", b" X: folded", b"X : blank", b"X: a\nY: b"])
def test_a_line_that_is_no_header_is_left_to_the_parser(line: bytes) -> None:
    head = PLAIN.replace(b"Host: test\r\n", b"Host: test\r\n" + line + b"\r\n")
    read = read_head(head)
    assert read is None or read.body_at != len(head) - 2


lines = st.tuples(st.sampled_from(NAMES), st.sampled_from([b":", b": ", b" :", b""]), st.sampled_from(VALUES))
ends = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n "])


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(lines, ends), max_size=5), st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.1 "]))
def test_what_is_accepted_means_the_same_to_the_parser(
    extra: list[tuple[tuple[bytes, ...], bytes]], version: bytes
) -> None:
    head = b"POST /x " + version + b"\r\nHost: h\r\n" + b"".join(b"".join(line) + end for line, end in extra) + b"\r\n"
    agree(head + b"{}")


@settings(max_examples=600, deadline=None)
@given(st.integers(0, len(PLAIN) - 1), st.binary(min_size=0, max_size=3), st.integers(0, 3))
def test_what_is_accepted_after_a_mutation_means_the_same_too(place: int, put: bytes, cut: int) -> None:
    agree(PLAIN[:place] + put + PLAIN[place + cut :])


def agree(data: bytes) -> None:
    head = read_head(data)
    if head is None or not head.line.endswith(b" HTTP/1.1") or len(head.line.split(b" ")) != 3:
        return  # The fast lane compares the whole line, so others never get in.
    length = max(head.length, 0)
    if len(data) != head.body_at + length or not head.line.startswith((b"POST /", b"GET /")):
        return
    if any(byte in head.line for byte in b"#\t"):
        return
    messages = parsed(data)
    assert len(messages) == 1, data
    message, payload = messages[0]
    assert f"{message.method} {message.path} HTTP/1.1".encode() == head.line
    assert message.headers.get("Idempotency-Key", "").encode() == head.key
    assert message.headers.get("Content-Type", "").encode() == head.media_type
    assert not message.chunked
    assert not message.should_close
    assert not message.upgrade
    assert payload.is_eof() or length == 0

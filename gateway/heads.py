"""Reads the head of the plainest of requests without a parser, or says that it can't.

What this accepts, aiohttp's parser accepts with the same meaning. Everything unusual (another
version, folded or doubled headers, transfer codings, bytes beyond ASCII …) is left to it.
"""

import re
from typing import Final, NamedTuple

BYTES_MAX = 8_190  # One field's limit is the whole head's here.
LINES_MAX = 64
NAMES_MAX = 512  # spellings of header names that are remembered

_PLAIN = bytes([*range(0x20, 0x7F), 0x09, 0x0A, 0x0D])
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_LENGTH_DIGITS_MAX = 6

_IGNORED, _UNUSUAL, _ONCE, _HOST, _TYPE, _LENGTH, _KEY, _CORRELATION, _FORWARDED, _CONNECTION, _AUTHORITY = range(1, 12)
_KINDS: Final = {
    b"host": _HOST,
    b"content-type": _TYPE,
    b"content-length": _LENGTH,
    b"idempotency-key": _KEY,
    b"x-correlation-id": _CORRELATION,
    b"x-forwarded-for": _FORWARDED,
    b"connection": _CONNECTION,
    b"authorization": _AUTHORITY,
    b"user-agent": _ONCE,
    **dict.fromkeys(
        (
            b"content-encoding",
            b"content-location",
            b"content-range",
            b"etag",
            b"expect",
            b"if-none-match",
            b"last-event-id",
            b"max-forwards",
            b"min-version",
            b"sec-websocket-key1",
            b"server",
            b"transfer-encoding",
            b"upgrade",
        ),
        _UNUSUAL,
    ),
}
_known: dict[bytes, int] = {}


class Head(NamedTuple):
    """The request line and the headers that matter; ``body_at`` is where the body starts, ``length`` -1 if not said."""

    line: bytes
    body_at: int
    length: int
    media_type: bytes
    key: bytes
    correlation: bytes
    forwarded_for: bytes
    authorization: bytes = b""


def read_head(data: bytes) -> Head | None:
    """The head that ``data`` begins with; ``None`` when it is unusual, or not whole."""
    end = data.find(b"\r\n\r\n")
    if not 0 < end <= BYTES_MAX:
        return None
    head = data[:end]
    first, *lines = head.split(b"\r\n")
    count = len(lines)
    if count > LINES_MAX or head.count(b"\n") != count or head.count(b"\r") != count or head.translate(None, _PLAIN):
        return None
    found: list[bytes | None] = [None] * (_AUTHORITY + 1)
    for line in lines:
        name, colon, value = line.partition(b":")
        kind = _known.get(name) or _kind_of(name)
        if not colon or kind == _UNUSUAL:
            return None
        if kind != _IGNORED:
            if found[kind] is not None:
                return None
            found[kind] = value.strip(b" \t")
    _, _, _, _, host, media_type, length, key, correlation, forwarded_for, connection, authority = found
    if host is None or (connection is not None and connection.lower() != b"keep-alive"):
        return None
    if length is None:
        count = -1
    elif length.isdigit() and len(length) <= _LENGTH_DIGITS_MAX:
        count = int(length)
    else:
        return None
    return Head(
        first, end + 4, count, media_type or b"", key or b"", correlation or b"", forwarded_for or b"", authority or b""
    )


def _kind_of(name: bytes) -> int:
    """What a header is for us, in any spelling; what is no name at all is unusual."""
    kind = _KINDS.get(name.lower(), _IGNORED) if _TOKEN.fullmatch(name) else _UNUSUAL
    if len(_known) >= NAMES_MAX:
        _known.clear()
    _known[name] = kind
    return kind

"""What arrives with a request and is looked at before its handler runs: correlation, head, query, body."""

import asyncio
import re
import secrets
from collections.abc import Mapping
from itertools import count

from aiohttp import hdrs
from aiohttp.web import BaseRequest, RequestPayloadError

from gateway.problems import Problem, invalid

CORRELATION_HEADER = "X-Correlation-Id"
_CORRELATION = re.compile(r"[A-Za-z0-9._-]{8,64}")
_NO_CONTROLS = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*")
_JSON = re.compile(r"""application/json\s*(;\s*charset="?utf-8"?\s*)?""", re.IGNORECASE)
_QUERY_VALUE_MAX = 600  # characters


class Correlations:
    """Ids that tie a request to its log lines: the client's own if it is a decent one, else a fresh one."""

    def __init__(self) -> None:
        self._prefix, self._count = secrets.token_hex(4), count(1)

    def fresh(self) -> str:
        return f"{self._prefix}-{next(self._count):x}"

    def of(self, header: str | None) -> str:
        if header is not None and _CORRELATION.fullmatch(header):
            return header
        return self.fresh()


def check_head(request: BaseRequest, bytes_max: int) -> None:
    """Bounds the head as a whole. Raises ``Problem``."""
    size = sum(len(name) + len(value) + 4 for name, value in request.raw_headers) + len(request.path_qs)
    if size > bytes_max:
        raise Problem("malformed", f"The request's head has {size} bytes; at most {bytes_max} are taken.")


def query_of(request: BaseRequest) -> Mapping[str, str]:
    """The query's parameters, the first of each name. Raises ``Problem``."""
    query: dict[str, str] = {}
    for name, value in request.query.items():
        if len(value) > _QUERY_VALUE_MAX or not _NO_CONTROLS.fullmatch(value):
            raise invalid("query", f"Expected at most {_QUERY_VALUE_MAX} characters, none of them a control character")
        query.setdefault(name, value)
    return query


def media_type_is_json(media_type: str) -> bool:
    """Whether a ``Content-Type`` says JSON in UTF-8."""
    return _JSON.fullmatch(media_type) is not None


def check_media_type(request: BaseRequest) -> None:
    """A body must be plain JSON. Raises ``Problem``."""
    if hdrs.CONTENT_ENCODING in request.headers:
        raise Problem("unsupported-media-type", "Send the body without Content-Encoding.")
    if not media_type_is_json(request.headers.get(hdrs.CONTENT_TYPE, "")):
        raise Problem("unsupported-media-type", "Send Content-Type: application/json (UTF-8).")


async def read_body(request: BaseRequest, bytes_max: int, wait_s_max: float) -> bytes:
    """The whole body. Raises ``Problem`` when it is too large, too slow, or its framing is wrong."""
    await _expect(request)
    length = request.headers.get(hdrs.CONTENT_LENGTH)
    if length is not None and (len(length) > 15 or int(length) > bytes_max):
        raise _too_large(bytes_max)
    content = request.content
    try:
        if content.is_eof():
            data = content.read_nowait()
        else:
            async with asyncio.timeout(wait_s_max):
                parts, size = [], 0
                while chunk := await content.readany():
                    parts.append(chunk)
                    size += len(chunk)
                    if size > bytes_max:
                        break
                data = b"".join(parts)
    except TimeoutError as problem:
        raise Problem("too-slow", f"The body was not whole after {wait_s_max:g} seconds.") from problem
    except RequestPayloadError as problem:
        raise Problem("malformed", "The body's framing is wrong.") from problem
    if len(data) > bytes_max:
        raise _too_large(bytes_max)
    return data


def _too_large(bytes_max: int) -> Problem:
    return Problem("too-large", f"A body has at most {bytes_max} bytes.")


async def _expect(request: BaseRequest) -> None:
    """Answers ``Expect: 100-continue``; nothing else can be expected."""
    expected = request.headers.get(hdrs.EXPECT)
    if expected is None:
        return
    if expected.lower() != "100-continue":
        raise Problem("malformed", "Expect: only 100-continue is known.")
    if not request.content.is_eof():
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # Else aiohttp believes that the answer has begun.

"""Answers and problems as HTTP responses; all have the same headers in the same order."""

import re
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.web import BaseRequest, Response

from gateway.calls import Answer
from gateway.intake import CORRELATION_HEADER
from gateway.problems import CONTENT_TYPE as PROBLEM_TYPE
from gateway.problems import Problem

JSON_TYPE = "application/json"
SERVER = "Contoso"
PRIVATE = {"Cache-Control": "no-store"}
PUBLIC = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
_TAG = re.compile(r'\s*(?:W/)?("[^"]*")\s*')

_PHRASES = {int(status): status.phrase for status in HTTPStatus}

encode_json = msgspec.json.Encoder().encode


def etag(version: int) -> str:
    """The ``ETag`` of a version."""
    return f'"{version}"'


def version_of(if_match: str | None) -> int:
    """The version that an ``If-Match`` header names. Raises ``Problem``."""
    if if_match is None:
        raise Problem("version-required", "Send If-Match with the ETag that you read.")
    text = if_match.strip()
    digits = text[1:-1]
    if not (text[:1] == text[-1:] == '"' and digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise Problem("malformed", 'If-Match: expected one ETag as it was answered, "<version>".')
    return int(digits)


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether the client has this version already."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or any(
        (match := _TAG.fullmatch(part)) is not None and match[1] == tag for part in if_none_match.split(",")
    )


def headers_of(answer: Answer, correlation: str, always: Mapping[str, str]) -> dict[str, str]:
    """The headers of an answer, but for those of its transport; ``always`` are those of the route."""
    headers: dict[str, str] = {}
    if answer.body is not None:
        headers["Content-Type"] = JSON_TYPE
    if answer.version is not None:
        headers["ETag"] = etag(answer.version)
    headers.update(answer.headers)
    headers.update(always)
    headers[CORRELATION_HEADER] = correlation
    headers["Server"] = SERVER
    return headers


def body_of(answer: Answer) -> bytes | None:
    """The body of an answer, as JSON."""
    return answer.body if answer.body is None or isinstance(answer.body, bytes) else encode_json(answer.body)


def respond(request: BaseRequest, answer: Answer, correlation: str, always: Mapping[str, str]) -> Response:
    """The response for an answer; one that the client has already has no body."""
    if (
        answer.version is not None
        and request.method in ("GET", "HEAD")
        and matches(request.headers.get("If-None-Match"), etag(answer.version))
    ):
        answer = answer._replace(body=None, status=304)
    return Response(status=answer.status, body=body_of(answer), headers=headers_of(answer, correlation, always))


def problem_headers(problem: Problem, correlation: str) -> dict[str, str]:
    """The headers of a problem document, but for those of its transport."""
    return {
        "Content-Type": PROBLEM_TYPE,
        **problem.headers,
        **PRIVATE,
        CORRELATION_HEADER: correlation,
        "Server": SERVER,
    }


def respond_problem(problem: Problem, correlation: str) -> Response:
    """The response for a problem."""
    return Response(status=problem.status, body=problem.body(), headers=problem_headers(problem, correlation))


def raw(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """The bytes that aiohttp would send on a connection that is kept alive."""
    lines = [f"HTTP/1.1 {status} {_PHRASES[status]}", *(f"{name}: {value}" for name, value in headers.items())]
    lines += (f"Content-Length: {len(body)}", f"Date: {rfc822_formatted_time()}", "\r\n")
    return "\r\n".join(lines).encode() + body

"""Answers and problems as HTTP responses; all have the same headers in the same order."""

import re
from collections.abc import Mapping

import msgspec
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


def respond(request: BaseRequest, answer: Answer, correlation: str, always: Mapping[str, str]) -> Response:
    """The response for an answer; ``always`` are headers of the route."""
    headers: dict[str, str] = {}
    body: bytes | None = None
    status = answer.status
    tag = None if answer.version is None else etag(answer.version)
    if tag is not None and request.method in ("GET", "HEAD") and matches(request.headers.get("If-None-Match"), tag):
        status = 304
    elif answer.body is not None:
        headers["Content-Type"] = JSON_TYPE
        body = answer.body if isinstance(answer.body, bytes) else encode_json(answer.body)
    if tag is not None:
        headers["ETag"] = tag
    headers.update(answer.headers)
    headers.update(always)
    headers[CORRELATION_HEADER] = correlation
    headers["Server"] = SERVER
    return Response(status=status, body=body, headers=headers)


def respond_problem(problem: Problem, correlation: str, always: Mapping[str, str] = PRIVATE) -> Response:
    """The response for a problem."""
    headers = {"Content-Type": PROBLEM_TYPE, **problem.headers, **always}
    headers[CORRELATION_HEADER] = correlation
    headers["Server"] = SERVER
    return Response(status=problem.status, body=problem.body(), headers=headers)

"""The OpenAPI 3.1 description of what is served: from the route table and the very types that parse and answer."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.problems import CONTENT_TYPE, PROBLEMS
from gateway.rendering import JSON_TYPE
from gateway.replies import ProblemDocument
from gateway.routes import Anyone, Files, Holder, Lists, Member, Parameter, Route, SignedIn, Streams

REFERENCE = "#/components/schemas/{name}"
DESCRIPTION = (
    "Organisers plan conferences and sell their seats; anyone reserves them, or waits for them. Errors are RFC 9457 "
    "problem documents. Times are RFC 3339 in UTC, money is integers of minor units, and `version` grows with every "
    "change: send it back as If-Match to change what you saw, or as Min-Version to see what you did."
)
_HEADERS = {
    "Idempotency-Key": "whoever repeats key and body gets the same answer (16 characters or more without a login)",
    "If-Match": "the ETag that was read",
    "Min-Version": "wait up to two seconds until this version is known",
}


def problems_of(route: Route) -> frozenset[str]:
    """The slugs of all problems that a route can answer."""
    slugs = {"malformed", "busy", "internal", *route.conflicts}
    match route.policy:
        case Anyone():
            slugs |= {"not-found"} if "{" in route.path else set()
        case Holder():
            slugs |= {"not-found"}
        case SignedIn(person=person):
            slugs |= {"not-authenticated", "not-allowed"} if person else {"not-authenticated"}
        case Member():
            slugs |= {"not-authenticated", "not-allowed", "not-found"}
    if route.body is not None:
        slugs |= {"too-large", "too-slow"}
    if route.body not in (None, bytes):
        slugs |= {"unsupported-media-type", "invalid"}
    if route.key == "required":
        slugs |= {"key-missing"}
    if route.key != "none":
        slugs |= {"key-reused"} if isinstance(route.policy, Member) else {"key-reused", "key-too-short"}
    if route.if_match:
        slugs |= {"version-required", "stale-version"}
    if route.commands:
        slugs |= {"outcome-unknown"}
    if route.method == "GET" and "{" in route.path:
        slugs |= {"not-yet"}
    if any(parameter.place == "query" for parameter in route.parameters):
        slugs |= {"invalid"}
    return frozenset(slugs)


def describe(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """The whole description, as what JSON is made of."""
    routes = tuple(routes)
    kinds = _kinds(routes)
    schemas, components = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    reference = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, reference)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Contoso Conference Management", "version": version, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "a session or an API token"},
                "holder": {"type": "http", "scheme": "bearer", "description": "the token of the reservation or order"},
            },
        },
    }


def _kinds(routes: tuple[Route, ...]) -> list[Any]:
    """Every type of the description, once."""
    kinds: dict[Any, None] = {ProblemDocument: None}
    for route in routes:
        if route.body not in (None, bytes):
            kinds[route.body] = None
        for answer in route.answers.values():
            if isinstance(answer, Lists):
                kinds[answer.of] = None
            elif isinstance(answer, Files):
                if answer.json is not None:
                    kinds[answer.json.of if isinstance(answer.json, Lists) else answer.json] = None
            elif answer is not None and not isinstance(answer, Streams):
                kinds[answer] = None
    return list(kinds)


def _operation(route: Route, reference: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "tags": ["For organisers" if isinstance(route.policy, Member | SignedIn) else "For anyone"],
        "parameters": _parameters(route),
        "responses": {
            **{str(status): _answer(route, answer, reference) for status, answer in route.answers.items()},
            **_problems(route, reference),
        },
    }
    match route.policy:
        case Anyone():
            operation["security"] = []
        case Holder():
            operation["security"] = [{"holder": []}]
        case SignedIn():
            operation["security"] = [{"token": []}]
        case Member(least=least):
            operation["security"] = [{"token": []}]
            operation["description"] = f"Role: at least {least}."
    if route.body is bytes:
        operation["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": {"type": "object"}}}}
    elif route.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": reference[route.body]}}}
    return operation


def _name(route: Route) -> str:
    parts = re.findall(r"[a-z]+", route.path.removeprefix("/api/v1"))
    return "_".join([route.method.lower(), *parts])


def _parameters(route: Route) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    headers: list[tuple[str, bool]] = []
    if route.key != "none":
        headers.append(("Idempotency-Key", route.key == "required"))
    if route.if_match:
        headers.append(("If-Match", True))
    if route.method == "GET" and "{" in route.path:
        headers.append(("Min-Version", False))
    in_head = [
        {
            "name": name,
            "in": "header",
            "required": required,
            "description": _HEADERS[name],
            "schema": {"type": "string"},
        }
        for name, required in headers
    ]
    return [*in_path, *in_head, *(_described(parameter) for parameter in route.parameters)]


def _described(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.description,
        "schema": dict(parameter.schema),
    }


def _answer(route: Route, answer: Any, reference: dict[Any, Any]) -> dict[str, Any]:
    if answer is None:
        return {"description": "Done."}
    if isinstance(answer, Streams):
        return {"description": "A stream of events.", "content": {answer.value: {"schema": {"type": "string"}}}}
    if isinstance(answer, Files):
        content: dict[str, Any] = {kind: {"schema": {"type": "string"}} for kind in answer.media_types}
        if answer.json is not None:
            content[JSON_TYPE] = _answer(route, answer.json, reference)["content"][JSON_TYPE]
        return {"description": route.summary, "content": content}
    if isinstance(answer, Lists):
        schema = {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": reference[answer.of]},
                "next": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            },
            "required": ["items", "next"],
        }
    else:
        schema = reference[answer]
    description = (answer.of if isinstance(answer, Lists) else answer).__doc__ or route.summary
    return {"description": description.strip().splitlines()[0], "content": {JSON_TYPE: {"schema": schema}}}


def _problems(route: Route, reference: dict[Any, Any]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for slug in sorted(problems_of(route)):
        by_status.setdefault(PROBLEMS[slug].status, []).append(slug)
    return {
        str(status): {
            "description": " · ".join(f"`{slug}`: {PROBLEMS[slug].title}" for slug in slugs),
            "content": {
                CONTENT_TYPE: {
                    "schema": {
                        "allOf": [
                            reference[ProblemDocument],
                            {"properties": {"type": {"enum": [f"/problems/{slug}" for slug in slugs]}}},
                        ]
                    }
                }
            },
        }
        for status, slugs in sorted(by_status.items())
    }

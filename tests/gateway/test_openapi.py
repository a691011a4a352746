"""The description is OpenAPI 3.1 of exactly what is served."""

import re
from typing import Any

import jsonschema
from openapi_spec_validator import validate

from gateway.api import api_routes
from gateway.openapi import problems_of
from gateway.problems import PROBLEMS
from gateway.routes import Anyone, Route
from tests.gateway.world import NEW_SEAT_TYPE, RESERVE, World, bearer, key, new_conference, wish

DOCUMENT = "/api/v1/openapi.json"


async def described(world: World) -> dict[str, Any]:
    document: dict[str, Any] = (await world.ask("GET", DOCUMENT)).json
    return document


async def test_it_is_valid(world: World) -> None:
    document = await described(world)
    validate(document)
    assert document["openapi"].startswith("3.1")


async def test_it_has_every_route_and_no_other(world: World) -> None:
    document = await described(world)
    there = {(method.upper(), path) for path, calls in document["paths"].items() for method in calls}
    assert there == {(route.method, route.path) for route in api_routes()}
    names = [call["operationId"] for calls in document["paths"].values() for call in calls.values()]
    assert len(set(names)) == len(names)


async def test_every_problem_is_described_at_its_status(world: World) -> None:
    document = await described(world)
    for route in api_routes():
        responses = document["paths"][route.path][route.method.lower()]["responses"]
        for slug in problems_of(route):
            assert f"`{slug}`" in responses[str(PROBLEMS[slug].status)]["description"], (route.path, slug)


async def test_path_parameters_are_those_of_the_path(world: World) -> None:
    document = await described(world)
    for path, calls in document["paths"].items():
        for call in calls.values():
            names = {each["name"] for each in call["parameters"] if each["in"] == "path"}
            assert names == set(re.findall(r"{(\w+)}", path))


async def test_what_is_answered_is_what_is_described(world: World) -> None:
    document = await described(world)
    root, owner = await world.organiser("Bob")
    path, ada, seat_type = await world.conference()
    reservation = await world.ask("POST", RESERVE, wish(seat_type), key())
    calls = [
        ("POST", "/api/v1/organisers/{o}/conferences", root, new_conference("b"), owner | key()),
        ("GET", "/api/v1/organisers/{o}/conferences", root, None, owner),
        ("GET", "/api/v1/organisers/{o}/conferences/{slug}", path, None, ada),
        (
            "POST",
            "/api/v1/organisers/{o}/conferences/{slug}/seat-types",
            f"{path}/seat-types",
            NEW_SEAT_TYPE | {"sale_opens_at": "2027-01-01T00:00:00Z"},
            ada | key(),
        ),
        ("GET", "/api/v1/organisers/{o}/conferences/{slug}/reservations", f"{path}/reservations", None, ada),
        ("GET", "/api/v1/organisers/{o}/conferences/{slug}/wait-list", f"{path}/wait-list", None, ada),
        ("GET", "/api/v1/organisers/{o}/conferences/{slug}/events", f"{path}/events", None, ada),
        ("GET", "/api/v1/conferences", "/api/v1/conferences", None, {}),
        ("GET", "/api/v1/conferences/{slug}", "/api/v1/conferences/pycon", None, {}),
        ("GET", "/api/v1/conferences/{slug}/availability", "/api/v1/conferences/pycon/availability", None, {}),
        ("POST", "/api/v1/conferences/{slug}/reservations", RESERVE, wish(seat_type), key()),
        ("POST", "/api/v1/conferences/{slug}/reservations", RESERVE, wish(seat_type, 0), key()),
        ("GET", "/api/v1/reservations/{id}", reservation.headers["location"], None, bearer(reservation.json["token"])),
    ]
    for method, template, target, body, headers in calls:
        reply = await world.ask(method, target, body, headers)
        response = document["paths"][template][method.lower()]["responses"][str(reply.status)]
        schema = response["content"][reply.headers["content-type"]]["schema"]
        closed = {**schema, "components": document["components"]}
        jsonschema.Draft202012Validator(closed).validate(reply.json)


def test_every_kind_of_problem_is_some_routes_or_everyones() -> None:
    described = frozenset().union(*(problems_of(route) for route in api_routes()))
    assert set(PROBLEMS) - described <= {"method-not-allowed"}  # There is no route to describe it at.


def test_every_route_has_words_and_answers() -> None:
    for route in api_routes():
        assert isinstance(route, Route)
        assert route.summary
        assert route.answers
        assert route.method != "GET" or isinstance(route.policy, Anyone) or not route.commands

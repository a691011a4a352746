"""Any role against any route: the matrix comes from the route table, so a new route is in it by itself."""

import asyncio
import re

import pytest

from gateway.api import api_routes
from gateway.authority import RANK, hash_of
from gateway.replies import Role
from gateway.routes import Anyone, Holder, Member, Route, Router, SignedIn
from storage.accounts import ApiToken
from tests.gateway.world import World, bearer

MEMBERS = [route for route in api_routes() if isinstance(route.policy, Member)]


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def path_of(route: Route, organiser: str) -> str:
    """The route's path with the conference of the world in it."""
    path = route.path.replace("{o}", organiser).replace("{slug}", "pycon")
    return re.sub(r"{\w+}", "x", path)


async def staffed(world: World) -> tuple[str, dict[Role, dict[str, str]]]:
    """A conference's organiser, and a token of every role."""
    path, _, _ = await world.conference()
    organiser = path.split("/")[4]
    tokens: dict[Role, dict[str, str]] = {}
    for role in RANK:
        token = f"token-of-{role}"
        world.accounts.add_token(organiser, ApiToken(f"id-{role}", role, role, 0, None), hash_of(token))
        tokens[role] = bearer(token)
    return organiser, tokens


@pytest.mark.parametrize("route", MEMBERS, ids=name_of)
async def test_a_route_lets_its_roles_in_and_no_lower_one(world: World, route: Route, runner: asyncio.Runner) -> None:
    organiser, tokens = await staffed(world)
    assert isinstance(route.policy, Member)
    for role, token in tokens.items():
        reply = await world.ask(route.method, path_of(route, organiser), b"", token)
        if RANK[role] < RANK[route.policy.least]:
            assert (reply.status, reply.slug) == (403, "not-allowed"), role
        else:
            assert reply.status not in (401, 403), role
            assert reply.status < 500, role


@pytest.mark.parametrize("route", MEMBERS, ids=name_of)
async def test_to_another_tenant_and_to_strangers_nothing_is_there(
    world: World, route: Route, runner: asyncio.Runner
) -> None:
    organiser, _ = await staffed(world)
    root, bob = await world.organiser("Bob")
    bobs = root.split("/")[4]
    assert (await world.ask(route.method, path_of(route, organiser), b"", bob)).slug == "not-found"
    if "{slug}" in route.path:
        assert (await world.ask(route.method, path_of(route, bobs), b"", bob)).slug == "not-found"
    for nobody in ({}, bearer("nobody")):
        assert (await world.ask(route.method, path_of(route, organiser), b"", nobody)).slug == "not-authenticated"


@pytest.mark.parametrize("route", [each for each in api_routes() if isinstance(each.policy, SignedIn)], ids=name_of)
async def test_what_is_for_the_signed_in_is_not_for_strangers(
    world: World, route: Route, runner: asyncio.Runner
) -> None:
    assert (await world.ask(route.method, path_of(route, "x"), b"")).slug == "not-authenticated"


@pytest.mark.parametrize("route", [each for each in api_routes() if isinstance(each.policy, Holder)], ids=name_of)
async def test_what_is_for_a_holder_does_not_exist_for_others(
    world: World, route: Route, runner: asyncio.Runner
) -> None:
    _, tokens = await staffed(world)
    for token in ({}, tokens["owner"], bearer("x")):
        assert (await world.ask(route.method, path_of(route, "x"), b"", token)).slug == "not-found"


def test_a_route_without_a_policy_stops_the_start() -> None:
    async def handler(_call: object) -> None: ...

    with pytest.raises(ValueError, match="names no policy"):
        Router([Route("GET", "/x", handler, None, "No policy", {200: None})])  # type: ignore[arg-type]


def test_a_table_that_contradicts_itself_stops_the_start() -> None:
    async def handler(_call: object) -> None: ...

    route = Route("GET", "/x/{a}", handler, Anyone(), "x", {200: None})
    with pytest.raises(ValueError, match="stands twice"):
        Router([route, route])
    with pytest.raises(ValueError, match="calls"):
        Router([route, route._replace(path="/x/{b}/c")])


def test_a_literal_goes_before_a_parameter() -> None:
    async def handler(_call: object) -> None: ...

    one = Route("GET", "/x/current", handler, Anyone(), "one", {200: None})
    other = Route("GET", "/x/{a}", handler, Anyone(), "other", {200: None})
    router = Router([one, other])
    assert router.find("/x/current").routes["GET"] is one
    assert router.find("/x/else").parameters == {"a": "else"}
    for nothing in ("/x", "/x/", "/x/a/", "/x/a/b", "/", "", "//x", "/x/" + "a" * 200):
        assert not router.find(nothing).routes

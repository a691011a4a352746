"""API tokens: shown once, stored as hashes, with roles, last use, and an end at once."""

from storage.accounts import TOKENS_PER_ORGANISER_MAX
from tests.gateway.staff import api_token
from tests.gateway.test_members import organiser_of
from tests.gateway.world import World, bearer


async def test_a_token_is_shown_once_and_stored_as_a_hash(world: World) -> None:
    organiser, owner, _ = await organiser_of(world)
    tokens = f"/api/v1/organisers/{organiser}/tokens"
    made = await world.ask("POST", tokens, {"name": "Desk", "role": "box_office"}, owner)
    assert made.status == 201
    assert made.json.keys() == {"id", "name", "role", "token"}
    assert made.headers["cache-control"] == "no-store"
    assert made.headers["location"] == f"{tokens}/{made.json['id']}"
    listed = await world.ask("GET", tokens, headers=owner)
    assert made.json["token"] not in listed.body.decode()
    assert made.json["token"] not in world.accounts.stored()
    assert [each["name"] for each in listed.json["items"]] == ["Desk"]
    assert listed.json["items"][0]["last_used_at"] is None


async def test_a_token_has_its_role_and_is_noted_when_used(world: World) -> None:
    organiser, owner, members = await organiser_of(world)
    viewer = await api_token(world, organiser, owner, "viewer")
    assert (await world.ask("GET", f"/api/v1/organisers/{organiser}/conferences", headers=viewer)).status == 200
    assert (await world.ask("GET", members, headers=viewer)).slug == "not-allowed"
    listed = await world.ask("GET", f"/api/v1/organisers/{organiser}/tokens", headers=owner)
    assert listed.json["items"][0]["last_used_at"].endswith("Z")


async def test_a_revoked_token_opens_nothing_at_once(world: World) -> None:
    organiser, owner, _ = await organiser_of(world)
    tokens, conferences = (f"/api/v1/organisers/{organiser}/{name}" for name in ("tokens", "conferences"))
    made = (await world.ask("POST", tokens, {"name": "Desk", "role": "viewer"}, owner)).json
    assert (await world.ask("GET", conferences, headers=bearer(made["token"]))).status == 200
    assert (await world.ask("DELETE", f"{tokens}/{made['id']}", None, owner)).status == 204
    assert (await world.ask("GET", conferences, headers=bearer(made["token"]))).slug == "not-authenticated"
    assert (await world.ask("DELETE", f"{tokens}/{made['id']}", None, owner)).slug == "not-found"


async def test_a_token_is_nobody(world: World) -> None:
    organiser, owner, _ = await organiser_of(world)
    token = await api_token(world, organiser, owner, "owner")
    for method, path in (
        ("DELETE", "/api/v1/sessions"),
        ("DELETE", "/api/v1/sessions/current"),
        ("GET", "/api/v1/accounts/current"),
    ):
        assert (await world.ask(method, path, None, token)).slug == "not-allowed"


async def test_another_tenant_neither_sees_nor_revokes_a_token(world: World) -> None:
    organiser, owner, _ = await organiser_of(world)
    other, bob, _ = await organiser_of(world, "Bob")
    tokens = f"/api/v1/organisers/{organiser}/tokens"
    made = (await world.ask("POST", tokens, {"name": "Desk", "role": "viewer"}, owner)).json
    for path in (f"{tokens}/{made['id']}", f"/api/v1/organisers/{other}/tokens/{made['id']}"):
        assert (await world.ask("DELETE", path, None, bob)).slug == "not-found"
    assert (await world.ask("GET", f"/api/v1/organisers/{other}/tokens", headers=bob)).json["items"] == []


async def test_tokens_are_bounded_and_listed_in_pages(world: World) -> None:
    organiser, owner, _ = await organiser_of(world)
    tokens = f"/api/v1/organisers/{organiser}/tokens"
    for _ in range(TOKENS_PER_ORGANISER_MAX):
        await api_token(world, organiser, owner, "viewer")
    assert (await world.ask("POST", tokens, {"name": "x", "role": "viewer"}, owner)).slug == "limit-reached"
    first = await world.ask("GET", f"{tokens}?limit=70", headers=owner)
    assert 'rel="next"' in first.headers["link"]
    rest = await world.ask("GET", f"{tokens}?limit=70&cursor={first.json['next']}", headers=owner)
    assert rest.json["next"] is None
    ids = {each["id"] for each in first.json["items"] + rest.json["items"]}
    assert len(ids) == TOKENS_PER_ORGANISER_MAX

"""Organisers register, sign in and out; guessing is slow and learns nothing."""

import asyncio

from tests.gateway.world import World, bearer

REGISTRATION = {"name": "Ada Ltd", "email": "Ada@Example.org", "password": "correct horse battery"}
SIGN_IN = {"email": "ada@example.org", "password": "correct horse battery"}


async def test_an_organiser_registers_and_its_token_works(world: World) -> None:
    reply = await world.ask("POST", "/api/v1/organisers", REGISTRATION)
    assert reply.status == 201
    assert reply.json.keys() == {"id", "name", "token"}
    listed = await world.ask(
        "GET", f"/api/v1/organisers/{reply.json['id']}/conferences", headers=bearer(reply.json["token"])
    )
    assert listed.json == {"items": [], "next": None}


async def test_an_email_registers_once(world: World) -> None:
    await world.ask("POST", "/api/v1/organisers", REGISTRATION)
    again = await world.ask("POST", "/api/v1/organisers", REGISTRATION | {"email": "ada@example.org"})
    assert again.slug == "invalid"
    assert again.json["errors"][0]["field"] == "email"


async def test_a_password_is_stored_as_a_hash_and_a_token_too(world: World) -> None:
    token = (await world.ask("POST", "/api/v1/organisers", REGISTRATION)).json["token"]
    stored = world.accounts.stored()
    assert "correct horse" not in stored
    assert token not in stored
    assert "$argon2id$" in stored


async def test_a_member_signs_in_and_out(world: World) -> None:
    organiser = (await world.ask("POST", "/api/v1/organisers", REGISTRATION)).json["id"]
    session = await world.ask("POST", "/api/v1/sessions", SIGN_IN)
    assert session.status == 201
    assert session.json["organisers"] == [{"id": organiser, "name": "Ada Ltd", "role": "owner"}]
    assert session.json["expires_at"].endswith("Z")
    token = bearer(session.json["token"])
    path = f"/api/v1/organisers/{organiser}/conferences"
    assert (await world.ask("GET", path, headers=token)).status == 200
    assert (await world.ask("DELETE", "/api/v1/sessions/current", headers=token)).status == 204
    assert (await world.ask("GET", path, headers=token)).slug == "not-authenticated"


async def test_a_wrong_email_and_a_wrong_password_hear_the_same(world: World) -> None:
    await world.ask("POST", "/api/v1/organisers", REGISTRATION)
    wrong = await world.ask("POST", "/api/v1/sessions", SIGN_IN | {"password": "wrong"})
    unknown = await world.ask("POST", "/api/v1/sessions", SIGN_IN | {"email": "bob@example.org"})
    assert (wrong.status, wrong.slug) == (401, "not-authenticated")
    assert wrong.body == unknown.body
    assert wrong.headers["www-authenticate"] == "Bearer"


async def test_an_unknown_account_costs_a_password_check_too(world: World) -> None:
    checked: list[str] = []
    hasher = world.parts.passwords._hasher
    world.parts.passwords._hasher = Spy(hasher.verify, checked)  # type: ignore[assignment]
    await world.ask("POST", "/api/v1/sessions", SIGN_IN)
    assert len(checked) == 1


class Spy:
    """Counts verifications."""

    def __init__(self, verify: object, checked: list[str]) -> None:
        self._verify, self._checked = verify, checked

    def verify(self, stored: str, password: str) -> object:
        self._checked.append(stored)
        assert callable(self._verify)
        return self._verify(stored, password)


async def test_guessing_is_slowed_down(runner: asyncio.Runner) -> None:
    world = await World.start()
    try:
        most = world.settings.accounts.sign_ins_per_minute_max
        for _ in range(most):
            assert (await world.ask("POST", "/api/v1/sessions", SIGN_IN)).status == 401
        slowed = await world.ask("POST", "/api/v1/sessions", SIGN_IN)
        assert (slowed.status, slowed.slug) == (429, "too-many-requests")
        assert 0 < int(slowed.headers["retry-after"]) <= 60
    finally:
        await world.stop()


async def test_one_client_registers_a_bounded_number_of_organisers(world: World) -> None:
    client = world.parts.clients.of("127.0.0.1")
    for _ in range(world.settings.accounts.registrations_per_minute_max):
        world.parts.registrations.failed(client)
    refused = await world.ask("POST", "/api/v1/organisers", REGISTRATION)
    assert (refused.status, refused.slug) == (429, "too-many-requests")
    assert world.accounts.organisers() == []


async def test_a_session_that_is_over_is_not_believed(world: World) -> None:
    made = (await world.ask("POST", "/api/v1/organisers", REGISTRATION)).json
    world.accounts.end_sessions(at_ms=1)
    reply = await world.ask("GET", f"/api/v1/organisers/{made['id']}/conferences", headers=bearer(made["token"]))
    assert reply.slug == "not-authenticated"


async def test_what_a_token_stands_for_is_asked_once_in_a_while(world: World) -> None:
    root, owner = await world.organiser()
    world.accounts.principals_asked = 0
    for _ in range(3):
        await world.ask("GET", root, headers=owner)
    assert world.accounts.principals_asked == 1

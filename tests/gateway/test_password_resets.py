"""A forgotten password: the answer tells nothing, the link works once, and afterwards nobody else is signed in."""

import pytest

from tests.gateway.mailbox import address_of, last_link, mails
from tests.gateway.staff import PASSWORD
from tests.gateway.world import World

RESETS = "/api/v1/password-resets"
NEW = "another fine password"


async def test_a_new_password_by_the_mailed_link(world: World) -> None:
    root, owner = await world.organiser()
    assert (await world.ask("POST", RESETS, {"email": "ADA@example.org"})).status == 202
    (mail,) = await mails(world)
    assert (mail.occasion, address_of(world, mail)) == ("password-reset", "ada@example.org")
    link = f"{RESETS}/{await last_link(world)}"
    assert (await world.ask("PUT", link, {"password": "short"})).slug == "invalid"
    assert (await world.ask("PUT", link, {"password": NEW})).status == 204
    assert (await world.ask("GET", root, headers=owner)).slug == "not-authenticated"
    assert (await world.ask("PUT", link, {"password": PASSWORD})).slug == "not-found"
    sign_in = {"email": "ada@example.org", "password": NEW}
    assert (await world.ask("POST", "/api/v1/sessions", sign_in)).status == 201


async def test_known_and_unknown_addresses_hear_the_same(world: World) -> None:
    await world.organiser()
    known = await world.ask("POST", RESETS, {"email": "ada@example.org"})
    unknown = await world.ask("POST", RESETS, {"email": "eve@example.org"})
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert known.headers.keys() == unknown.headers.keys()
    assert len(await mails(world)) == 1


async def test_the_mail_is_in_the_language_of_whoever_asked(world: World) -> None:
    await world.organiser()
    german = {"Accept-Language": "de-AT, en;q=0.5"}
    await world.ask("POST", RESETS, {"email": "ada@example.org"}, german)
    root, bob = await world.organiser("Bob")
    members = root.replace("conferences", "members")
    await world.ask("POST", members, {"email": "eve@example.org", "role": "viewer"}, bob | german)
    await world.ask("POST", members, {"email": "dan@example.org", "role": "viewer"}, bob)
    assert [mail.language for mail in await mails(world)] == ["de", "de", ""]


async def test_asking_again_at_once_sends_no_second_mail(world: World) -> None:
    await world.organiser()
    for _ in range(3):
        await world.ask("POST", RESETS, {"email": "ada@example.org"})
    assert len(await mails(world)) == 1


async def test_asking_is_slowed_down_alike_for_all(world: World) -> None:
    for email in ("ada@example.org", "eve@example.org"):
        for _ in range(world.settings.accounts.sign_ins_per_minute_max):
            world.parts.attempts.failed(f"reset e-mail {email}")
    await world.organiser()
    for email in ("ada@example.org", "eve@example.org"):
        assert (await world.ask("POST", RESETS, {"email": email})).slug == "too-many-requests"


@pytest.mark.parametrize("token", ["x", "a" * 32, "%00", "..", "%2e%2e"])
async def test_a_made_up_link_does_not_exist(world: World, token: str) -> None:
    for path in (RESETS, "/api/v1/invitations"):
        assert (await world.ask("PUT", f"{path}/{token}", {"password": NEW})).slug == "not-found"


async def test_the_outbox_holds_neither_address_nor_token(world: World) -> None:
    await world.organiser()
    await world.ask("POST", RESETS, {"email": "ada@example.org"})
    token = await last_link(world)
    rows = repr(world.outbox._database.rows("SELECT * FROM outbox"))
    assert "ada@" not in rows
    assert token not in rows
    assert token not in world.accounts.stored()

"""Members come by invitation and have one role; there is always an owner, and nobody rises above their own role."""

import pytest

from storage.accounts import MEMBERS_PER_ORGANISER_MAX
from tests.gateway.mailbox import address_of, last_link, mails
from tests.gateway.staff import PASSWORD, hired, signed_in
from tests.gateway.world import World, bearer

BOB = "bob@example.org"


async def organiser_of(world: World, name: str = "Ada") -> tuple[str, dict[str, str], str]:
    """An organiser's id, its owner's authorisation, its path of members."""
    root, owner = await world.organiser(name)
    organiser = root.split("/")[4]
    return organiser, owner, f"/api/v1/organisers/{organiser}/members"


async def test_an_invited_member_is_pending_and_gets_a_mail(world: World) -> None:
    organiser, owner, members = await organiser_of(world)
    reply = await world.ask("POST", members, {"email": "Bob@Example.org", "role": "box_office"}, owner)
    assert reply.status == 201
    assert reply.json == {"id": reply.json["id"], "email": BOB, "role": "box_office", "pending": True}
    (mail,) = await mails(world)
    assert (mail.occasion, mail.organiser, mail.role) == ("invitation", organiser, "box_office")
    assert address_of(world, mail) == BOB
    listed = (await world.ask("GET", members, headers=owner)).json["items"]
    assert sorted((each["email"], each["role"], each["pending"]) for each in listed) == [
        ("ada@example.org", "owner", False),
        (BOB, "box_office", True),
    ]


async def test_the_link_lets_a_newcomer_choose_a_password_once(world: World) -> None:
    organiser, owner, members = await organiser_of(world)
    await world.ask("POST", members, {"email": BOB, "role": "viewer"}, owner)
    link = f"/api/v1/invitations/{await last_link(world)}"
    assert (await world.ask("PUT", link, {"password": "short"})).slug == "invalid"
    accepted = await world.ask("PUT", link, {"password": PASSWORD})
    assert accepted.json == {"id": organiser, "name": "Ada", "role": "viewer"}
    assert (await world.ask("PUT", link, {"password": "another password"})).slug == "not-found"
    session = await signed_in(world, BOB)
    assert session["organisers"] == [{"id": organiser, "name": "Ada", "role": "viewer"}]
    root = f"/api/v1/organisers/{organiser}/conferences"
    assert (await world.ask("GET", root, headers=bearer(session["token"]))).status == 200


async def test_a_pending_member_may_nothing(world: World) -> None:
    _, owner, members = await organiser_of(world)
    _, bob, _ = await organiser_of(world, "Bob")
    await world.ask("POST", members, {"email": BOB, "role": "owner"}, owner)
    assert (await world.ask("GET", members, headers=bob)).slug == "not-found"


async def test_whoever_has_an_account_accepts_with_its_password(world: World) -> None:
    organiser, owner, members = await organiser_of(world)
    _, bob, _ = await organiser_of(world, "Bob")
    await world.ask("POST", members, {"email": BOB, "role": "manager"}, owner)
    link = f"/api/v1/invitations/{await last_link(world)}"
    assert (await world.ask("PUT", link, {"password": "not his password"})).slug == "not-authenticated"
    assert (await world.ask("PUT", link, {"password": PASSWORD})).status == 200
    conferences = f"/api/v1/organisers/{organiser}/conferences"
    assert (await world.ask("GET", conferences, headers=bob)).status == 200, "the session he had goes on"


async def test_an_invitation_tells_nothing_of_other_accounts(world: World) -> None:
    _, owner, members = await organiser_of(world)
    await organiser_of(world, "Bob")
    known = await world.ask("POST", members, {"email": BOB, "role": "viewer"}, owner)
    unknown = await world.ask("POST", members, {"email": "eve@example.org", "role": "viewer"}, owner)
    assert known.json.keys() == unknown.json.keys()
    assert known.json["pending"] is unknown.json["pending"] is True
    assert len(await mails(world)) == 2


async def test_an_invitation_repeated_at_once_sends_no_second_mail(world: World) -> None:
    _, owner, members = await organiser_of(world)
    for role in ("viewer", "manager"):
        again = await world.ask("POST", members, {"email": BOB, "role": role}, owner)
    assert again.json["role"] == "manager"
    assert len(await mails(world)) == 1


async def test_a_member_gets_another_role_and_loses_it(world: World) -> None:
    organiser, owner, members = await organiser_of(world)
    account, bob = await hired(world, organiser, owner, BOB, "viewer")
    assert (await world.ask("GET", members, headers=bob)).slug == "not-allowed"
    promoted = await world.ask("PATCH", f"{members}/{account}", {"role": "owner"}, owner)
    assert (promoted.status, promoted.json["role"]) == (200, "owner")
    assert (await world.ask("GET", members, headers=bob)).status == 200
    assert (await world.ask("DELETE", f"{members}/{account}", None, owner)).status == 204
    assert (await world.ask("GET", members, headers=bob)).slug == "not-found"
    for method, body in (("PATCH", {"role": "viewer"}), ("DELETE", None)):
        assert (await world.ask(method, f"{members}/{account}", body, owner)).slug == "not-found"


async def test_the_last_owner_stays_one(world: World) -> None:
    organiser, owner, members = await organiser_of(world)
    ada = (await world.ask("GET", members, headers=owner)).json["items"][0]["id"]
    await world.ask("POST", members, {"email": "eve@example.org", "role": "owner"}, owner)
    for method, body in (("PATCH", {"role": "manager"}), ("DELETE", None)):
        assert (await world.ask(method, f"{members}/{ada}", body, owner)).slug == "last-owner"
    await hired(world, organiser, owner, BOB, "owner")
    assert (await world.ask("PATCH", f"{members}/{ada}", {"role": "manager"}, owner)).status == 200


async def test_an_open_invitation_of_a_removed_member_works_no_more(world: World) -> None:
    _, owner, members = await organiser_of(world)
    invited = await world.ask("POST", members, {"email": BOB, "role": "viewer"}, owner)
    link = f"/api/v1/invitations/{await last_link(world)}"
    await world.ask("DELETE", f"{members}/{invited.json['id']}", None, owner)
    assert (await world.ask("PUT", link, {"password": PASSWORD})).slug == "not-found"


async def test_another_tenants_members_are_not_there(world: World) -> None:
    _, _, members = await organiser_of(world)
    _, bob, bobs = await organiser_of(world, "Bob")
    his = (await world.ask("GET", bobs, headers=bob)).json["items"][0]["id"]
    assert (await world.ask("GET", members, headers=bob)).slug == "not-found"
    assert (await world.ask("DELETE", f"{members}/{his}", None, bob)).slug == "not-found"


async def test_members_come_in_pages_whose_cursors_hold_no_address(world: World) -> None:
    _, owner, members = await organiser_of(world)
    for number in range(4):
        await world.ask("POST", members, {"email": f"{number}@example.org", "role": "viewer"}, owner)
    found, path = [], f"{members}?limit=2"
    while path:
        page = await world.ask("GET", path, headers=owner)
        found += [each["email"] for each in page.json["items"]]
        path = f"{members}?limit=2&cursor={page.json['next']}" if page.json["next"] else ""
    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize(
    "body",
    [
        {"email": "bob", "role": "viewer"},
        {"email": BOB, "role": "boss"},
        {"email": "bob@example.org\r\nBcc: eve@example.org", "role": "viewer"},
        {"email": BOB},
    ],
)
async def test_who_can_not_be_invited_is_named(world: World, body: dict[str, str]) -> None:
    _, owner, members = await organiser_of(world)
    assert (await world.ask("POST", members, body, owner)).slug == "invalid"
    assert await mails(world) == []


async def test_members_are_bounded(world: World) -> None:
    organiser, owner, members = await organiser_of(world)
    for number in range(MEMBERS_PER_ORGANISER_MAX - 1):
        world.accounts.add_member(organiser, f"{number}@example.org", "viewer")
    reply = await world.ask("POST", members, {"email": BOB, "role": "viewer"}, owner)
    assert (reply.status, reply.slug, reply.json["limit"]) == (409, "limit-reached", MEMBERS_PER_ORGANISER_MAX)


async def test_the_page_of_the_link_keeps_its_token_from_others(world: World) -> None:
    for path in ("/invitations", "/password-resets", "/mailed-links.js"):
        page = await world.ask("GET", path)
        assert page.status == 200
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]

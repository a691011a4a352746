"""Any credential against any route: members and API tokens of every role, strangers, and another tenant's canaries."""

import re
from typing import NamedTuple

import pytest

from gateway.api import api_routes
from gateway.authority import RANK
from gateway.replies import Role
from gateway.routes import Anyone, Holder, Member, Route, SignedIn
from tests.gateway.mailbox import last_link
from tests.gateway.staff import PASSWORD, api_token, hired
from tests.gateway.test_orders import placed
from tests.gateway.world import NEW_SEAT_TYPE, RESERVE, World, bearer, key, new_conference, wish

CANARY = "canary"
DRAFT = "canary-draft"
ROUTES = api_routes()


class Tenant(NamedTuple):
    """An organiser with everything that has a canary in it, and the ids that stand in paths."""

    organiser: str
    owner: dict[str, str]
    ids: dict[str, str]
    holder: dict[str, str]


async def furnished(world: World) -> Tenant:
    """Ada's: a published conference with an order, a draft, a member, a token and a webhook."""
    bought = await placed(world, pay=True, buyer={"name": f"{CANARY} buyer", "email": f"{CANARY}@buyer.example"})
    owner, organiser = bought.owner, bought.path.split("/")[4]
    seat_type = bought.reservation["items"][0]["seat_type"]
    mine = f"/api/v1/organisers/{organiser}"
    waits = wish(seat_type, if_short="wait", email=f"{CANARY}@waiter.example")
    await world.ask("POST", RESERVE, waits, key())
    draft = new_conference(DRAFT, name=f"{CANARY} draft")
    assert (await world.ask("POST", f"{mine}/conferences", draft, owner | key())).status == 201
    hidden = NEW_SEAT_TYPE | {"name": f"{CANARY} seat"}
    await world.ask("POST", f"{mine}/conferences/{DRAFT}/seat-types", hidden, owner | key())
    member, _ = await hired(world, organiser, owner, f"{CANARY}@member.example", "viewer")
    token = (await world.ask("POST", f"{mine}/tokens", {"name": CANARY, "role": "viewer"}, owner)).json["id"]
    hook = {"url": f"https://93.184.216.34/{CANARY}", "events": ["order.confirmed"]}
    webhook = (await world.ask("POST", f"{mine}/webhooks", hook, owner)).json["id"]
    ids = {"member": member, "token": token, "webhook": webhook, "order": bought.order["id"], "seat_type": seat_type}
    return Tenant(organiser, owner, ids, bought.token)


def paths_of(route: Route, organiser: str, tenant: Tenant) -> set[str]:
    """The route's path, with each of the tenant's own names where it has a parameter."""
    found = set()
    for slug in ("pycon", DRAFT):
        for identity in tenant.ids.values():
            path = route.path.replace("{o}", organiser).replace("{slug}", slug).replace("{id}", identity)
            found.add(re.sub(r"{\w+}", "1", path.replace("{month}", "2027-01")))
    return found


async def test_another_tenants_owner_meets_no_canary_on_any_route(world: World) -> None:
    ada = await furnished(world)
    root, bob = await world.organiser("Bob")
    bobs = root.split("/")[4]
    token = await api_token(world, bobs, bob, "owner")
    asked = 0
    for route in ROUTES:
        if route.path.endswith("/stream"):
            continue  # It is public, and never ends.
        for path in paths_of(route, ada.organiser, ada) | paths_of(route, bobs, ada):
            for credential in (bob, token):
                if (route.method, route.path) in ENDING:
                    continue
                reply = await world.ask(route.method, path, None if route.method == "GET" else b"", credential)
                asked += 1
                assert reply.status < 500, (route.method, path)
                body = reply.body.decode("utf-8", "replace").replace(path, "")
                assert CANARY not in body, (route.method, path)
                if isinstance(route.policy, Member) and ("{slug}" in path or ada.organiser in path):
                    assert reply.status == 404, (route.method, path)
    assert asked > 200
    assert (await world.ask("GET", f"/api/v1/organisers/{ada.organiser}/members", headers=ada.owner)).status == 200


ENDING = {("DELETE", "/api/v1/sessions"), ("DELETE", "/api/v1/sessions/current")}
"""They would end the very session that is tried."""


async def test_ones_own_slug_opens_nothing_of_another_tenants(world: World) -> None:
    ada = await furnished(world)
    root, bob = await world.organiser("Bob")
    made = await world.ask("POST", root, new_conference("bobs"), bob | key())
    bobs, version = f"{root}/bobs", {"If-Match": made.headers["etag"]}
    mine = f"/api/v1/organisers/{ada.organiser}/conferences/pycon"
    seats = (await world.ask("GET", f"{mine}/attendees", headers=ada.owner)).json["items"]
    order = (await world.ask("GET", f"{mine}/orders", headers=ada.owner)).json["items"][0]
    held = await world.ask("GET", f"/api/v1/orders/{order['id']}", headers=ada.holder)
    code = held.json["seats"][0]["ticket_code"]
    assert seats
    version_before = world.entities.version(f"orders-{order['id'].partition('-')[0]}")
    for method, path, body in (
        ("POST", f"orders/{order['id']}/mark-paid", None),
        ("POST", f"orders/{order['id']}/refund", {"reason": "mine now"}),
        ("POST", "check-ins", {"code": code, "where": "Bob's door"}),
        ("DELETE", f"check-ins/{order['id']}/1", None),
        ("PATCH", f"seat-types/{ada.ids['seat_type']}", {"quota": 0}),
        ("DELETE", f"seat-types/{ada.ids['seat_type']}", None),
    ):
        reply = await world.ask(method, f"{bobs}/{path}", body, bob | version | key())
        assert reply.status in (404, 422), (method, path, reply)
        assert reply.slug in ("not-found", "unknown-seat-type"), (method, path, reply)
        assert CANARY not in reply.body.decode()
    for path in ("attendees", "orders", "check-ins", "reservations", "wait-list", "events", "sales"):
        assert CANARY not in (await world.ask("GET", f"{bobs}/{path}", headers=bob)).body.decode()
    assert world.entities.version(f"orders-{order['id'].partition('-')[0]}") == version_before


async def test_the_canaries_are_there_to_be_met(world: World) -> None:
    ada = await furnished(world)
    mine = f"/api/v1/organisers/{ada.organiser}"
    for path in (
        "members",
        "tokens",
        "webhooks",
        "conferences",
        f"conferences/{DRAFT}",
        "conferences/pycon/orders",
    ):
        reply = await world.ask("GET", f"{mine}/{path}", headers=ada.owner)
        assert CANARY in reply.body.decode(), path


def is_allowed(route: Route, role: Role, *, session: bool) -> bool:
    """What the route's policy says, in this test's own words."""
    match route.policy:
        case Anyone():
            return True
        case Holder():
            return False
        case SignedIn(person=person):
            return session or not person
        case Member(least=least):
            order = ["viewer", "box_office", "manager", "owner"]
            return order.index(role) >= order.index(least)


@pytest.mark.parametrize("role", RANK)
async def test_a_member_and_an_api_token_of_each_role_may_what_the_policy_says(world: World, role: Role) -> None:
    path, owner, _ = await world.conference()
    organiser = path.split("/")[4]
    _, session = await hired(world, organiser, owner, f"{role}@example.org", role)
    token = await api_token(world, organiser, owner, role)
    for route in ROUTES:
        if route.path.endswith("/stream") or (route.method, route.path) in ENDING:
            continue
        target = re.sub(r"{\w+}", "x", route.path.replace("{o}", organiser).replace("{slug}", "pycon"))
        for credential, is_session in ((session, True), (token, False)):
            reply = await world.ask(route.method, target, None if route.method == "GET" else b"", credential)
            allowed = is_allowed(route, role, session=is_session)
            where = (route.method, route.path, role, is_session, reply.status)
            match route.policy:
                case Holder():
                    assert reply.status == 404, where
                case Member() | SignedIn():
                    assert (reply.status == 403) is (not allowed), where
                    assert reply.status != 401, where
                case Anyone():
                    assert reply.status not in (401, 403), where
            assert reply.status < 500, where


async def test_without_a_token_or_with_a_made_up_one_nothing_of_a_tenants_is_there(world: World) -> None:
    ada = await furnished(world)
    for route in ROUTES:
        if isinstance(route.policy, Anyone):
            continue
        expected = 404 if isinstance(route.policy, Holder) else 401
        for path in paths_of(route, ada.organiser, ada):
            for credential in ({}, bearer("s_made-up"), {"Authorization": "Basic YWRhOmFkYQ=="}):
                reply = await world.ask(route.method, path, None if route.method == "GET" else b"", credential)
                assert reply.status == expected, (route.method, path)
                assert CANARY not in reply.body.decode().replace(path, "")


async def test_private_answers_are_kept_by_no_cache_and_open_to_no_other_site(world: World) -> None:
    ada = await furnished(world)
    for route in ROUTES:
        if isinstance(route.policy, Anyone) or (route.method, route.path) in ENDING:
            continue
        for path in paths_of(route, ada.organiser, ada):
            reply = await world.ask(route.method, path, None if route.method == "GET" else b"", ada.owner)
            assert reply.headers["cache-control"] == "no-store", (route.method, path)
            assert "access-control-allow-origin" not in reply.headers, (route.method, path)
            assert "set-cookie" not in reply.headers


async def test_a_removed_member_is_a_stranger_everywhere_at_once(world: World) -> None:
    path, owner, _ = await world.conference()
    organiser = path.split("/")[4]
    account, session = await hired(world, organiser, owner, "bob@example.org", "owner")
    await world.ask("DELETE", f"/api/v1/organisers/{organiser}/members/{account}", None, owner)
    for route in ROUTES:
        if isinstance(route.policy, Member):
            target = re.sub(r"{\w+}", "x", route.path.replace("{o}", organiser).replace("{slug}", "pycon"))
            reply = await world.ask(route.method, target, None if route.method == "GET" else b"", session)
            assert reply.status == 404, (route.method, target)


async def test_nobody_accepts_an_invitation_of_another_tenant_for_their_own(world: World) -> None:
    root, owner = await world.organiser()
    organiser = root.split("/")[4]
    bobs_root, bob = await world.organiser("Bob")
    body = {"email": "eve@example.org", "role": "owner"}
    await world.ask("POST", f"/api/v1/organisers/{organiser}/members", body, owner)
    accepted = await world.ask("PUT", f"/api/v1/invitations/{await last_link(world)}", {"password": PASSWORD}, bob)
    assert accepted.json["id"] == organiser
    assert (await world.ask("GET", root, headers=bob)).slug == "not-found", "it is Eve's, whoever sent it"
    assert (await world.ask("GET", bobs_root, headers=bob)).status == 200

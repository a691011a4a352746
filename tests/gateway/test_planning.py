"""Organisers plan conferences: every edit names the version it saw, and other tenants see nothing."""

from typing import Any

import pytest

from actors.messages.refusals import Refused
from tests.gateway.world import NEW_SEAT_TYPE, World, bearer, key, new_conference


async def test_a_conference_is_created_as_a_draft(world: World) -> None:
    root, owner = await world.organiser()
    reply = await world.ask("POST", root, new_conference(tagline="For snakes"), owner | key())
    assert reply.status == 201
    assert reply.headers["location"] == f"{root}/pycon"
    assert reply.headers["etag"] == '"1"'
    conference = reply.json
    assert (conference["status"], conference["version"], conference["seat_types"]) == ("draft", 1, [])
    assert (conference["hold_seconds"], conference["tagline"]) == (900, "For snakes")
    assert (await world.ask("GET", f"{root}/pycon", headers=owner)).json == conference
    assert (await world.ask("GET", root, headers=owner)).json["items"] == [conference]


async def test_a_repeated_creation_gets_the_same_answer(world: World) -> None:
    root, owner = await world.organiser()
    mine = owner | key()
    first = await world.ask("POST", root, new_conference(), mine)
    again = await world.ask("POST", root, new_conference(), mine)
    assert (again.status, again.body) == (first.status, first.body)
    assert (await world.ask("POST", root, new_conference(name="Other"), mine)).slug == "key-reused"


async def test_a_slug_is_unique_in_the_whole_installation(world: World) -> None:
    await world.conference("pycon", "Ada")
    root, owner = await world.organiser("Bob")
    assert (await world.ask("POST", root, new_conference(), owner | key())).slug == "slug-taken"
    adas, ada = await sign_in(world, "ada")
    ada_root = f"/api/v1/organisers/{adas}/conferences"
    assert (await world.ask("POST", ada_root, new_conference(), ada | key())).slug == "slug-taken"


async def sign_in(world: World, name: str) -> tuple[str, dict[str, str]]:
    body = {"email": f"{name}@example.org", "password": "correct horse battery"}
    session = (await world.ask("POST", "/api/v1/sessions", body)).json
    return session["organisers"][0]["id"], bearer(session["token"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"currency": "EUX"}, "currency"),
        ({"currency": "eur"}, "currency"),
        ({"ends_on": "2027-04-30"}, "ends_on"),
        ({"starts_on": "2027-02-30"}, "starts_on"),
        ({"slug": "Py Con"}, "slug"),
        ({"name": ""}, "name"),
        ({"name": "a\tb"}, "name"),
        ({"hold_seconds": 4}, "hold_seconds"),
        ({"offer_seconds": 604_801}, "offer_seconds"),
        ({"wait_list": "random"}, "wait_list"),
        ({"id": "c1"}, "id"),
    ],
)
async def test_what_can_not_be_is_named(world: World, changes: dict[str, Any], field: str) -> None:
    root, owner = await world.organiser()
    reply = await world.ask("POST", root, new_conference(**changes), owner | key())
    assert (reply.status, reply.slug) == (422, "invalid")
    assert reply.json["errors"][0]["field"] == field


async def test_an_edit_needs_the_current_version(world: World) -> None:
    path, owner, _ = await world.conference()
    assert (await world.ask("PATCH", path, {"name": "New"}, owner)).slug == "version-required"
    stale = await world.ask("PATCH", path, {"name": "New"}, owner | {"If-Match": '"1"'})
    assert (stale.status, stale.slug, stale.json["version"]) == (412, "stale-version", 3)
    for bad in ("3", "*", 'W/"3"', '"x"', '"3", "4"', '"' + "9" * 20 + '"'):
        assert (await world.ask("PATCH", path, {"name": "New"}, owner | {"If-Match": bad})).slug == "malformed"
    edited = await world.ask("PATCH", path, {"name": "New"}, owner | {"If-Match": '"3"'})
    assert (edited.status, edited.json["name"], edited.json["description"]) == (200, "New", "Snakes.\nMore snakes.")
    assert edited.headers["etag"] == '"4"'


async def test_states_follow_each_other_and_a_wrong_one_is_a_conflict(world: World) -> None:
    path, owner, _ = await world.conference()
    for name, status in (("unpublish", "unpublished"), ("cancel", "cancelled"), ("archive", "archived")):
        reply = await world.ask("POST", f"{path}/{name}", None, owner)
        assert (reply.status, reply.json["status"]) == (200, status)
    world.entities.refuse = Refused("wrong-state", "It is archived.")
    assert (await world.ask("POST", f"{path}/publish", None, owner)).slug == "wrong-state"


async def test_a_seat_type_is_added_edited_and_retired(world: World) -> None:
    path, owner, _ = await world.conference()
    body = NEW_SEAT_TYPE | {"sale_opens_at": "2027-01-01T00:00:00+01:00", "max_per_reservation": 4}
    added = await world.ask("POST", f"{path}/seat-types", body, owner | key())
    assert added.status == 201
    seat_type = added.json
    assert added.headers["location"] == f"{path}/seat-types/{seat_type['id']}"
    assert seat_type["sale_opens_at"] == "2026-12-31T23:00:00Z"
    assert (seat_type["taken"], seat_type["version"], seat_type["retired"]) == (0, 4, False)
    one = f"{path}/seat-types/{seat_type['id']}"
    edited = await world.ask(
        "PATCH", one, {"max_per_reservation": None, "quota": 7}, owner | {"If-Match": added.headers["etag"]}
    )
    assert (edited.json["max_per_reservation"], edited.json["quota"], edited.json["name"]) == (None, 7, "Regular")
    retired = await world.ask("DELETE", one, None, owner | {"If-Match": edited.headers["etag"]})
    assert (retired.status, retired.json["retired"], retired.json["version"]) == (200, True, 6)
    public = (await world.ask("GET", "/api/v1/conferences/pycon")).json
    assert seat_type["id"] not in [each["id"] for each in public["seat_types"]]


async def test_a_quota_below_what_is_taken_says_how_much_that_is(world: World) -> None:
    path, owner, seat_type = await world.conference()
    world.entities.refuse = Refused("quota-below-taken", "12 are taken.", number=12)
    reply = await world.ask("PATCH", f"{path}/seat-types/{seat_type}", {"quota": 1}, owner | {"If-Match": '"3"'})
    assert (reply.status, reply.slug, reply.json["taken"]) == (409, "quota-below-taken", 12)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price": {"amount": 1, "currency": "USD"}}, "price.currency"),
        ({"price": {"amount": -1, "currency": "EUR"}}, "price.amount"),
        ({"quota": 2**63}, "quota"),
        ({"quota": 10**30}, "quota"),
        ({"kind": "vip"}, "kind"),
        ({"sale_opens_at": "2027-01-01T00:00:00"}, "sale_opens_at"),
        ({"sale_opens_at": "0001-01-01T00:00:00Z"}, "sale_opens_at"),
        ({"sale_opens_at": "9999-12-31T23:59:59-12:00"}, "sale_opens_at"),
        ({"sale_opens_at": "2027-01-02T00:00:00Z", "sale_closes_at": "2027-01-01T00:00:00Z"}, "sale_closes_at"),
    ],
)
async def test_a_seat_type_that_can_not_be_is_named(world: World, changes: dict[str, Any], field: str) -> None:
    path, owner, seat_type = await world.conference()
    added = await world.ask("POST", f"{path}/seat-types", NEW_SEAT_TYPE | changes, owner | key())
    edited = await world.ask("PATCH", f"{path}/seat-types/{seat_type}", changes, owner | {"If-Match": '"3"'})
    for reply in (added, edited):
        assert (reply.status, reply.slug) == (422, "invalid")
        assert reply.json["errors"][0]["field"] == field


async def test_an_organiser_reads_what_it_just_wrote(world: World) -> None:
    path, owner, _ = await world.conference()
    world.views.freeze()
    await world.ask("PATCH", path, {"name": "New"}, owner | {"If-Match": '"3"'})
    world.views.thaw()
    assert (await world.ask("GET", path, headers=owner)).json["name"] == "New"


async def test_another_tenant_sees_nothing_and_so_does_ones_own_slug_elsewhere(world: World) -> None:
    path, _, seat_type = await world.conference("pycon", "Ada")
    bobs_root, bob = await world.organiser("Bob")
    for target in (path, f"{bobs_root}/pycon"):
        assert (await world.ask("GET", target, headers=bob)).slug == "not-found"
        assert (await world.ask("PATCH", target, {"name": "x"}, bob | {"If-Match": '"3"'})).slug == "not-found"
        assert (await world.ask("POST", f"{target}/publish", None, bob)).slug == "not-found"
        gone = await world.ask("DELETE", f"{target}/seat-types/{seat_type}", None, bob | {"If-Match": '"3"'})
        assert gone.slug == "not-found"


async def test_a_key_that_created_a_conference_creates_no_other_one(world: World) -> None:
    root, owner = await world.organiser()
    headers = owner | key()
    first = await world.ask("POST", root, new_conference("pycon"), headers)
    assert first.status == 201
    again = await world.ask("POST", root, new_conference("pycon"), headers)
    assert (again.status, again.json) == (201, first.json)
    other = await world.ask("POST", root, new_conference("devdays"), headers)
    assert (other.status, other.slug) == (422, "key-reused")
    assert [each["slug"] for each in (await world.ask("GET", root, headers=owner)).json["items"]] == ["pycon"]
    with_its_own_key = await world.ask("POST", root, new_conference("devdays"), owner | key())
    assert with_its_own_key.status == 201

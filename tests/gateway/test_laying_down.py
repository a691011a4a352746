"""Papers, fee, key personnel and terms: set by managers, seen by buyers as far as it concerns them."""

from typing import Any

from actors.messages.conference import SetCharacteristics
from gateway.instants import to_time
from tests.gateway.world import Reply, World

LAID_DOWN = {
    "papers": {"submission": "reviewed", "reviewers_per_paper": 3},
    "fee": {"per_seat": 50, "percent": 2.5, "minimum": 100, "borne_by": "organiser"},
    "personnel": [{"role": "Program chair", "name": "Grace", "email": "grace@example.org"}],
}


async def put(world: World, path: str, owner: dict[str, str], body: Any) -> Reply:
    version = (await world.ask("GET", path, None, owner)).json["version"]
    return await world.ask("PUT", f"{path}/characteristics", body, owner | {"If-Match": f'"{version}"'})


async def patch(world: World, path: str, owner: dict[str, str], body: Any) -> Reply:
    version = (await world.ask("GET", path, None, owner)).json["version"]
    return await world.ask("PATCH", f"{path}/terms", body, owner | {"If-Match": f'"{version}"'})


async def test_characteristics_are_answered_as_they_were_set(world: World) -> None:
    path, owner, _ = await world.conference()
    reply = await put(world, path, owner, LAID_DOWN)
    assert reply.status == 200
    told = reply.json["characteristics"]
    assert told["papers"] == LAID_DOWN["papers"]
    assert told["personnel"] == LAID_DOWN["personnel"]
    assert (told["fee"]["percent"], told["fee"]["minimum"], told["fee"]["maximum"]) == (2.5, 100, None)
    assert (await world.ask("GET", path, None, owner)).json["characteristics"] == told


async def test_personnel_stand_in_the_vault_and_who_goes_is_erased(world: World) -> None:
    path, owner, _ = await world.conference()
    await put(world, path, owner, LAID_DOWN)
    command = world.entities.commands[-1][2]
    assert isinstance(command, SetCharacteristics)
    assert "Grace" not in repr(command)
    assert world.vault.people[command.personnel[0].subject]["name"] == "Grace"
    await put(world, path, owner, LAID_DOWN | {"personnel": []})
    assert world.vault.people == {}


async def test_strangers_see_names_and_a_fee_only_if_they_bear_it(world: World) -> None:
    path, owner, _ = await world.conference()
    await put(world, path, owner, LAID_DOWN)
    public = (await world.ask("GET", "/api/v1/conferences/pycon")).json["characteristics"]
    assert public["personnel"] == [{"role": "Program chair", "name": "Grace"}]
    assert public["fee"] is None
    assert "fees" not in public
    await put(world, path, owner, LAID_DOWN | {"fee": {"per_seat": 50, "borne_by": "attendee"}})
    public = (await world.ask("GET", "/api/v1/conferences/pycon")).json["characteristics"]
    assert public["fee"]["per_seat"] == 50


async def test_a_fee_starts_today_unless_it_says_when_or_is_the_same(world: World) -> None:
    path, owner, _ = await world.conference()
    today = (await put(world, path, owner, LAID_DOWN)).json["characteristics"]["fee"]["starts_on"]
    assert today == to_time(world.parts.now_ms()).date().isoformat()
    same = (await put(world, path, owner, LAID_DOWN)).json["characteristics"]["fee"]["starts_on"]
    assert same == today
    later = LAID_DOWN["fee"] | {"starts_on": "2031-01-01"}  # type: ignore[operator]  # It is a dict.
    told = (await put(world, path, owner, LAID_DOWN | {"fee": later})).json["characteristics"]
    assert told["fee"]["starts_on"] == "2031-01-01"


async def test_terms_change_one_by_one(world: World) -> None:
    path, owner, seat_type = await world.conference()
    field = {"name": "company", "label": "Company", "kind": "text", "required": False, "choices": []}
    first = await patch(world, path, owner, {"refund_kept_percent": 12.5, "badge_fields": {seat_type: [field]}})
    assert first.status == 200
    second = (await patch(world, path, owner, {"refund_until": "2027-04-01T00:00:00Z"})).json["terms"]
    assert second == {
        "refund_until": "2027-04-01T00:00:00Z",
        "refund_kept_percent": 12.5,
        "naming_until": None,
        "invoice_days": 14,
        "badge_fields": {seat_type: [field]},
    }
    assert (await world.ask("GET", "/api/v1/conferences/pycon")).json["terms"] == second


async def test_what_can_t_be_is_refused(world: World) -> None:
    path, owner, _ = await world.conference()
    for change in (
        {"fee": {"percent": 2.555, "borne_by": "organiser"}},
        {"fee": {"percent": 101, "borne_by": "organiser"}},
        {"fee": {"per_seat": -1, "borne_by": "organiser"}},
        {"fee": {"borne_by": "nobody"}},
        {"papers": {"submission": "maybe"}},
        {"personnel": [{"role": "Chair", "name": "a\x00", "email": "a@b"}]},
        {"personnel": [{"role": "Chair"}]},
    ):
        assert (await put(world, path, owner, LAID_DOWN | change)).slug == "invalid", change
    for terms in ({"refund_kept_percent": 101}, {"invoice_days": -1}, {"naming_until": "yesterday"}, {"x": 1}):
        assert (await patch(world, path, owner, terms)).slug == "invalid", terms
    assert world.vault.people == {}


async def test_a_stale_version_changes_nothing_and_keeps_nobody(world: World) -> None:
    path, owner, _ = await world.conference()
    reply = await world.ask("PUT", f"{path}/characteristics", LAID_DOWN, owner | {"If-Match": '"1"'})
    assert reply.slug == "stale-version"
    assert world.vault.people == {}
    assert (await world.ask("PUT", f"{path}/characteristics", LAID_DOWN, owner)).slug == "version-required"

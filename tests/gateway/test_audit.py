"""What organisers look at: reservations, who waits, and every event once."""

from typing import Any

from tests.gateway.world import RESERVE, World, key, wish


async def three_reservations(world: World) -> tuple[str, dict[str, str], list[Any]]:
    path, owner, seat_type = await world.conference()
    bodies = (
        wish(seat_type),
        wish(seat_type, if_short="wait", email="a@example.org"),
        wish(seat_type, if_short="wait", email="b@example.org"),
    )
    return path, owner, [(await world.ask("POST", RESERVE, body, key())).json for body in bodies]


async def test_reservations_are_listed_without_their_tokens(world: World) -> None:
    path, owner, made = await three_reservations(world)
    reply = await world.ask("GET", f"{path}/reservations", headers=owner)
    assert [item["id"] for item in reply.json["items"]] == [each["id"] for each in made]
    first = reply.json["items"][0]
    assert first["created_at"] == "2027-01-15T08:00:00Z"
    assert "token" not in first
    waiting = await world.ask("GET", f"{path}/reservations?status=waiting&limit=1", headers=owner)
    assert [item["id"] for item in waiting.json["items"]] == [made[1]["id"]]
    assert waiting.headers["link"].startswith(f"<{path}/reservations?status=waiting&limit=1&cursor=")
    assert (await world.ask("GET", f"{path}/reservations?status=new", headers=owner)).slug == "invalid"


async def test_the_wait_list_shows_its_head_first(world: World) -> None:
    path, owner, made = await three_reservations(world)
    items = (await world.ask("GET", f"{path}/wait-list", headers=owner)).json["items"]
    assert [(item["reservation"], item["position"]) for item in items] == [(made[1]["id"], 1), (made[2]["id"], 2)]
    assert items[0].keys() == {"reservation", "position", "items", "since"}


async def test_the_audit_feed_has_every_event_of_all_logs_once_however_it_is_read(world: World) -> None:
    path, owner, _ = await three_reservations(world)
    whole = (await world.ask("GET", f"{path}/events?limit=200", headers=owner)).json
    assert whole["next"] is None
    assert len(whole["items"]) == 6
    piecemeal, after = [], ""
    for _ in range(20):
        page = (await world.ask("GET", f"{path}/events?limit=1&after={after}", headers=owner)).json
        piecemeal += page["items"]
        if page["next"] is None:
            break
        after = page["next"]
    assert piecemeal == whole["items"]
    for stream in {item["stream"] for item in whole["items"]}:
        assert [item["version"] for item in whole["items"] if item["stream"] == stream] == [1, 2, 3]


async def test_the_feed_goes_on_from_any_event(world: World) -> None:
    path, owner, _ = await three_reservations(world)
    items = (await world.ask("GET", f"{path}/events", headers=owner)).json["items"]
    rest = await world.ask("GET", f"{path}/events?after={items[2]['cursor']}", headers=owner)
    assert rest.json["items"] == items[3:]
    at_the_end = await world.ask("GET", f"{path}/events?after={items[-1]['cursor']}", headers=owner)
    assert at_the_end.json == {"items": [], "next": None}


async def test_the_feed_tells_nothing_of_persons(world: World) -> None:
    path, owner, _ = await three_reservations(world)
    items = (await world.ask("GET", f"{path}/events", headers=owner)).json["items"]
    seats = [item for item in items if item["stream"].startswith("seats-")]
    assert seats
    assert all(item["data"].keys() == {"reservation"} for item in seats)


async def test_a_foreign_cursor_is_invalid(world: World) -> None:
    path, owner, _ = await three_reservations(world)
    for bad in ("x", "!!!!", "MS4yLjMuNA", "%C3%A9", "LTE", "a" * 600):  # MS4yLjMuNA is 1.2.3.4, of four logs
        assert (await world.ask("GET", f"{path}/events?after={bad}", headers=owner)).slug == "invalid"

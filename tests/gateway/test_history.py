"""Looking back: how a conference stood at a time, asked for until its entities have come so far."""

from tests.gateway.test_orders import placed
from tests.gateway.world import World


async def test_all_three_logs_are_asked_until_they_are_ready_and_tell_of_nobody(world: World) -> None:
    bought = await placed(world)
    reply = await world.ask("GET", f"{bought.path}/state?at=2026-01-01T00:00:00Z&limit=7", None, bought.owner)
    told = reply.json
    assert (reply.status, told["at"], told["conference"]["version"]) == (200, "2026-01-01T00:00:00Z", 3)
    assert "buyer" not in told["inventory"]
    assert told["orders"] == [{"order": "o1", "seats": [{}]}]
    streams = [stream.partition("-")[0] for stream, *_ in world.entities.looks]
    assert streams == ["conference", "conference", "seats", "seats", "orders", "orders"]
    assert world.entities.looks[-1][2:] == ("", 7)
    assert 'rel="next"' in reply.headers["link"]
    following = f"{bought.path}/state?at=2026-01-01T00:00:00Z&cursor={told['next']}"
    await world.ask("GET", following, None, bought.owner)
    assert world.entities.looks[-1][2] == "50"


async def test_only_a_few_look_back_at_a_time(world: World) -> None:
    bought = await placed(world)
    path = f"{bought.path}/state?at=2026-01-01T00:00:00Z"
    with world.parts.looks.one(), world.parts.looks.one():
        assert (await world.ask("GET", path, None, bought.owner)).slug == "busy"
    assert (await world.ask("GET", path, None, bought.owner)).status == 200


async def test_an_offset_is_understood_with_its_plus_escaped_or_not(world: World) -> None:
    bought = await placed(world)
    for text in ("2026-01-01T01:00:00%2B01:00", "2026-01-01T01:00:00+01:00"):
        reply = await world.ask("GET", f"{bought.path}/state?at={text}", None, bought.owner)
        assert reply.json["at"] == "2026-01-01T00:00:00Z"


async def test_no_time_a_future_one_and_nonsense_are_refused(world: World) -> None:
    bought = await placed(world)
    for query in ("", "?at=", "?at=yesterday", "?at=2026-01-01", "?at=2026-01-01T00:00:00", "?at=2999-01-01T00:00:00Z"):
        assert (await world.ask("GET", f"{bought.path}/state{query}", None, bought.owner)).slug == "invalid", query


async def test_the_audit_feed_tells_of_orders_and_of_nobody(world: World) -> None:
    bought = await placed(world)
    items = (await world.ask("GET", f"{bought.path}/events", None, bought.owner)).json["items"]
    of_orders = [item for item in items if item["stream"].startswith("orders-")]
    assert of_orders
    assert all(set(item["data"]) == {"order"} for item in of_orders)

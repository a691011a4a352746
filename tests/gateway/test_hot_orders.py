"""An order looked up on the fast lane is what the ordinary path says, and people's names never pass it."""

import asyncio
from typing import Any

import pytest

from tests.gateway.test_fastlane import CHANGING, said
from tests.gateway.test_naming import ANA, named
from tests.gateway.test_orders import Bought, placed
from tests.gateway.world import World, request_bytes


async def looked_up(world: World, bought: Bought, **headers: str) -> bytes:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await said(world, request_bytes("GET", bought.at, None, bought.token | given))


async def both(world: World, bought: Bought, **headers: str) -> tuple[bytes, bytes]:
    """What the fast lane says, and what the ordinary path does (which any header it does not know leads to)."""
    fast = await looked_up(world, bought, **headers)
    client = await world.connect()
    await client.send(request_bytes("GET", bought.at, None, bought.token | {"Max-Forwards": "9"} | headers))
    reply = await client.receive()
    client.close()
    return fast, CHANGING.sub(rb"\1", reply.raw_head) + reply.body


@pytest.mark.parametrize("pay", [True, False])
async def test_both_ways_say_the_same_bytes(world: World, pay: bool) -> None:
    bought = await placed(world, pay=pay)
    fast, ordinary = await both(world, bought)
    assert fast == ordinary
    assert world.gateway.hot.orders.taken == 1


async def test_a_cancelled_seat_and_its_refund_are_told_alike(world: World) -> None:
    bought = await placed(world, pay=True)
    orders = world.entities.orders[bought.order["id"].partition("-")[0]]
    orders.now_ms += 1
    await world.ask("DELETE", f"{bought.at}/seats/2", None, bought.token | {"Idempotency-Key": "0123456789abcdef"})
    fast, ordinary = await both(world, bought)
    assert fast == ordinary
    assert b"seat-cancelled" in fast
    assert world.gateway.hot.orders.taken == 1


async def test_an_order_that_names_somebody_goes_the_ordinary_way(world: World) -> None:
    bought = await placed(world, pay=True)
    await named(world, bought, ANA)
    assert b'"name":"Ana"' in await looked_up(world, bought)
    assert world.gateway.hot.orders.taken == 0


async def test_what_would_not_be_answered_with_the_order_goes_the_ordinary_way(world: World) -> None:
    bought = await placed(world)
    unusual: list[dict[str, Any]] = [
        {"If-None-Match": f'"{bought.order["version"]}"'},
        {"Min-Version": "1"},
        {"Authorization": "Bearer " + "x" * 32},
        {"Authorization": "Basic x"},
        {"Authorization": "Bearer " + bought.reservation["token"]},
        {"Content-Length": "0"},
    ]
    for headers in unusual:
        await said(world, request_bytes("GET", bought.at, None, bought.token | headers))
    for path in (bought.at + "/tickets.pdf", bought.at + "?link=x", bought.at[:-1], bought.at.upper()):
        await said(world, request_bytes("GET", path, None, bought.token))
    await said(world, request_bytes("GET", bought.at))
    assert world.gateway.hot.orders.taken == 0


async def test_a_read_after_a_write_shows_the_write(world: World) -> None:
    bought = await placed(world)
    world.parts.acknowledged.note(bought.order["id"], bought.order["version"] + 1)
    asked = asyncio.create_task(looked_up(world, bought))
    await asyncio.sleep(0.05)
    assert world.gateway.hot.orders.taken == 0
    world.entities.orders[bought.order["id"].partition("-")[0]].pay(bought.order["id"])
    assert b'"confirmed"' in await asked

"""The fast lane says what the ordinary path says, in the same order, and gives way to everything unusual."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest

from actors.messages.refusals import Refused
from gateway import fastlane
from gateway.fastlane import WAITING_BYTES_MAX, check_internals
from gateway.ids import Ids
from gateway.ports import Busy, OutcomeUnknown, Unavailable
from tests.gateway.world import RESERVE, Client, World, key, request_bytes, wish

AVAILABILITY = "/api/v1/conferences/pycon/availability"
CHANGING = re.compile(rb"(X-Correlation-Id|Date): [^\r]*")


class CountedIds(Ids):
    """The same ids in every world."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    def letters(self, count: int) -> str:
        self._count += 1
        return f"{self._count:08x}".translate(str.maketrans("0123456789", "ghijklmnop")).rjust(count, "a")

    def _now(self) -> str:
        return "aaaaaaaa"


@pytest.fixture
def worlds(runner: asyncio.Runner) -> Iterator[tuple[World, World]]:
    """The same conference behind a gateway with the fast lane, and one without."""
    pair = []
    for fast in (True, False):
        world = runner.run(World.start(fast=fast))
        world.parts.ids.__class__ = CountedIds
        world.parts.ids.__init__()  # type: ignore[misc]
        runner.run(world.conference())
        pair.append(world)
    try:
        yield pair[0], pair[1]
    finally:
        for world in pair:
            runner.run(world.stop())


async def said(world: World, request: bytes) -> bytes:
    """All bytes of the answer, but for its moment and correlation."""
    client = await world.connect()
    await client.ask("GET", "/api/v1/conferences")  # aiohttp's first turn on a connection is its own.
    await asyncio.sleep(0)
    await client.send(request)
    reply = await client.receive()
    client.close()
    return CHANGING.sub(rb"\1", reply.raw_head) + reply.body


SEAT_TYPE = "staaaaaaai"  # What the worlds' ids make of the second thing.


def reserve(body: Any = None, **headers: str) -> bytes:
    given = {"Idempotency-Key": "0123456789abcdef"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return request_bytes("POST", RESERVE, wish(SEAT_TYPE) if body is None else body, given)


TAKEN: dict[str, bytes] = {
    "a plain reservation": reserve(),
    "with all fields": reserve(wish(SEAT_TYPE, accept_fewer=True, keep_place=True, if_short="refuse", email=None)),
    "spelt widely": reserve(b'{ "items" : [ { "quantity" : 1 , "seat_type" : "%b" } ] }' % SEAT_TYPE.encode()),
    "with the usual headers": reserve(
        User_Agent="curl/8", Accept="*/*", Cookie="a=b", Connection="keep-alive", X_Forwarded_For="10.0.0.1"
    ),
    "with a charset": reserve(Content_Type="application/json; charset=utf-8"),
    "with a correlation": reserve(X_Correlation_Id="trace-me-7"),
    "with a strange correlation": reserve(X_Correlation_Id="?"),
    "with headers in small letters": reserve().replace(b"Idempotency-Key", b"idempotency-key"),
    "seats left": request_bytes("GET", AVAILABILITY),
    "seats left, with the usual headers": request_bytes("GET", AVAILABILITY, headers={"Accept": "application/json"}),
}
LEFT: dict[str, bytes] = {
    "no key": request_bytes("POST", RESERVE, wish(SEAT_TYPE)),
    "a short key": reserve(Idempotency_Key="short"),
    "a long key": reserve(Idempotency_Key="x" * 256),
    "a key with a blank": reserve(Idempotency_Key="0123456789 abcdef"),
    "a body that is no JSON": reserve(b"{"),
    "a wrong type": reserve(wish(SEAT_TYPE, 1) | {"accept_fewer": 1}),
    "an unknown field": reserve(wish(SEAT_TYPE) | {"x": 1}),
    "a field twice": reserve(b'{"items":[{"seat_type":"%b","quantity":1,"quantity":1}]}' % SEAT_TYPE.encode()),
    "an optional field twice": reserve(
        b'{"items":[{"seat_type":"%b","quantity":1}],"keep_place":true,"keep_place":true}' % SEAT_TYPE.encode()
    ),
    "a field twice, once in disguise": reserve(
        b'{"items":[{"seat_type":"%b","quantity":1}],"keep_place":true,"keep_plac\\u0065":true}' % SEAT_TYPE.encode()
    ),
    "a field twice beside a value that looks like a name": reserve(
        b'{"items":[{"seat_type":"email","quantity":1,"quantity":2}]}'
    ),
    "a seat type twice": reserve(
        {"items": [{"seat_type": SEAT_TYPE, "quantity": 1}, {"seat_type": SEAT_TYPE, "quantity": 1}]}
    ),
    "one who waits": reserve(wish(SEAT_TYPE, if_short="wait", email="a@example.org")),
    "one who waits without an e-mail": reserve(wish(SEAT_TYPE, if_short="wait")),
    "an unknown conference": reserve().replace(b"/pycon/", b"/nocon/"),
    "a media type at length": reserve(Content_Type="application/json" + " " * 100 + ";charset=utf-8"),
    "another media type": reserve(Content_Type="text/plain"),
    "an encoding": reserve(Content_Encoding="gzip"),
    "an expectation": reserve(Expect="miracles"),
    "an authorised one": reserve(Authorization="Bearer x"),
    "one that closes": reserve(Connection="close"),
    "an old version": reserve().replace(b"HTTP/1.1", b"HTTP/1.0"),
    "a header twice": reserve().replace(b"Host: test\r\n", b"Host: test\r\nUser-Agent: a\r\nUser-Agent: b\r\n"),
    "a host twice": reserve().replace(b"Host: test\r\n", b"Host: test\r\nHost: test\r\n"),
    "no host": reserve().replace(b"Host: test\r\n", b""),
    "a folded header": reserve().replace(b"Host: test\r\n", b"Host: test\r\nA: b\r\n c\r\n"),
    "a bare line feed": reserve().replace(b"Host: test\r\n", b"Host: test\nA: b\r\n"),
    "bytes beyond ASCII": reserve(User_Agent="\xe9"),
    "a control character": reserve(User_Agent="a\x01b"),
    "a query": reserve().replace(b"/reservations", b"/reservations?a=b"),
    "seats left that are known": request_bytes("GET", AVAILABILITY, headers={"If-None-Match": '"0"'}),
    "seats left at a version": request_bytes("GET", AVAILABILITY, headers={"Min-Version": "0"}),
    "seats left of nothing": request_bytes("GET", AVAILABILITY.replace("pycon", "nocon")),
    "the head of seats left": request_bytes("HEAD", AVAILABILITY).replace(b"HEAD", b"HEAD"),
}


def seat_commands(world: World) -> list[Any]:
    return [command for stream, _, command in world.entities.commands if stream.startswith("seats-")]


@pytest.mark.parametrize("name", [*TAKEN, *(name for name in LEFT if "head of" not in name)])
async def test_both_ways_say_the_same_bytes(worlds: tuple[World, World], name: str, runner: asyncio.Runner) -> None:
    fast, ordinary = worlds
    request = (TAKEN | LEFT)[name]
    assert await said(fast, request) == await said(ordinary, request)
    assert fast.gateway.hot.taken == (name in TAKEN)
    assert ordinary.gateway.hot.taken == 0
    assert seat_commands(fast) == seat_commands(ordinary)
    assert fast.metrics._answers == ordinary.metrics._answers


@pytest.mark.parametrize(
    "outcome",
    [
        Refused("sold-out", "No.", available={"st1": 1}),
        Refused("too-many-holds", "No.", number=3),
        Refused("key-reused", "No."),
        Refused("no-room", "No."),
        Busy("x"),
        OutcomeUnknown("x"),
        Unavailable("x"),
    ],
)
async def test_both_ways_refuse_alike(worlds: tuple[World, World], outcome: Any, runner: asyncio.Runner) -> None:
    for world in worlds:
        if isinstance(outcome, Refused):
            world.entities.refuse = outcome
        else:
            world.entities.fail = outcome
    fast, ordinary = worlds
    assert await said(fast, reserve()) == await said(ordinary, reserve())
    assert fast.gateway.hot.taken == 1


async def test_a_key_means_the_same_on_both_ways(worlds: tuple[World, World], runner: asyncio.Runner) -> None:
    fast, _ = worlds
    first = await said(fast, reserve())
    again = await said(fast, reserve(Authorization="Bearer x"))  # On the ordinary path.
    assert (fast.gateway.hot.taken, again) == (1, first)


async def ready(world: World) -> Client:
    """A connection on which aiohttp is at rest."""
    client = await world.connect()
    await client.ask("GET", "/api/v1/conferences")
    await asyncio.sleep(0)
    return client


async def test_answers_keep_the_order_of_their_requests(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await ready(world)
    world.entities.delay_s = 0.02
    await client.send(request_bytes("POST", RESERVE, wish(seat_type, 1), key()))
    await asyncio.sleep(0.005)
    requests = [
        request_bytes("GET", "/docs"),
        request_bytes("POST", RESERVE, wish(seat_type, 2), key()),
        request_bytes("GET", AVAILABILITY),
        request_bytes("POST", RESERVE, wish(seat_type, 3), key()),
    ]
    await client.send(b"".join(requests))
    replies = [await client.receive() for _ in range(5)]
    assert [reply.status for reply in replies] == [201, 200, 201, 200, 201]
    held = [reply.json["items"][0]["held"] for reply in replies if reply.status == 201]
    assert held == [1, 2, 3]


async def test_what_comes_meanwhile_is_bounded_and_not_lost(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await ready(world)
    world.entities.delay_s = 0.05
    await client.send(request_bytes("POST", RESERVE, wish(seat_type, 1), key()))
    padding = {"X-Padding": "x" * 7_000}
    many = 3 * WAITING_BYTES_MAX // 7_000
    await client.send(request_bytes("GET", AVAILABILITY, headers=padding) * many)
    assert (await client.receive()).status == 201
    for _ in range(many):
        assert (await client.receive()).status == 200


async def test_a_body_that_comes_after_its_head_is_taken_and_the_next_call_is_fast_again(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await ready(world)
    head, body = request_bytes("POST", RESERVE, wish(seat_type), key()).split(b"\r\n\r\n")
    await client.send(head + b"\r\n\r\n")
    await asyncio.sleep(0.01)
    await client.send(body)
    assert (await client.receive()).status == 201
    await asyncio.sleep(0)
    assert world.gateway.hot.taken == 0
    assert (await client.ask("POST", RESERVE, wish(seat_type), key())).status == 201
    assert world.gateway.hot.taken == 1


async def test_after_half_a_head_the_rest_is_its_rest(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await ready(world)
    inner = request_bytes("POST", RESERVE, wish(seat_type), key())
    await client.send(b"GET /docs HTTP/1.1\r\nHost: x\r\nX-Inner: ")
    await asyncio.sleep(0.01)
    await client.send(inner)
    first = await client.receive()
    assert first.headers["content-type"].startswith("text/html") or first.status == 400
    assert world.gateway.hot.taken == 0


async def test_half_a_head_behind_a_whole_request_is_not_forgotten(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await ready(world)
    await client.send(request_bytes("GET", "/docs") + b"GET /docs HTTP/1.1\r\nHost: x\r\nX-Inner: ")
    assert (await client.receive()).status == 200
    await asyncio.sleep(0.01)
    await client.send(request_bytes("POST", RESERVE, wish(seat_type), key()))
    await client.receive()
    assert world.gateway.hot.taken == 0


LARGE = 200_000  # bytes of an answer: one waits unsent in aiohttp, one more on the fast lane


async def flood(world: World, client: Client, request: bytes) -> None:
    """One request after the other, as long as the fast lane takes them."""
    for _ in range(300):
        taken = world.gateway.hot.taken
        await client.send(request)
        for turn in range(300):
            await asyncio.sleep(0 if turn < 100 else 0.002)
            if world.gateway.hot.taken > taken:
                break
        else:
            return


async def test_who_does_not_read_its_answers_gets_no_more_of_them(world: World) -> None:
    await world.conference()
    client = await ready(world)
    transport = cast(asyncio.Transport, client.writer.transport)
    transport.pause_reading()
    (connection,) = world.gateway.server.connections
    assert connection.transport is not None
    conference = world.accounts.claimed("pycon")
    assert conference is not None
    world.parts.feed.published(conference.conference, 1_000, b"x" * LARGE)
    await flood(world, client, request_bytes("GET", AVAILABILITY))
    assert connection.transport.get_write_buffer_size() < 4 * LARGE
    taken = world.gateway.hot.taken
    transport.resume_reading()
    for _ in range(taken):
        assert (await client.receive()).status == 200
    transport.abort()


async def test_a_client_that_leaves_early_hurts_nobody(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await ready(world)
    world.entities.delay_s = 0.05
    await client.send(request_bytes("POST", RESERVE, wish(seat_type), key()))
    await asyncio.sleep(0.01)
    client.close()
    await asyncio.sleep(0.1)
    assert len(world.entities.reservations) == 1
    assert (await world.ask("GET", AVAILABILITY)).status == 200


async def test_a_call_on_its_way_is_answered_before_the_gateway_stops(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await ready(world)
    world.entities.delay_s = 0.1
    await client.send(request_bytes("POST", RESERVE, wish(seat_type), key()))
    await asyncio.sleep(0.01)
    stopping = asyncio.ensure_future(world.gateway.drain())
    assert (await client.receive()).status == 201
    assert world.gateway.hot.taken == 1
    await stopping
    assert await client.ended()


async def test_an_ordinary_call_is_answered_before_the_gateway_stops(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await ready(world)
    world.entities.delay_s = 0.1
    await client.send(request_bytes("POST", RESERVE, wish(seat_type), key() | {"Authorization": "x"}))
    await asyncio.sleep(0.01)
    stopping = asyncio.ensure_future(world.gateway.drain())
    assert (await client.receive()).status == 201
    await stopping
    assert await client.ended()
    with pytest.raises(OSError, match=r"refused|reset"):
        await world.connect()


async def test_an_idle_connection_is_closed_and_a_waiting_one_is_not(runner: asyncio.Runner) -> None:
    world = await World.start(keepalive_timeout_ms="150")
    try:
        _, _, seat_type = await world.conference()
        client = await ready(world)
        world.entities.delay_s = 0.4
        assert (await client.ask("POST", RESERVE, wish(seat_type), key())).status == 201
        assert world.gateway.hot.taken == 1
        started = asyncio.get_running_loop().time()
        assert await client.ended()
        assert 0.1 < asyncio.get_running_loop().time() - started < 2
    finally:
        await world.stop()


def test_another_aiohttp_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    check_internals()
    monkeypatch.setattr(fastlane, "INTERNALS", {"_no_such_slot"})
    with pytest.raises(RuntimeError, match="_no_such_slot"):
        check_internals()

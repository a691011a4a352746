"""Whatever is sent, the answer is a 4xx problem document, and the server goes on."""

import asyncio
import json
from typing import Any

import pytest

from gateway.ports import Unavailable
from tests.gateway.world import RESERVE, World, bearer, key, new_conference, request_bytes, wish

DEEP = 100_000
CHUNKED = (
    f"POST {RESERVE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nIdempotency-Key: 0123456789abcdef\r\n"
    "Transfer-Encoding: chunked\r\n\r\n"
).encode()
BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"items", 400),
    "half of it": (b'{"items": [', 400),
    "more than one": (b'{"items": [{"seat_type": "a", "quantity": 1}]} {}', 400),
    "null": (b"null", 422),
    "a list": (b"[]", 422),
    "a number": (b"1", 422),
    "bad UTF-8": (b'{"items": [{"seat_type": "\xff\xfe", "quantity": 1}]}', 400),
    "half a surrogate": (b'{"items": [{"seat_type": "\\ud800", "quantity": 1}]}', 400),
    "a byte order mark": (b'\xef\xbb\xbf{"items": []}', 400),
    "NaN": (b'{"items": [{"seat_type": "a", "quantity": NaN}]}', 400),
    "Infinity": (b'{"items": [{"seat_type": "a", "quantity": -Infinity}]}', 400),
    "a float": (b'{"items": [{"seat_type": "a", "quantity": 1.0}]}', 422),
    "an exponent out of this world": (b'{"items": [{"seat_type": "a", "quantity": 1e999}]}', 422),
    "2**63": (b'{"items": [{"seat_type": "a", "quantity": 9223372036854775808}]}', 422),
    "-2**64": (b'{"items": [{"seat_type": "a", "quantity": -18446744073709551616}]}', 422),
    "a number of 10,000 digits": (b'{"items": [{"seat_type": "a", "quantity": ' + b"9" * 10_000 + b"}]}", 422),
    "zero seats": (b'{"items": [{"seat_type": "a", "quantity": 0}]}', 422),
    "a boolean for a number": (b'{"items": [{"seat_type": "a", "quantity": true}]}', 422),
    "a number for a text": (b'{"items": [{"seat_type": 1, "quantity": 1}]}', 422),
    "a text for a boolean": (b'{"items": [{"seat_type": "a", "quantity": 1}], "accept_fewer": "yes"}', 422),
    "no seats": (b'{"items": []}', 422),
    "too many seat types": (b'{"items": [' + b",".join([b'{"seat_type": "a", "quantity": 1}'] * 51) + b"]}", 422),
    "an unknown field": (b'{"items": [{"seat_type": "a", "quantity": 1}], "price": 0}', 422),
    "an unknown field inside": (b'{"items": [{"seat_type": "a", "quantity": 1, "price": 0}]}', 422),
    "a field twice": (b'{"items": [{"seat_type": "a", "quantity": 1, "quantity": 2}]}', 422),
    "a field twice, once in disguise": (
        b'{"items": [{"seat_type": "a", "quantity": 1}], "accept_fewer": true, "accept_\\u0066ewer": false}',
        422,
    ),
    "a control character": (b'{"items": [{"seat_type": "a\\u0000b", "quantity": 1}]}', 422),
    "a raw control character": (b'{"items": [{"seat_type": "a\nb", "quantity": 1}]}', 400),
    "an e-mail with a line break": (
        b'{"items": [{"seat_type": "a", "quantity": 1}], "if_short": "wait", "email": "a@b\\r\\nBcc: c@d"}',
        422,
    ),
    "deep lists": (b"[" * DEEP, 422),
    "deep lists, closed": (b"[" * DEEP + b"]" * DEEP, 422),
    "deep objects": (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, 422),
    "deep lists in a field": (b'{"items":' + b"[" * DEEP, 422),
    "deep lists in an unknown field": (b'{"x":' + b"[" * DEEP + b"]" * DEEP + b"}", 422),
    "a long unknown name": (b'{"' + b"x" * 100_000 + b'": 1}', 422),
    "a long text": (json.dumps({"items": [{"seat_type": "a" * 100_000, "quantity": 1}]}).encode(), 422),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_bad_body_is_a_problem_that_says_where(world: World, name: str) -> None:
    await world.conference()
    body, status = BODIES[name]
    client = await world.connect()
    reply = await client.ask("POST", RESERVE, body, key())
    assert (reply.status, reply.slug) == (status, "malformed" if status == 400 else "invalid")
    if status == 422:
        (error,) = reply.json["errors"]
        assert error["field"]
        assert error["problem"]
    assert len(reply.body) < 2_000
    assert (await client.ask("GET", "/api/v1/conferences")).status == 200


@pytest.mark.parametrize(
    ("headers", "slug"),
    [
        ({"Content-Type": "text/plain"}, "unsupported-media-type"),
        ({"Content-Type": "application/json; charset=latin-1"}, "unsupported-media-type"),
        ({"Content-Type": ""}, "unsupported-media-type"),
        ({"Content-Encoding": "gzip"}, "unsupported-media-type"),
        ({"Content-Encoding": "identity"}, "unsupported-media-type"),
        ({"Expect": "miracles"}, "malformed"),
    ],
)
async def test_a_body_is_plain_json(world: World, headers: dict[str, str], slug: str) -> None:
    _, _, seat_type = await world.conference()
    assert (await world.ask("POST", RESERVE, wish(seat_type), key() | headers)).slug == slug


@pytest.mark.parametrize("media_type", ["application/json", 'Application/JSON; charset="UTF-8"'])
async def test_json_may_say_that_it_is_utf_8(world: World, media_type: str) -> None:
    _, _, seat_type = await world.conference()
    assert (await world.ask("POST", RESERVE, wish(seat_type), key() | {"Content-Type": media_type})).status == 201


async def test_a_large_body_is_refused_by_its_announcement_alone(world: World) -> None:
    await world.conference()
    client = await world.connect()
    most = world.settings.gateway.request_body_bytes_max
    for length in (str(most + 1), "9" * 18):
        client = await world.connect()
        head = request_bytes("POST", RESERVE, b"", key() | {"Content-Length": length})
        await client.send(head)
        assert (await client.receive()).slug == "too-large"


async def test_a_large_chunked_body_is_refused_when_it_is_too_large(world: World) -> None:
    await world.conference()
    client = await world.connect()
    await client.send(CHUNKED)
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    await client.send(chunk * 9)
    reply = await client.receive()
    assert reply.slug == "too-large"
    assert reply.headers["connection"] == "close"


async def test_a_chunked_body_is_taken(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await world.connect()
    body = json.dumps(wish(seat_type)).encode()
    await client.send(CHUNKED + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
    assert (await client.receive()).status == 201


async def test_who_expects_to_be_asked_for_the_body_is_asked(world: World) -> None:
    _, _, seat_type = await world.conference()
    client = await world.connect()
    whole = request_bytes("POST", RESERVE, wish(seat_type), key() | {"Expect": "100-continue"})
    head, body = whole.split(b"\r\n\r\n")
    await client.send(head + b"\r\n\r\n")
    assert (await client.receive()).status == 100
    await client.send(body)
    assert (await client.receive()).status == 201


@pytest.mark.parametrize(
    "raw",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
        b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 9_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"A%d: %b\r\n" % (n, b"b" * 1000) for n in range(30)) + b"\r\n",
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nabcdef",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://other/api/v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/conferences?q=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/conferences?q=%ff%fe&limit=0 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/conferences?q=" + b"a" * 3_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/conferences/%2e%2e%2f%00/availability HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET //docs HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /docs HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
async def test_what_is_hardly_http_gets_a_4xx_problem_and_the_server_goes_on(world: World, raw: bytes) -> None:
    client = await world.connect()
    await client.send(raw)
    reply = await client.receive()
    assert 400 <= reply.status < 500
    assert reply.slug in ("malformed", "not-found", "method-not-allowed", "invalid", "unsupported-media-type")
    assert (await world.ask("GET", "/docs")).status == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=1e3", "limit=-5", "limit=٣", "cursor=%21"])
async def test_a_bad_page_is_named(world: World, query: str) -> None:
    reply = await world.ask("GET", "/api/v1/conferences?" + query.replace("٣", "%D9%A3"))
    assert reply.slug == "invalid"
    assert reply.json["errors"][0]["field"] in ("limit", "cursor")


async def test_a_slow_head_is_given_up(runner: asyncio.Runner) -> None:
    world = await World.start(head_timeout_ms="200")
    try:
        slow, silent, well = await world.connect(), await world.connect(), await world.connect()
        await slow.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
        reply = await slow.receive()
        assert (reply.status, reply.slug, reply.headers["connection"]) == (408, "too-slow", "close")
        assert await slow.ended()
        assert await silent.ended()
        # One that has had its answer owes nothing.
        well = await world.connect()
        await well.ask("GET", "/docs")
        await asyncio.sleep(0.3)
        assert (await well.ask("GET", "/docs")).status == 200
    finally:
        await world.stop()


async def test_a_head_that_trickles_is_given_up_too(runner: asyncio.Runner) -> None:
    world = await World.start(head_timeout_ms="200")
    try:
        client = await world.connect()
        await client.ask("GET", "/docs")
        sending = asyncio.ensure_future(trickle(client))
        assert (await client.receive()).slug == "too-slow"
        sending.cancel()
    finally:
        await world.stop()


async def trickle(client: Any) -> None:
    await client.send(b"GET / HTTP/1.1\r\n")
    while True:
        await client.send(b"A: b\r\n")
        await asyncio.sleep(0.02)


async def test_an_endless_head_is_given_up(world: World) -> None:
    client = await world.connect()
    await client.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
    for number in range(20):
        await client.send(b"A%d: %b\r\n" % (number, b"b" * 1_000))
    reply = await client.receive()
    assert (reply.status, reply.slug) == (400, "malformed")


async def test_a_slow_body_is_given_up(runner: asyncio.Runner) -> None:
    world = await World.start(body_timeout_ms="200")
    try:
        await world.conference()
        client = await world.connect()
        await client.send(request_bytes("POST", RESERVE, b"", key() | {"Content-Length": "100"}) + b'{"items":')
        reply = await client.receive()
        assert (reply.status, reply.slug, reply.headers["connection"]) == (408, "too-slow", "close")
    finally:
        await world.stop()


async def test_a_connection_too_many_is_closed_at_once(runner: asyncio.Runner) -> None:
    world = await World.start(connections_max="2")
    try:
        first, second = await world.connect(), await world.connect()
        await first.ask("GET", "/docs")
        await second.ask("GET", "/docs")
        third = await world.connect()
        assert await third.ended()
        assert world.metrics.connections_refused == 1
        first.close()
        async with asyncio.timeout(5):
            while len(world.gateway.server.connections) > 1:
                await second.ask("GET", "/docs")
        assert (await world.ask("GET", "/docs")).status == 200
    finally:
        await world.stop()


async def test_unknown_and_foreign_things_do_not_exist(world: World) -> None:
    path, owner, _ = await world.conference()
    _, bob = await world.organiser("Bob")
    for target in ("/nothing", "/api/v1", "/api/v2/conferences", "/api/v1/conferences/none", f"{path}/nothing"):
        assert (await world.ask("GET", target, headers=owner)).slug == "not-found"
    assert (await world.ask("GET", path, headers=bob)).slug == "not-found"
    for wrong in ({}, bearer("wrong"), bearer("x" * 500), {"Authorization": "Bearer"}):
        reply = await world.ask("GET", path, headers=wrong)
        assert (reply.status, reply.slug, reply.headers["www-authenticate"]) == (401, "not-authenticated", "Bearer")


async def test_a_wrong_method_is_told_the_right_ones(world: World) -> None:
    reply = await world.ask("PUT", "/api/v1/reservations/x")
    assert (reply.status, reply.slug, reply.headers["allow"]) == (405, "method-not-allowed", "DELETE, GET")


async def test_a_call_without_a_body_takes_none(world: World) -> None:
    path, owner, _ = await world.conference()
    assert (await world.ask("POST", f"{path}/unpublish", {"a": 1}, owner)).slug == "malformed"
    assert (await world.ask("POST", f"{path}/unpublish", {}, owner)).status == 200


async def test_a_bug_is_logged_and_told_without_a_word_of_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    path, owner, _ = await world.conference()
    world.views.conference = None  # type: ignore[assignment,method-assign]
    reply = await world.ask("GET", path, headers=owner | {"X-Correlation-Id": "trace-me-2"})
    assert (reply.status, reply.slug) == (500, "internal")
    assert b"NoneType" not in reply.body
    assert "trace-me-2" in [record.__dict__.get("correlation") for record in caplog.records]


async def test_correlation_ids_are_answered_and_strange_ones_replaced(world: World) -> None:
    good = await world.ask("GET", "/api/v1/conferences", headers={"X-Correlation-Id": "abc-123_x.y"})
    assert good.headers["x-correlation-id"] == "abc-123_x.y"
    for strange in ("short", "x" * 65, "a b c d e f g h", "<script>alert(1)</script>"):
        reply = await world.ask("GET", "/api/v1/conferences", headers={"X-Correlation-Id": strange})
        assert reply.headers["x-correlation-id"] != strange


async def test_head_is_get_without_a_body(world: World) -> None:
    await world.conference()
    got = await world.ask("GET", "/api/v1/conferences/pycon")
    head = await world.ask("HEAD", "/api/v1/conferences/pycon")
    assert (head.status, head.headers["etag"], head.body) == (200, got.headers["etag"], b"")
    assert head.headers["content-length"] == str(len(got.body))


async def test_stale_versions_are_refused_everywhere_they_are_asked(world: World) -> None:
    path, owner, seat_type = await world.conference()
    for method, target, body in (
        ("PATCH", path, {"name": "x"}),
        ("PATCH", f"{path}/seat-types/{seat_type}", {"quota": 5}),
        ("DELETE", f"{path}/seat-types/{seat_type}", None),
    ):
        assert (await world.ask(method, target, body, owner)).slug == "version-required"
        assert (await world.ask(method, target, body, owner | {"If-Match": '"2"'})).slug == "stale-version"


async def test_a_failed_creation_leaves_the_slug_to_its_organiser(world: World) -> None:
    root, owner = await world.organiser()
    world.entities.fail = Unavailable("disk full")
    assert (await world.ask("POST", root, new_conference(), owner | key())).slug == "busy"
    world.entities.fail = None
    assert (await world.ask("POST", root, new_conference(), owner | key())).status == 201

"""Seats left: as an answer, and as a stream that says what is new."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from gateway.feed import CONFERENCES_MAX, NEWS_EVERY_S, Feed
from tests.gateway.world import Client, World, key, new_conference, request_bytes

PATH = "/api/v1/conferences/pycon/availability"


async def event(client: Client) -> dict[str, str]:
    """The next event of a stream."""
    fields: dict[str, str] = {}
    while True:
        chunk_bytes = int(await client.reader.readline(), 16)
        chunk = (await client.reader.readexactly(chunk_bytes + 2))[:-2].decode()
        for line in chunk.strip().split("\n"):
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        if fields:
            return fields


async def open_stream(world: World, headers: dict[str, str] | None = None) -> Client:
    client = await world.connect()
    await client.send(request_bytes("GET", f"{PATH}/stream", headers=headers))
    head = (await client.reader.readuntil(b"\r\n\r\n")).decode()
    assert head.startswith("HTTP/1.1 200 "), head
    assert "text/event-stream" in head
    return client


def cid(world: World) -> str:
    claim = world.accounts.claimed("pycon")
    assert claim is not None
    return claim.conference


async def test_seats_left_come_with_their_version(world: World) -> None:
    _, _, seat_type = await world.conference()
    reply = await world.ask("GET", PATH)
    assert reply.json == {
        "version": 0,
        "as_of": "2027-01-15T08:00:00Z",
        "seat_types": {seat_type: {"quota": 100, "available": 100, "waiting": 0}},
    }
    assert reply.headers["etag"] == '"0"'
    assert (await world.ask("GET", PATH, headers={"If-None-Match": '"0"'})).status == 304


async def test_a_conference_that_was_just_published_is_never_said_not_to_exist(world: World) -> None:
    root, owner = await world.organiser()
    await world.ask("POST", root, new_conference(), owner | key())
    assert (await world.ask("GET", PATH)).slug == "not-found"
    world.views.freeze()
    assert (await world.ask("POST", f"{root}/pycon/publish", None, owner | key())).status == 200
    asked = asyncio.create_task(world.ask("GET", PATH))
    world.views.thaw()
    assert (await asked).status == 200


async def test_what_the_projector_pushes_is_answered_at_once(world: World) -> None:
    await world.conference()
    await world.ask("GET", PATH)
    world.parts.feed.published(cid(world), 7, b'{"version":7}')
    world.parts.feed.published(cid(world), 6, b'{"version":6}')
    assert (await world.ask("GET", PATH)).body == b'{"version":7}'


async def test_min_version_reads_past_what_is_remembered(world: World) -> None:
    _, _, seat_type = await world.conference()
    await world.ask("GET", PATH)
    world.entities._append(f"seats-{cid(world)}", "seats-held", {})
    assert (await world.ask("GET", PATH)).json["version"] == 0
    assert (await world.ask("GET", PATH, headers={"Min-Version": "1"})).json["version"] == 1
    assert seat_type in (await world.ask("GET", PATH)).json["seat_types"]


async def test_a_stream_begins_with_what_is_and_goes_on_with_what_is_new(world: World) -> None:
    await world.conference()
    client = await open_stream(world)
    first = await event(client)
    assert (first["id"], first["event"], msgspec.json.decode(first["data"])["version"]) == ("0", "availability", 0)
    world.parts.feed.published(cid(world), 5, b'{"version":5}')
    assert await event(client) == {"id": "5", "event": "availability", "data": '{"version":5}'}


async def test_a_stream_resumes_without_repeating(world: World) -> None:
    await world.conference()
    client = await open_stream(world, {"Last-Event-ID": "0"})
    world.parts.feed.published(cid(world), 5, b'{"version":5}')
    assert (await event(client))["id"] == "5"


async def test_a_silent_stream_has_comments(runner: asyncio.Runner) -> None:
    world = await World.start(stream_keepalive_ms="30")
    try:
        await world.conference()
        client = await open_stream(world, {"Last-Event-ID": "0"})
        assert await event(client) == {"": "still here"}
    finally:
        await world.stop()


async def test_there_are_only_so_many_streams(runner: asyncio.Runner) -> None:
    world = await World.start(streams_max="1")
    try:
        await world.conference()
        client = await open_stream(world)
        refused = await world.ask("GET", f"{PATH}/stream")
        assert (refused.status, refused.slug) == (503, "busy")
        client.close()
        while world.parts.feed.listening:
            await asyncio.sleep(0.01)
            world.parts.feed.published(cid(world), world.parts.feed.current(cid(world)).version + 1, b"{}")  # type: ignore[union-attr]
        await open_stream(world)
    finally:
        await world.stop()


async def test_streams_end_when_the_gateway_stops(world: World) -> None:
    await world.conference()
    client = await open_stream(world)
    await event(client)
    await world.gateway.drain()
    assert (await client.reader.read()).endswith(b"0\r\n\r\n")


def test_what_is_remembered_is_read_again_after_a_second_and_bounded() -> None:
    now, reads = [0.0], []

    def read(conference: str) -> tuple[int, bytes] | None:
        reads.append(conference)
        return None if conference == "none" else (len(reads), b"{}")

    feed = Feed(read, lambda: now[0], lambda *_: None)
    assert feed.current("none") is None
    first = feed.current("a")
    assert first is not None
    assert feed.current("a") is first
    now[0] = 1.1
    again = feed.current("a")
    assert again is not None
    assert again.version > first.version
    for number in range(CONFERENCES_MAX):
        feed.current(f"b{number}")
    assert len(feed._current) == CONFERENCES_MAX


def test_listeners_are_woken_at_once_and_then_twice_a_second_with_the_latest() -> None:
    now = [100.0]
    planned: list[tuple[float, Callable[[str], None], str]] = []
    feed = Feed(lambda _: None, lambda: now[0], lambda *call: planned.append(call))
    news = feed.subscribe("c1")
    feed.published("c1", 1, b"1")
    assert news.is_set()
    for version in range(2, 50):
        news.clear()
        feed.published("c1", version, b"later")
        assert not news.is_set()
    ((wait_s, tell, conference),) = planned
    assert wait_s == pytest.approx(NEWS_EVERY_S)
    now[0] += wait_s
    tell(conference)
    assert news.is_set()
    current = feed.current("c1")
    assert current is not None
    assert current.version == 49
    now[0] += NEWS_EVERY_S
    news.clear()
    feed.published("c1", 50, b"50")
    assert news.is_set()

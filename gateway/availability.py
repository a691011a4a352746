"""Seats left, for anyone: as an answer, and as a stream of Server-Sent Events."""

import asyncio
import contextlib

from aiohttp.web import StreamResponse

from gateway import replies
from gateway.acknowledged import min_version, until
from gateway.calls import Answer, Call, Parts
from gateway.feed import Current
from gateway.ids import conference_stream
from gateway.intake import CORRELATION_HEADER
from gateway.problems import Problem, not_found
from gateway.rendering import PUBLIC, SERVER
from gateway.routes import Anyone, Parameter, Route, Streams

PATH = "/api/v1/conferences/{slug}/availability"
COMMENT = b": still here\n\n"


async def _conference(call: Call) -> str:
    """The id of the published conference that is asked for. Raises ``Problem``."""
    parts = call.parts
    claim = await parts.slugs.claim(call.parameters["slug"])
    if claim is None:
        raise not_found("conference")
    stream = conference_stream(claim.conference)
    least = parts.acknowledged.version(stream)  # Whoever was told that it is published finds it.
    await until(lambda: parts.views.position(stream) >= least, parts.settings.min_version_wait_ms / 1000)
    if not parts.slugs.is_published(claim.conference):
        raise not_found("conference")
    return claim.conference


def _read_again(parts: Parts, conference: str) -> int:
    """The version that is known now, whatever is remembered; 0 when none is."""
    current = parts.feed.current(conference)
    found = parts.views.availability_document(conference)
    if found is not None:
        parts.feed.published(conference, *found)
    return max(current.version if current else 0, found[0] if found else 0)


async def read(call: Call) -> Answer:
    """What a newcomer could take now."""
    parts = call.parts
    conference = await _conference(call)
    if least := min_version(call.request.headers.get("Min-Version")):
        await until(lambda: _read_again(parts, conference) >= least, parts.settings.min_version_wait_ms / 1000)
    current = parts.feed.current(conference)
    if current is None:
        raise Problem("not-yet", "The seats of this conference are not known yet. Try again shortly.")
    return Answer(current.body, version=current.version)


async def stream(call: Call) -> StreamResponse:
    """Sends the availability at every change; what a slow listener misses is covered by the next."""
    parts = call.parts
    conference = await _conference(call)
    if parts.feed.closed or parts.feed.listening >= parts.settings.streams_max:
        raise Problem("busy", "There are too many streams. Try again shortly.")
    response = StreamResponse(
        headers={
            "Content-Type": "text/event-stream",
            **PUBLIC,
            "X-Accel-Buffering": "no",
            CORRELATION_HEADER: call.correlation,
            "Server": SERVER,
        }
    )
    response.force_close()  # A stream has no end but that of its connection.
    news = parts.feed.subscribe(conference)
    try:
        await response.prepare(call.request)
        with contextlib.suppress(ConnectionError):
            await _send(call, response, conference, news)
    finally:
        parts.feed.unsubscribe(conference, news)
    return response


async def _send(call: Call, response: StreamResponse, conference: str, news: asyncio.Event) -> None:
    feed, silence_s = call.parts.feed, call.parts.settings.stream_keepalive_ms / 1000
    sent = call.request.headers.get("Last-Event-ID", "")
    loop = asyncio.get_running_loop()
    silent_since = loop.time()
    while not feed.closed:
        current = feed.current(conference)
        news.clear()
        if current is not None and str(current.version) != sent:
            await response.write(_event(current))
            sent, silent_since = str(current.version), loop.time()
        elif loop.time() - silent_since >= silence_s:
            await response.write(COMMENT)
            silent_since = loop.time()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(1.0, max(silent_since + silence_s - loop.time(), 0.01))):
                await news.wait()


def _event(current: Current) -> bytes:
    return b"id: %d\nevent: availability\ndata: %b\n\n" % (current.version, current.body)


ROUTES = (
    Route("GET", PATH, read, Anyone(), "Seats left", {200: replies.Availability}),
    Route(
        "GET",
        f"{PATH}/stream",
        stream,
        Anyone(),
        "Seats left, at every change",
        {200: Streams.AVAILABILITY},
        parameters=(
            Parameter("Last-Event-ID", "the version that is known already", {"type": "string"}, place="header"),
        ),
    ),
)

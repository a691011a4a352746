"""How a conference stood at an earlier time: its logs folded up to then, by the entities themselves.

An entity folds a stretch of its log for each ask, so that those who buy are not kept waiting; this side asks on.
"""

import asyncio
from datetime import datetime
from typing import Final

import msgspec

from actors.messages.histories import StateThen
from gateway import order_replies
from gateway.audit import without_people
from gateway.calls import Answer, Call
from gateway.cursors import LIMIT_DEFAULT, LIMIT_MAX, decode_cursor, encode_cursor, integer, link_next
from gateway.ids import conference_stream, orders_stream, seats_stream
from gateway.instants import to_time
from gateway.planning import PATH, own
from gateway.ports import EntityFailure, UnknownStream
from gateway.problems import Problem, invalid, of_failure
from gateway.routes import PAGE, Member, Parameter, Route
from gateway.times import to_ms

ASKS_MAX: Final = 1_000
"""Of one stream: five million events."""

NOTHING: Final = StateThen("", 0, 0, True, 0, msgspec.Raw(b"\xc0"), "")


async def state(call: Call) -> Answer:
    """The conference, its inventory and a page of its orders as they stood then. Raises ``Problem``."""
    at_ms = _at(call.query.get("at"), call.parts.now_ms())
    limit = integer(call.query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
    after = decode_cursor(call.query.get("cursor", ""))
    conference = (await own(call)).conference
    with call.parts.looks.one():
        then = [
            await _ask(call, stream, at_ms, after if stream.startswith("orders-") else "", limit)
            for stream in (conference_stream(conference), seats_stream(conference), orders_stream(conference))
        ]
    of_conference, of_seats, of_orders = (without_people(msgspec.msgpack.decode(each.state)) for each in then)
    following = encode_cursor(then[2].next) if then[2].next else None
    body = order_replies.StateThen(
        at=to_time(at_ms),
        conference=of_conference,
        inventory=of_seats,
        orders=[] if of_orders is None else of_orders["orders"],
        next=following,
    )
    if following is None:
        return Answer(body)
    return Answer(body, headers={"Link": link_next(call.request.rel_url.raw_path, call.query, following)})


def _at(text: str | None, now_ms: int) -> int:
    if text is None:
        raise invalid("at", "is required: a time, as 2026-11-28T12:00:00Z")
    try:
        time = msgspec.convert(text.replace(" ", "+"), datetime)  # A plus sign of a query comes as a space.
    except msgspec.ValidationError:
        raise invalid("at", "Expected a time, as 2026-11-28T12:00:00Z") from None
    if time.tzinfo is None:
        raise invalid("at", "Expected a time with its offset, as 2026-11-28T12:00:00Z")
    at_ms = to_ms("at", time)
    if at_ms > now_ms:
        raise invalid("at", "is yet to come")
    return at_ms


async def _ask(call: Call, stream: str, at_ms: int, after: str, limit: int) -> StateThen:
    """The stream as it stood, asked for until its entity has come so far."""
    try:
        for _ in range(ASKS_MAX):
            then = await call.parts.entities.read_state(stream, at_ms, after, limit)
            if then.ready:
                return then
            await asyncio.sleep(0)  # Others' turn: the entity answers whoever buys in between.
    except UnknownStream:
        return NOTHING  # Nothing has happened there.
    except EntityFailure as failure:
        raise of_failure(failure) from failure
    raise Problem("not-yet", "It was longer ago than can be looked back at now.")


ROUTES = (
    Route(
        "GET",
        f"{PATH}/state",
        state,
        Member("viewer"),
        "How it stood at a time",
        {200: order_replies.StateThen},
        parameters=(Parameter("at", "the time", {"type": "string", "format": "date-time"}), *PAGE),
    ),
)

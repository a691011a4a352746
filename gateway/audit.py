"""What organisers can look at: reservations, the wait-list, and the events of their conference's logs."""

import asyncio
import re
from typing import Any, get_args

import msgspec

from actors.messages.envelopes import DescribedEvent, LogPage
from gateway import replies
from gateway.acknowledged import min_version, until
from gateway.calls import Answer, Call
from gateway.conferences import listed
from gateway.cursors import LIMIT_DEFAULT, LIMIT_MAX, decode_cursor, encode_cursor, integer, page_of
from gateway.ids import conference_stream, orders_stream, seats_stream
from gateway.instants import to_time
from gateway.planning import PATH, own
from gateway.ports import EntityFailure, UnknownStream
from gateway.problems import invalid, of_failure
from gateway.routes import PAGE, Lists, Member, Parameter, Route
from gateway.standing import reservation_of_row, seats_of

PERSONAL = frozenset(
    {"access", "attendee", "buyer", "client", "note", "subject"}
)  # Fields of events that stand for a person, if only by a hash or a name.
_CURSOR = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})*", re.ASCII)
_STATUSES = get_args(replies.Status)


async def _settled(call: Call) -> str:
    """The conference's id, once the read models know what this gateway told of its seats. Raises ``Problem``."""
    views = call.parts.views
    conference = (await own(call)).conference
    stream = seats_stream(conference)
    least = max(min_version(call.request.headers.get("Min-Version")), call.parts.acknowledged.version(stream))
    await until(lambda: views.position(stream) >= least, call.parts.settings.min_version_wait_ms / 1000)
    return conference


async def reservations(call: Call) -> Answer:
    """Reservations, oldest first, without their tokens."""
    page, status = page_of(call.query), call.query.get("status")
    if status is not None and status not in _STATUSES:
        raise invalid("status", f"Expected one of {', '.join(_STATUSES)}")
    conference = await _settled(call)
    rows, place = call.parts.views.reservations(conference, status, page.after, page.limit)
    items = [reservation_of_row(row, to_time(row.created_at_ms)) for row in rows]
    return listed(call, list(items), place)


async def wait_list(call: Call) -> Answer:
    """Who waits, head first."""
    page = page_of(call.query)
    conference = await _settled(call)
    rows, place = call.parts.views.wait_list(conference, page.after, page.limit)
    items = [
        replies.Waiter(row.reservation, row.position, seats_of(row.lines, "waiting"), to_time(row.since_ms))
        for row in rows
    ]
    return listed(call, list(items), place)


def streams_of(conference: str) -> tuple[str, ...]:
    """The conference's logs, in the order in which a cursor names their positions; new ones come last."""
    return (conference_stream(conference), seats_stream(conference), orders_stream(conference))


async def events(call: Call) -> Answer:
    """The audit feed: every event of the conference's logs once, each log in order and without gaps.

    A cursor holds a position in each log, so nothing is lost however the logs grow. ``next`` is
    null when there is nothing more for now.
    """
    limit = integer(call.query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
    streams = streams_of((await own(call)).conference)
    positions = _positions(call.query.get("after", ""), len(streams))
    pages = await asyncio.gather(
        *(_page(call, stream, position, limit) for stream, position in zip(streams, positions, strict=True))
    )
    merged = sorted(
        ((event.at_ms, index, event) for index, page in enumerate(pages) for event in page.described),
        key=lambda entry: entry[:2],  # Sorting is stable: within a log the order stays.
    )
    items = []
    for _, index, event in merged[:limit]:
        positions[index] = event.version
        items.append(_item(".".join(map(str, positions)), streams[index], event))
    more = any(position < page.head for position, page in zip(positions, pages, strict=True))
    return listed(call, list(items), ".".join(map(str, positions)) if more else None, "after")


def _positions(cursor: str, logs: int) -> list[int]:
    """The positions that a cursor names, 0 for logs that it does not know. Raises ``Problem``."""
    place = decode_cursor(cursor, "after")
    if not place:
        return [0] * logs
    positions = [int(part) for part in place.split(".")] if _CURSOR.fullmatch(place) else []
    if not positions or len(positions) > logs:
        raise invalid("after", "Expected the cursor of an event of this conference")
    return positions + [0] * (logs - len(positions))


async def _page(call: Call, stream: str, after: int, limit: int) -> LogPage:
    try:
        return await call.parts.entities.read_log(stream, after, limit)
    except UnknownStream:
        return LogPage(stream, 0, 0, after, [], [])  # Nothing has happened there yet.
    except EntityFailure as failure:
        raise of_failure(failure) from failure


def _item(place: str, stream: str, event: DescribedEvent) -> replies.AuditEvent:
    fields = msgspec.msgpack.decode(event.fields)
    return replies.AuditEvent(
        encode_cursor(place), stream, event.version, to_time(event.at_ms), event.type, without_people(fields)
    )


def without_people(value: Any) -> Any:
    """The fields without those that stand for a person."""
    match value:
        case dict():
            return {name: without_people(field) for name, field in value.items() if name not in PERSONAL}
        case list():
            return [without_people(each) for each in value]
        case _:
            return value


ROUTES = (
    Route(
        "GET",
        f"{PATH}/reservations",
        reservations,
        Member("viewer"),
        "Reservations",
        {200: Lists(replies.Reservation)},
        parameters=(
            Parameter("status", "only those", {"type": "string", "enum": list(_STATUSES)}),
            *PAGE,
        ),
    ),
    Route(
        "GET",
        f"{PATH}/wait-list",
        wait_list,
        Member("viewer"),
        "Who waits",
        {200: Lists(replies.Waiter)},
        parameters=PAGE,
    ),
    Route(
        "GET",
        f"{PATH}/events",
        events,
        Member("viewer"),
        "The audit feed",
        {200: Lists(replies.AuditEvent)},
        parameters=(
            Parameter("after", "the cursor of the last event that is known", {"type": "string"}),
            PAGE[1],
        ),
    ),
)

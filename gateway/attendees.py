"""Who comes: the attendee list as JSON and CSV, and everybody's badge as PDF, or one."""

from collections.abc import Mapping
from typing import Final

from actors.messages.terms import BadgeField
from gateway import order_replies
from gateway.calls import Answer, Call
from gateway.conferences import listed
from gateway.cursors import page_of
from gateway.documents.badges import BADGES_MAX, Badge
from gateway.documents.spreadsheets import AttendeeRow, attendees_csv
from gateway.instants import to_time
from gateway.negotiation import CSV_TYPE, PDF_TYPE, file, preferred
from gateway.order_view import own_orders
from gateway.people import attendee_of, known
from gateway.persons import People
from gateway.planning import PATH, current
from gateway.problems import Problem, invalid, not_found
from gateway.reading import ConferenceRow
from gateway.reading_orders import SeatRow
from gateway.routes import PAGE, Files, Lists, Member, Parameter, Route

SEATS_MAX: Final = 200_000
"""Seats of one attendee list as CSV."""

READ_AT_ONCE: Final = 200
"""Seats whose people are read from the vault together, so that others get their turn."""


async def attendees(call: Call) -> Answer:
    """Valid seats of confirmed orders, oldest order first; as JSON in pages, as CSV all of them."""
    if preferred(call) == CSV_TYPE:
        return await _as_csv(call)
    page = page_of(call.query)
    conference = await own_orders(call)
    rows, place = call.parts.order_views.seats(conference, page.after, page.limit)
    people = await known(call.parts, [row.seat.attendee for row in rows])
    return listed(call, [_listed(row, people) for row in rows], place)


def _listed(row: SeatRow, people: People) -> order_replies.ListedAttendee:
    seat = row.seat
    came = seat.checked_in_at_ms
    return order_replies.ListedAttendee(
        order=row.order,
        seat=seat.id,
        seat_type=seat.seat_type,
        attendee=attendee_of(people, seat.attendee),
        checked_in_at=to_time(came) if came else None,
        checked_in_where=seat.checked_in_where if came else None,
    )


async def _as_csv(call: Call) -> Answer:
    conference = await own_orders(call)
    row = await current(call)
    names = {seat_type.id: seat_type.name for seat_type in row.seat_types}
    rows = [
        _row(seat, people, names.get(seat.seat.seat_type, seat.seat.seat_type))
        for seat, people in await everybody(call, conference, SEATS_MAX)
    ]
    fields = list(dict.fromkeys(field.name for asked in row.terms.badge_fields.values() for field in asked))
    written = await call.parts.printing.documents.run(lambda: b"".join(attendees_csv(rows, fields)))
    return file(written, CSV_TYPE, f"{row.slug}-attendees.csv", charset="utf-8")


def _row(row: SeatRow, people: People, seat_type: str) -> AttendeeRow:
    seat, who = row.seat, attendee_of(people, row.seat.attendee)
    came = to_time(seat.checked_in_at_ms).isoformat() if seat.checked_in_at_ms else ""
    if who is None:
        return AttendeeRow(row.order, seat.id, seat_type, seat.status, checked_in_at=came)
    return AttendeeRow(row.order, seat.id, seat_type, seat.status, who.name, who.email, who.badge, came)


async def everybody(call: Call, conference: str, most: int) -> list[tuple[SeatRow, People]]:
    """All valid seats with the people that they name. Raises ``Problem`` for more than ``most``."""
    found: list[tuple[SeatRow, People]] = []
    after: str | None = ""
    while after is not None:
        rows, after = call.parts.order_views.seats(conference, after, READ_AT_ONCE)
        people = await known(call.parts, [row.seat.attendee for row in rows])
        found += [(row, people) for row in rows]
        if len(found) > most:
            raise Problem("invalid", f"There are more than {most} seats.", errors=[])
    return found


async def badges(call: Call) -> Answer:
    """A badge for every named seat, sorted by the name's last word, then the whole; or for one seat."""
    if call.query.get("sort", "name") != "name":
        raise invalid("sort", "Expected name")
    order, seat, seat_type = (call.query.get(name) for name in ("order", "seat", "seat_type"))
    conference = await own_orders(call)
    row = await current(call)
    chosen = [
        (each, people)
        for each, people in await everybody(call, conference, SEATS_MAX)
        if order in (None, each.order) and seat in (None, each.seat.id) and seat_type in (None, each.seat.seat_type)
    ]
    printed = [badge for each, people in chosen if (badge := _badge(row, each, people)) is not None]
    if not printed:
        raise not_found("named attendee")
    if len(printed) > BADGES_MAX:
        raise invalid("seat_type", f"there are more than {BADGES_MAX} badges: ask for one seat type at a time")
    document = await call.parts.printing.badges(conference, printed)
    return file(document, PDF_TYPE, f"{row.slug}-badges.pdf")


def _badge(conference: ConferenceRow, row: SeatRow, people: People) -> Badge | None:
    who = attendee_of(people, row.seat.attendee)
    if who is None:
        return None
    asked: Mapping[str, tuple[BadgeField, ...]] = conference.terms.badge_fields
    names = {seat_type.id: seat_type.name for seat_type in conference.seat_types}
    details = (who.badge.get(field.name, "") for field in asked.get(row.seat.seat_type, ()))
    return Badge(
        conference.details.name,
        names.get(row.seat.seat_type, ""),
        who.name,
        tuple(detail for detail in details if detail),
    )


async def progress(call: Call) -> Answer:
    """How far the badges are that were last asked for of this gateway."""
    done, total = call.parts.printing.progress(await own_orders(call))
    return Answer(order_replies.Badges(done, total))


ROUTES = (
    Route(
        "GET",
        f"{PATH}/attendees",
        attendees,
        Member("box_office"),
        "The attendee list",
        {200: Files((CSV_TYPE,), Lists(order_replies.ListedAttendee))},
        parameters=PAGE,
    ),
    Route(
        "GET",
        f"{PATH}/badges.pdf",
        badges,
        Member("box_office"),
        "Badges",
        {200: Files((PDF_TYPE,))},
        parameters=(
            Parameter("sort", "by the name's last word", {"type": "string", "enum": ["name"], "default": "name"}),
            Parameter("order", "of this order only", {"type": "string"}),
            Parameter("seat", "of this seat (of the order) only", {"type": "string"}),
            Parameter("seat_type", "of this seat type only", {"type": "string"}),
        ),
    ),
    Route(
        "GET",
        f"{PATH}/badges/progress",
        progress,
        Member("box_office"),
        "How many badges are printed",
        {200: order_replies.Badges},
    ),
)

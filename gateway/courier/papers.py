"""What a mail brings along: the tickets and the calendar file of an order."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from actors.messages.conference import ConferenceStands
from actors.messages.order_replies import OrderStands
from gateway.courier.facts import Person
from gateway.documents.calendars import Appointment, calendar_file
from gateway.documents.codes import CodeSigner
from gateway.documents.tickets import Ticket, tickets_pdf
from gateway.languages.catalogues import Language

_DRAWING = ThreadPoolExecutor(1, thread_name_prefix="drawing")
"""Drawing takes a whole core: more at a time would only keep other effects waiting longer."""


async def tickets(
    conference: ConferenceStands,
    order: OrderStands,
    organiser_name: str,
    people: Mapping[str, Person],
    codes: CodeSigner,
    language: Language,
) -> bytes:
    """A page for each valid seat, drawn in a thread of its own."""
    names = {seat_type.id: seat_type.name for seat_type in conference.seat_types}
    details = conference.details
    pages = tuple(
        Ticket(
            order=order.order,
            seat=seat.id,
            code=codes.code(order.order, seat.id),
            conference_name=details.name,
            seat_type_name=names.get(seat.seat_type, ""),
            starts_on=details.starts_on,
            ends_on=details.ends_on,
            location=details.location,
            organiser_name=organiser_name,
            attendee_name=people.get(seat.attendee, {}).get("name"),
        )
        for seat in order.seats
        if seat.status == "valid"
    )
    return await asyncio.get_running_loop().run_in_executor(_DRAWING, tickets_pdf, pages, language)


def calendar(conference: ConferenceStands, order: OrderStands) -> bytes:
    """The conference's days, under the order's id."""
    details = conference.details
    return calendar_file(
        Appointment(
            uid=order.order,
            version=conference.version + order.version,
            changed_at_ms=order.placed_at_ms,
            name=details.name,
            starts_on=details.starts_on,
            ends_on=details.ends_on,
            location=details.location,
            description=details.tagline,
        )
    )

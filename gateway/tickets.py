"""What the buyer of an order takes along: the tickets as PDF, and the days as a calendar file."""

from gateway.calls import Answer, Call
from gateway.documents.calendars import Appointment, calendar_file
from gateway.ids import conference_of_order
from gateway.languages.catalogues import nearest
from gateway.negotiation import CALENDAR_TYPE, PDF_TYPE, file
from gateway.order_view import standing
from gateway.orders import PATH
from gateway.people import attendee_of, known
from gateway.problems import Problem, not_found
from gateway.reading import ConferenceRow
from gateway.routes import LINK, Files, Holder, Route


def _conference(call: Call) -> ConferenceRow:
    row = call.parts.views.conference(conference_of_order(call.parameters["id"]) or "")
    if row is None:
        raise not_found("conference")
    return row


async def tickets(call: Call) -> Answer:
    """A page for each valid seat of a confirmed order."""
    from gateway.documents.tickets import Ticket, tickets_pdf  # Heavy: fonts, shaping and drawing.

    parts = call.parts
    stands = await standing(call, call.parameters["id"])
    seats = [seat for seat in stands.seats if seat.status == "valid"]
    if stands.status != "confirmed" or not seats:
        raise Problem("wrong-state", "There are tickets while the order is confirmed.")
    row, people = _conference(call), await known(parts, [seat.attendee for seat in seats])
    names = {seat_type.id: seat_type.name for seat_type in row.seat_types}
    organiser = await parts.workers.run(parts.accounts.organiser, row.organiser)
    attendees = {seat.id: attendee_of(people, seat.attendee) for seat in seats}
    pages = tuple(
        Ticket(
            order=stands.order,
            seat=seat.id,
            code=parts.tickets.of(stands.order, seat.id),
            conference_name=row.details.name,
            seat_type_name=names.get(seat.seat_type, ""),
            starts_on=row.details.starts_on,
            ends_on=row.details.ends_on,
            location=row.details.location,
            organiser_name=organiser or "",
            attendee_name=who.name if (who := attendees[seat.id]) is not None else None,
        )
        for seat in seats
    )
    written = await parts.printing.documents.run(tickets_pdf, pages, nearest(stands.language))
    return file(written, PDF_TYPE, f"{row.slug}-tickets.pdf")


async def calendar(call: Call) -> Answer:
    """The conference's days; a later file of the same order replaces an earlier one."""
    stands, row = await standing(call, call.parameters["id"]), _conference(call)
    details = row.details
    appointment = Appointment(
        uid=stands.order,
        version=row.version + stands.version,
        changed_at_ms=stands.placed_at_ms,
        name=details.name,
        starts_on=details.starts_on,
        ends_on=details.ends_on,
        location=details.location,
        description=details.tagline,
        cancelled=row.state == "cancelled" or stands.status not in ("awaiting_payment", "confirmed"),
    )
    written = await call.parts.printing.documents.run(calendar_file, appointment)
    return file(written, CALENDAR_TYPE, f"{row.slug}.ics", charset="utf-8")


ROUTES = (
    Route(
        "GET",
        f"{PATH}/tickets.pdf",
        tickets,
        Holder("order", link=True),
        "The tickets of an order",
        {200: Files((PDF_TYPE,))},
        parameters=(LINK,),
        conflicts=("wrong-state",),
    ),
    Route(
        "GET",
        f"{PATH}/calendar.ics",
        calendar,
        Holder("order", link=True),
        "The days as a calendar file",
        {200: Files((CALENDAR_TYPE,))},
        parameters=(LINK,),
    ),
)

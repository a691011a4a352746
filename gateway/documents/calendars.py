"""Calendar files (RFC 5545): the days of a conference, so that a calendar replaces what it knew when they move."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event, vText
from msgspec import Struct

from gateway.documents.plain_text import one_line

PRODUCT: Final = "-//Contoso//Conference Management System//EN"
SEQUENCE_MAX: Final = 2**31 - 1


class Appointment(Struct, frozen=True):
    """A conference as its attendee's calendar shows it. Days are ``YYYY-MM-DD``, the last one included.

    ``uid``: the same as long as it is the same appointment (the order's id). ``version``: grows with every change
    (the conference's version). ``changed_at_ms``: when that version came to be.
    """

    uid: str
    version: int
    changed_at_ms: int
    name: str
    starts_on: str
    ends_on: str
    location: str = ""
    description: str = ""
    url: str = ""
    cancelled: bool = False


def calendar_file(appointment: Appointment) -> bytes:
    """The file: the same bytes for the same appointment, whenever it is asked for."""
    event = Event()
    event.add("uid", f"{appointment.uid}@contoso-conference")
    event.add("sequence", min(appointment.version, SEQUENCE_MAX))
    changed_at = datetime.fromtimestamp(appointment.changed_at_ms // 1000, UTC)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("summary", vText(one_line(appointment.name)))
    event.add("dtstart", date.fromisoformat(appointment.starts_on))
    # The end of an all-day event is the first day after it (RFC 5545, 3.6.1).
    event.add("dtend", date.fromisoformat(appointment.ends_on) + timedelta(days=1))
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if appointment.cancelled else "OPAQUE")
    for name, text in (("location", appointment.location), ("description", appointment.description)):
        if text := one_line(text, 1_000):
            event.add(name, vText(text))
    if appointment.url:
        event.add("url", appointment.url)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())

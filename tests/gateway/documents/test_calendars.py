"""Calendar files, read back by the library."""

from datetime import date

import msgspec
from icalendar import Calendar

from gateway.documents.calendars import Appointment, calendar_file

APPOINTMENT = Appointment(
    uid="cabc-oxyz",
    version=7,
    changed_at_ms=1_795_000_000_000,
    name="Waiting; lists, and more\r\nATTENDEE:mailto:eve@example.com",
    starts_on="2027-03-01",
    ends_on="2027-03-03",
    location="Köln",
)


def test_the_file_holds_the_days_of_the_conference() -> None:
    (event,) = Calendar.from_ical(calendar_file(APPOINTMENT)).walk("VEVENT")
    assert event.decoded("dtstart") == date(2027, 3, 1)
    assert event.decoded("dtend") == date(2027, 3, 4)  # The first day after it.
    assert event["location"] == "Köln"


def test_a_later_version_replaces_the_earlier_one_in_a_calendar() -> None:
    moved = msgspec.structs.replace(APPOINTMENT, version=8, starts_on="2027-03-02")
    (first,) = Calendar.from_ical(calendar_file(APPOINTMENT)).walk("VEVENT")
    (second,) = Calendar.from_ical(calendar_file(moved)).walk("VEVENT")
    assert first["uid"] == second["uid"]
    assert (first["sequence"], second["sequence"]) == (7, 8)


def test_a_name_cannot_smuggle_in_a_property() -> None:
    (event,) = Calendar.from_ical(calendar_file(APPOINTMENT)).walk("VEVENT")
    assert "attendee" not in event
    assert event["summary"] == "Waiting; lists, and more ATTENDEE:mailto:eve@example.com"


def test_a_cancelled_conference_is_marked_so() -> None:
    (event,) = Calendar.from_ical(calendar_file(msgspec.structs.replace(APPOINTMENT, cancelled=True))).walk("VEVENT")
    assert event["status"] == "CANCELLED"


def test_the_same_appointment_is_the_same_file_in_lines_of_75_octets() -> None:
    assert calendar_file(APPOINTMENT) == calendar_file(APPOINTMENT)
    assert all(len(line) <= 75 for line in calendar_file(APPOINTMENT).split(b"\r\n"))

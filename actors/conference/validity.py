"""What details and seat types must satisfy to be of use: ranges, and fields that go together.

Whether a time zone, a currency or a day exists is checked where the request is parsed:
the tables and calendars that know are not part of a decision. A refusal's ``subject`` is the field as
the organiser knows it, without a unit.
"""

import re

from actors.messages.conference import Details, SeatType
from actors.messages.refusals import Refused

HOLD_SECONDS_MIN = 5
HOLD_SECONDS_MAX = 7 * 86_400  # of holds and of offers
QUOTA_MAX = 1_000_000
PRICE_MINOR_MAX = 10**12
LIMIT_MAX = 1_000_000  # of the organiser's own limits, where 0 means none
TIME_MS_MAX = 253_402_300_799_999  # the end of the year 9999
SEAT_TYPES_MAX = 200
DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")  # sorts as text


def check_details(details: Details) -> Refused | None:
    """Why these details can't stand, or ``None``."""
    return (
        _day("starts_on", details.starts_on)
        or _day("ends_on", details.ends_on)
        or (invalid("ends_on", "ends before it starts") if details.ends_on < details.starts_on else None)
        or within("hold_seconds", details.hold_seconds, HOLD_SECONDS_MIN, HOLD_SECONDS_MAX)
        or within("offer_seconds", details.offer_seconds, HOLD_SECONDS_MIN, HOLD_SECONDS_MAX)
        or within("seats_per_reservation_max", details.seats_per_reservation_max, 0, LIMIT_MAX)
        or within("holds_per_client_max", details.holds_per_client_max, 0, LIMIT_MAX)
    )


def check_seat_type(seat_type: SeatType) -> Refused | None:
    """Why this seat type can't stand, or ``None``."""
    opens, closes = seat_type.sale_opens_at_ms, seat_type.sale_closes_at_ms
    return (
        within("price", seat_type.price_minor, 0, PRICE_MINOR_MAX)
        or within("quota", seat_type.quota, 0, QUOTA_MAX)
        or within("max_per_reservation", seat_type.max_per_reservation or 0, 0, LIMIT_MAX)
        or within("sale_opens_at", opens or 0, 0, TIME_MS_MAX)
        or within("sale_closes_at", closes or 0, 0, TIME_MS_MAX)
        or (
            invalid("sale_closes_at", "closes before the sale opens")
            if opens is not None and closes is not None and closes <= opens
            else None
        )
    )


def within(field: str, number: int, least: int, most: int) -> Refused | None:
    if least <= number <= most:
        return None
    return Refused("invalid", f"must be from {least} to {most}", number=most if number > most else least, subject=field)


def _day(field: str, text: str) -> Refused | None:
    return None if DAY.fullmatch(text) else invalid(field, "is no date like 2026-11-28")


def invalid(field: str, problem: str) -> Refused:
    return Refused("invalid", problem, subject=field)

"""Times on the wire: Unix milliseconds inside, RFC 3339 in UTC outside."""

import datetime

from gateway.problems import invalid

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MILLISECOND = datetime.timedelta(milliseconds=1)
_LAST_MS = 253_402_300_799_999  # The end of the year 9999.


def to_time(ms: int) -> datetime.datetime:
    """Milliseconds since 1970 as a time."""
    return EPOCH + datetime.timedelta(0, 0, 0, ms)


def to_ms(field: str, time: datetime.datetime) -> int:
    """A time as milliseconds since 1970. Raises ``Problem`` outside the years 1970 to 9999."""
    ms = (time - EPOCH) // _MILLISECOND
    if not 0 <= ms <= _LAST_MS:
        raise invalid(field, "Expected a time in the years 1970 to 9999")
    return ms

"""Times that clients send, as Unix milliseconds."""

import datetime

from gateway.instants import EPOCH
from gateway.problems import invalid

_MILLISECOND = datetime.timedelta(milliseconds=1)
_LAST_MS = 253_402_300_799_999  # The end of the year 9999.


def to_ms(field: str, time: datetime.datetime) -> int:
    """A time as milliseconds since 1970. Raises ``Problem`` outside the years 1970 to 9999."""
    ms = (time - EPOCH) // _MILLISECOND
    if not 0 <= ms <= _LAST_MS:
        raise invalid(field, "Expected a time in the years 1970 to 9999")
    return ms

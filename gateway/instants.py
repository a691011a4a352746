"""Moments: Unix milliseconds inside, times in UTC outside."""

import datetime

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def to_time(ms: int) -> datetime.datetime:
    """Milliseconds since 1970 as a time."""
    return EPOCH + datetime.timedelta(0, 0, 0, ms)

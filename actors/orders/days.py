"""Days as numbers: when a day like ``2026-11-28`` begins, in Unix milliseconds, UTC."""

import re

DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
MS_PER_DAY = 86_400_000


def midnight_ms(day: str) -> int:
    """When the day ``YYYY-MM-DD`` begins; a day that its month does not have is one of the next month."""
    year, month, number = (int(part) for part in day.split("-"))
    if month <= 2:  # Years that begin in March have the leap day at their end.
        year, month = year - 1, month + 12
    days = year * 365 + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + number - 1
    return (days - 719_468) * MS_PER_DAY

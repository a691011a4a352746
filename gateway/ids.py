"""Fresh ids and what an id says: the id of a reservation or an order starts with its conference's.

``c`` + 12, ``<conference>-r`` + 26, ``st`` + 8, ``p`` + 26 characters of lower-case base32, all random but the
first 8 of a reservation's 26: the time, so that rows by id are written side by side. 90 random bits are left.
"""

import re
import secrets
import time

_ALPHABET = b"abcdefghijklmnopqrstuvwxyz234567"
_TO_LETTERS = bytes(_ALPHABET[byte & 31] for byte in range(256))  # Five random bits of each byte.
_IN_ORDER = "234567abcdefghijklmnopqrstuvwxyz"  # The same letters as they sort.
_TIME_LETTERS = 8
_TIME_START_NS = 1_767_225_600 * 10**9  # 2026; 40 bits of 2 ms last for 73 years.
_TIME_SHIFT = 21  # Nanoseconds to units of 2.1 ms.
_POOL_BYTES = 4096  # One call to the kernel serves 157 reservations.

CONFERENCE_PATTERN = r"c[a-z2-7]{12}"
_CONFERENCE = re.compile(CONFERENCE_PATTERN)
_RESERVATION = re.compile(rf"({CONFERENCE_PATTERN})-r[a-z2-7]{{26}}")
_ORDER = re.compile(rf"({CONFERENCE_PATTERN})-o[a-z2-7]{{26}}")


class Ids:
    """A source of fresh ids. Not shared between processes: made after the fork."""

    def __init__(self) -> None:
        self._pool, self._next = b"", 0
        self._unit, self._time = -1, ""

    def letters(self, count: int) -> str:
        """``count`` random base32 letters, 5 bits each; at most 64."""
        start = self._next
        end = start + count
        if end > len(self._pool):
            self._pool = secrets.token_bytes(_POOL_BYTES).translate(_TO_LETTERS)
            start, end = 0, count
        self._next = end
        return self._pool[start:end].decode()

    def conference(self) -> str:
        return "c" + self.letters(12)

    def reservation(self, conference: str) -> str:
        return f"{conference}-r{self._now()}{self.letters(26 - _TIME_LETTERS)}"

    def order(self, conference: str) -> str:
        return f"{conference}-o{self._now()}{self.letters(26 - _TIME_LETTERS)}"

    def _now(self) -> str:
        unit = (time.time_ns() - _TIME_START_NS) >> _TIME_SHIFT
        if unit != self._unit:
            self._unit = unit
            self._time = "".join(_IN_ORDER[unit >> shift & 31] for shift in range(5 * _TIME_LETTERS - 5, -1, -5))
        return self._time

    def seat_type(self) -> str:
        return "st" + self.letters(8)

    def subject(self) -> str:
        """A person's name in the vault."""
        return "p" + self.letters(26)

    def key(self) -> bytes:
        """A key for a command whose client sent none (16 bytes)."""
        return secrets.token_bytes(16)


def conference_of(reservation: str) -> str | None:
    """The conference that a reservation's id names; ``None`` when it is no such id."""
    match = _RESERVATION.fullmatch(reservation)
    return match[1] if match else None


def conference_of_order(order: str) -> str | None:
    """The conference that an order's id names; ``None`` when it is no such id."""
    match = _ORDER.fullmatch(order)
    return match[1] if match else None


def conference_stream(conference: str) -> str:
    """The stream of the conference itself."""
    return f"conference-{conference}"


def seats_stream(conference: str) -> str:
    """The stream of its seat inventory."""
    return f"seats-{conference}"


def orders_stream(conference: str) -> str:
    """The stream of its orders."""
    return f"orders-{conference}"

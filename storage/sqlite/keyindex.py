"""Which positions may hold a key: eight bytes a key, in memory.

An index in the database would dirty a page of its own for nearly every key, for keys are hashes and
fall anywhere: four times the cost of the append itself. Here an entry is one 64-bit number, the
key's first 32 bits above the position's 32, in sorted arrays split by the leading bits. Whoever asks
compares the whole key with the record at each candidate.
"""

import sys
from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

POSITION_MAX = 2**32 - 1
PART_ENTRIES_MAX = 1024
"""Mean length above which the parts are halved: what one insertion moves stays small."""

_PREFIX_BITS = 32


class KeyIndex:
    """Keys (at least 4 bytes, evenly spread) to candidate positions, 0 to ``POSITION_MAX``."""

    def __init__(self, entries: bytes = b"") -> None:
        """Empty, or what ``to_bytes`` gave. Raises ``ValueError`` when that is no whole number of entries."""
        whole = array("Q")
        whole.frombytes(entries)
        if sys.byteorder == "big":
            whole.byteswap()
        self._parts = [whole]
        self._shift = _PREFIX_BITS
        self._count = len(whole)
        self._halve_while_long()

    def __len__(self) -> int:
        return self._count

    def add(self, keyed: Iterable[tuple[bytes, int]]) -> None:
        """Adds keys, each with its position."""
        parts, shift, number = self._parts, self._shift, int.from_bytes
        added = 0
        for key, position in keyed:
            prefix = number(key[:4], "big")
            insort(parts[prefix >> shift], prefix << _PREFIX_BITS | position)
            added += 1
        self._count += added
        self._halve_while_long()

    def candidates(self, keys: Iterable[bytes]) -> list[tuple[bytes, list[int]]]:
        """The keys that may be known with their positions, ascending; nearly every unknown key is left out."""
        if not self._count:
            return []
        parts, shift, number = self._parts, self._shift, int.from_bytes
        found = []
        for key in keys:
            prefix = number(key[:4], "big")
            part = parts[prefix >> shift]
            at = bisect_left(part, prefix << _PREFIX_BITS)
            if at < len(part) and part[at] >> _PREFIX_BITS == prefix:
                end = bisect_left(part, (prefix + 1) << _PREFIX_BITS, at) if prefix < POSITION_MAX else len(part)
                found.append((key, [entry & POSITION_MAX for entry in part[at:end]]))
        return found

    def drop_below(self, position: int) -> None:
        """Forgets every position under this one."""
        self._parts = [
            array("Q", [entry for entry in part if entry & POSITION_MAX >= position]) for part in self._parts
        ]
        self._count = sum(map(len, self._parts))

    def to_bytes(self, up_to: int = POSITION_MAX) -> bytes:
        """All entries up to a position, sorted, little-endian."""
        whole = array("Q", self._entries(up_to)) if up_to < POSITION_MAX else array("Q", b"".join(self._parts))
        if sys.byteorder == "big":
            whole.byteswap()
        return whole.tobytes()

    def _entries(self, up_to: int) -> Iterator[int]:
        return (entry for part in self._parts for entry in part if entry & POSITION_MAX <= up_to)

    def _halve_while_long(self) -> None:
        while self._count > PART_ENTRIES_MAX * len(self._parts) and self._shift:
            self._shift -= 1
            halves = []
            for number, part in enumerate(self._parts):
                middle = bisect_left(part, (2 * number + 1) << (_PREFIX_BITS + self._shift))
                halves += [part[:middle], part[middle:]]
            self._parts = halves

"""The snapshot of one stream: a file of its own beside the log, written whole and renamed into place.

It is a cache with a checksum, so it is not synced: after a power cut it may be missing or torn, and
is then dropped. Beside the fold it holds the keys up to its position, so that a log that wakes from
it reads nothing older, and the sum of the record at its position, so that it fits no other log.
"""

import os
import struct
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from storage.eventlog import Snapshot
from storage.sqlite.chain import SUM_BYTES

_FIELDS = struct.Struct("<10sqqqqq16s")
_MAGIC = b"snapshot.1"


class Kept(NamedTuple):
    """A snapshot with the sum of the record at its position and the keys up to it (as ``KeyIndex.to_bytes``)."""

    snapshot: Snapshot
    sum: bytes
    keys: bytes


def write_snapshot(path: Path, kept: Kept) -> None:
    """Replaces the snapshot. Raises ``OSError``."""
    state, keys = kept.snapshot.state, kept.keys
    fields = _FIELDS.pack(
        _MAGIC,
        kept.snapshot.position,
        kept.snapshot.at_ms,
        kept.snapshot.fold_version,
        len(state),
        len(keys),
        kept.sum,
    )
    fresh = path.with_suffix(".snapshot-new")
    with fresh.open("wb") as file:
        for piece in (_sum(fields, state, keys), fields, state, keys):
            file.write(piece)
    os.replace(fresh, path)


def read_snapshot(path: Path) -> Kept | None:
    """The snapshot, or None when there is none or it fails its checksum. Raises ``OSError``."""
    try:
        content = memoryview(path.read_bytes())
    except FileNotFoundError:
        return None
    total, fields, rest = content[:SUM_BYTES], content[SUM_BYTES:][: _FIELDS.size], content[SUM_BYTES + _FIELDS.size :]
    if len(fields) < _FIELDS.size or total != _sum(fields, rest):
        return None
    magic, position, at_ms, fold_version, state_bytes, keys_bytes, chained = _FIELDS.unpack(fields)
    if magic != _MAGIC or state_bytes + keys_bytes != len(rest):
        return None
    state, keys = bytes(rest[:state_bytes]), bytes(rest[state_bytes:])
    return Kept(Snapshot(position, at_ms, fold_version, state), chained if position else b"", keys)


def _sum(*pieces: bytes | memoryview) -> bytes:
    digest = blake2b(digest_size=SUM_BYTES)
    for piece in pieces:
        digest.update(piece)
    return digest.digest()

"""The head anchor: a small file beside each log that says how far the log had come.

It is written after each commit and not synced, so after a power cut it may lag behind the log, but
it never leads: a log that ends before its anchor was shortened, replaced by an older one, or lost.
Two slots are written in turn, so that a torn write leaves the one before it readable.
"""

import os
import struct
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

SLOT_BYTES = 64
_FIELDS = struct.Struct("<8sqqq16s")
_MAGIC = b"anchor.1"
_SUM_BYTES = SLOT_BYTES - _FIELDS.size


class Anchor(NamedTuple):
    """The log's head at ``position`` with the sum of its record, written under ``epoch`` (0: never opened)."""

    epoch: int
    position: int
    sum: bytes


class AnchorFile:
    """The anchor of one stream, kept open for writing."""

    def __init__(self, path: Path, stream: str, *, create: bool) -> None:
        """Opens it, or makes one that says "never opened". Raises ``FileNotFoundError``, ``OSError``."""
        self._stream = stream.encode()
        self._turn = 0
        self._fd = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
        if create and os.fstat(self._fd).st_size == 0:
            self.write(Anchor(epoch=0, position=0, sum=b""))
            self.sync()
            sync_folder(path.parent)

    def read(self) -> Anchor | None:
        """The newest readable slot, or None when both are damaged."""
        found, self._turn = _newest(os.pread(self._fd, 2 * SLOT_BYTES, 0), self._stream)
        return found

    def write(self, anchor: Anchor) -> None:
        """Writes the other slot; not synced."""
        self._turn += 1
        fields = _FIELDS.pack(_MAGIC, self._turn, anchor.epoch, anchor.position, anchor.sum)
        os.pwrite(self._fd, fields + _slot_sum(fields, self._stream), self._turn % 2 * SLOT_BYTES)

    def sync(self) -> None:
        os.fsync(self._fd)

    def close(self) -> None:
        os.close(self._fd)


def read_anchor(path: Path, stream: str) -> Anchor | None:
    """Reads an anchor without opening its log; None when it is missing or damaged."""
    try:
        found, _turn = _newest(path.read_bytes(), stream.encode())
    except FileNotFoundError:
        return None
    return found


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _newest(content: bytes, stream: bytes) -> tuple[Anchor | None, int]:
    best: Anchor | None = None
    best_turn = 0
    for start in (0, SLOT_BYTES):
        slot = content[start : start + SLOT_BYTES]
        fields, written = slot[: _FIELDS.size], slot[_FIELDS.size :]
        if len(slot) == SLOT_BYTES and written == _slot_sum(fields, stream):
            _magic, turn, epoch, position, total = _FIELDS.unpack(fields)
            if turn > best_turn:
                best, best_turn = Anchor(epoch, position, total if position else b""), turn
    return best, best_turn


def _slot_sum(fields: bytes, stream: bytes) -> bytes:
    return blake2b(fields + stream, digest_size=_SUM_BYTES).digest()

"""How records lie in a row, and the chain of checksums over them.

One row holds what was appended together: frames of ``length (4 bytes) | sum (16 bytes) | record``, the record as a
msgpack array of the fields of ``Record``. A sum is 16 bytes of BLAKE2b over the sum before it and the
record's bytes; the first record is chained to a sum of the stream's name, so a log that was put in another's
place does not fit from its first record on. The sums find damage, not forgery: whoever can write
the file can also compute them.
"""

import struct
from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from storage.eventlog import Record

SUM_BYTES = 16
KEY_BYTES = 16

FRAME = struct.Struct(f"<I{SUM_BYTES}s")

encode = msgspec.msgpack.Encoder().encode
decode_record = msgspec.msgpack.Decoder(Record).decode


def first_sum(stream: str) -> bytes:
    """What the first record of a stream is chained to."""
    return blake2b(b"contoso event log 1\0" + stream.encode(), digest_size=SUM_BYTES).digest()


def sum_after(previous: bytes, content: bytes) -> bytes:
    """The sum of ``content`` chained to ``previous``."""
    return blake2b(previous + content, digest_size=SUM_BYTES).digest()


def frames(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Sum and record of each frame. Raises ``struct.error`` where the body ends within a frame's head."""
    offset, end = 0, len(body)
    unpack, head_bytes = FRAME.unpack_from, FRAME.size
    while offset < end:
        length, total = unpack(body, offset)
        offset += head_bytes
        yield total, body[offset : offset + length]
        offset += length

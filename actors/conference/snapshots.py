"""A conference's state as bytes, for a snapshot. A change of shape needs a new ``FOLD_VERSION``."""

from actors.conference.state import Conference
from actors.messages.codec import Decoder, encode

FOLD_VERSION = 2

_decode: Decoder[Conference] = Decoder(Conference)


def freeze(conference: Conference) -> bytes:
    """The state as msgpack, fields by name."""
    return encode(conference)


def thaw(frozen: bytes) -> Conference:
    """The state back; raises ``Malformed`` for anything else."""
    return _decode(frozen)

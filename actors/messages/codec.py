"""How messages become bytes and bytes become messages.

Every message is a frozen struct that msgpack holds as ``["name.N", field, …]``: the
tag names the message and the version N of its shape. Fields are only ever appended,
with a default; any other change is a new N. Only these bytes cross a process or
reach a disk.
"""

import logging
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")

log = logging.getLogger(__name__)

encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder().encode


class Malformed(Exception):
    """Bytes that are no message of the expected kind; says what was expected where."""


class Decoder(Generic[T]):
    """Decodes one kind of message (a struct or a union of structs) strictly."""

    def __init__(self, kind: Any) -> None:
        self._decode: Callable[[bytes | msgspec.Raw], T] = msgspec.msgpack.Decoder(kind).decode

    def __call__(self, frame: bytes | msgspec.Raw) -> T:
        try:
            return self._decode(frame)
        except (msgspec.DecodeError, msgspec.ValidationError) as problem:
            raise Malformed(str(problem)) from problem

    def known(self, frame: bytes) -> T | None:
        """The message; ``None``, and a line in the log, for one that was meant for another: addresses are reused."""
        try:
            return self(frame)
        except Malformed as problem:
            log.warning("message-dropped", extra={"problem": str(problem)})
            return None

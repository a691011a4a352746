"""Reads events of any age: an event once written is never rewritten, its reader lifts it to today's shape."""

from collections.abc import Callable
from typing import Any

import msgspec

from actors.messages.codec import Decoder, Malformed

LIFTS_MAX = 100  # steps from the oldest shape to today's; more is a circle


class EventReader:
    """Decodes the events of one kind, old shapes included.

    ``lifts`` maps an old tag (``name.N``) to a function from the old event's fields to
    the next shape's ``[tag, field, …]``. Raises ``Malformed`` for what no release has written.
    """

    def __init__(self, events: Any, lifts: dict[str, Callable[[list[Any]], list[Any]]]) -> None:
        self._events, self._lifts = events, lifts
        self._decode: Decoder[Any] = Decoder(events)

    def __call__(self, data: bytes | msgspec.Raw) -> Any:
        try:
            return self._decode(data)
        except Malformed:
            if not self._lifts:
                raise
            return self._lift(data)

    def _lift(self, data: bytes | msgspec.Raw) -> Any:
        shape = msgspec.msgpack.decode(data)
        for _ in range(LIFTS_MAX):
            if not (isinstance(shape, list) and shape):
                break
            lift = self._lifts.get(shape[0])
            if lift is None:
                break
            shape = lift(shape[1:])
        try:
            return msgspec.convert(shape, type=self._events)
        except msgspec.ValidationError as problem:
            raise Malformed(f"an event of no known shape: {problem}") from problem


def tag_of(event: Any) -> str:
    """An event's type for people: its tag without the version of its shape."""
    return str(type(event).__struct_config__.tag).rpartition(".")[0]


def described(event: Any) -> tuple[str, dict[str, Any]]:
    """An event's type and its fields by name, in JSON's types."""
    return tag_of(event), _by_name(event)


def _by_name(value: Any) -> Any:
    match value:
        case msgspec.Struct():
            return {
                name: _by_name(field)
                for name in value.__struct_fields__
                if (field := getattr(value, name)) is not msgspec.UNSET
            }
        case tuple() | list():
            return [_by_name(item) for item in value]
        case dict():
            return {key: _by_name(item) for key, item in value.items()}
        case _:
            return value

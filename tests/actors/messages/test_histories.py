"""The bytes of a look back, read by the msgpack library, which shares no code with the encoder."""

from typing import Any

import msgpack
import pytest
from msgspec import Raw

from actors.messages.codec import Decoder, encode
from actors.messages.histories import InventoryThen, OrdersThen, ReadState, SeatsThen, StateThen

ANY: Decoder[Any] = Decoder(ReadState | StateThen | InventoryThen | OrdersThen)
GOLDEN = [
    (ReadState("seats-c1", 3, 4, 1_000, "50", 10), ["read-state.1", "seats-c1", 3, 4, 1_000, "50", 10]),
    (
        StateThen("seats-c1", 3, 4, True, 9, Raw(encode({"a": 1})), "60"),
        ["state-then.1", "seats-c1", 3, 4, True, 9, {"a": 1}, "60"],
    ),
    (
        InventoryThen(9, 2, {"st1": SeatsThen(5, 1, 2, 3, 4)}),
        ["inventory-then.1", 9, 2, {"st1": [5, 1, 2, 3, 4]}],
    ),
    (OrdersThen(9, 0, ()), ["orders-then.1", 9, 0, []]),
]


@pytest.mark.parametrize(("message", "plain"), GOLDEN, ids=[str(plain[0]) for _, plain in GOLDEN])
def test_a_message_is_its_array_and_nothing_else(message: Any, plain: list[Any]) -> None:
    unpack: Any = msgpack.unpackb  # type: ignore[attr-defined]  # typed by its C half only
    assert unpack(encode(message)) == plain
    assert encode(ANY(encode(message))) == encode(message)

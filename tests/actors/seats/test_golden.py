"""The bytes of an inventory's messages and events, as they were first written. They never change.

``golden.txt`` holds a line per message: its tag and its bytes in hexadecimal. A new
shape gets a new tag and a new line; a line that was released stays as it is.
"""

from pathlib import Path
from typing import Any, get_args

import msgpack
import msgspec
import pytest

from actors.messages.codec import Decoder, Malformed, encode
from actors.messages.refusals import REMEMBERED, Reason, Refused
from actors.messages.seats import (
    Cancel,
    CancelSeats,
    Configuration,
    Configure,
    Configured,
    Confirm,
    Confirmed,
    CutQuota,
    Ended,
    Expire,
    Extend,
    Held,
    Keep,
    Line,
    Reserve,
    SeatCommand,
    SeatReply,
    SeatTerms,
    Unchanged,
    WaitListed,
)
from actors.seats.events import (
    HoldExtended,
    HoldKept,
    InventoryConfigured,
    QuotaCut,
    SeatEvent,
    SeatsConfirmed,
    SeatsGivenBack,
    SeatsHeld,
    SeatsOffered,
    SeatsReleased,
    WaitListClosed,
    WaitListJoined,
    WaitListLeft,
)

NAME = "cabcdefghijkl-rabcdefghijklmnopqrstuvwxyz"
GENERAL, DINNER = "stgeneral1", "stdinner22"
LINES = (Line(GENERAL, 3, 2, 12_500), Line(DINNER, 1, 0, 4_000))
AT = 1_790_000_000_000
CONFIGURATION = Configuration(
    9, "published", "EUR", "first_fit", 900_000, 86_400_000, 20, 3,
    (
        SeatTerms(GENERAL, "admission", 12_500, 300),
        SeatTerms(DINNER, "event", 4_000, 70_000, AT, AT + 1, 2, True, True),
    ),
)  # fmt: skip

SAMPLES: list[Any] = [
    Reserve(NAME, "client", {GENERAL: 3, DINNER: 1}, True, True, True, "s1"),
    Extend(NAME),
    Cancel(NAME),
    CancelSeats(NAME, {GENERAL: 1}),
    Confirm(NAME, LINES),
    Keep(NAME, AT),
    Expire(NAME, 70_000),
    CutQuota(GENERAL, 250),
    Configure(CONFIGURATION),
    Held(NAME, LINES, "EUR", AT, True, 300),
    WaitListed(NAME, LINES, "EUR", 17, 300),
    Confirmed(NAME, LINES, "EUR", 300),
    Ended(NAME, LINES, "EUR", "expired", 300),
    Unchanged(300),
    Configured(9, 300),
    Refused("sold-out", "not enough seats are left", {GENERAL: 0, DINNER: 2}, 7, GENERAL),
    InventoryConfigured(CONFIGURATION),
    QuotaCut(GENERAL, 250),
    SeatsHeld(NAME, "client", LINES, 70_000, AT),
    WaitListJoined(NAME, LINES, True, True, "s1", 17),
    SeatsOffered(NAME, LINES, 70_000, AT),
    HoldExtended(NAME, LINES, 70_000, AT, True),
    HoldKept(NAME, LINES, 70_000, AT, True),
    SeatsConfirmed(NAME, LINES, True),
    SeatsReleased(NAME, LINES, "declined"),
    SeatsGivenBack(NAME, {GENERAL: 1}, LINES),
    WaitListLeft(NAME, LINES),
    WaitListClosed(),
]
GOLDEN = dict(line.split(" ") for line in Path(__file__).with_name("golden.txt").read_text().splitlines())

_shapes = [get_args(kind) for kind in (SeatCommand, SeatReply, SeatEvent)]
_read: list[Decoder[Any]] = [Decoder(kind) for kind in (SeatCommand, SeatReply, SeatEvent)]


def tag(message: Any) -> str:
    return str(type(message).__struct_config__.tag)


def plain(value: Any) -> Any:
    """A message as lists and maps, by its fields' names and not by the codec."""
    if isinstance(value, msgspec.Struct):
        config = value.__struct_config__
        fields = [plain(getattr(value, name)) for name in value.__struct_fields__]
        return [config.tag, *fields] if config.tag is not None else fields
    return [plain(each) for each in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("message", SAMPLES, ids=tag)
def test_a_message_has_the_bytes_it_always_had(message: Any) -> None:
    assert encode(message).hex() == GOLDEN[tag(message)]


@pytest.mark.parametrize("message", SAMPLES, ids=tag)
def test_the_bytes_are_read_back_as_the_same_message(message: Any) -> None:
    (read,) = [read for read, shapes in zip(_read, _shapes, strict=True) if type(message) in shapes]
    assert read(bytes.fromhex(GOLDEN[tag(message)])) == message


@pytest.mark.parametrize("message", SAMPLES, ids=tag)
def test_another_msgpack_sees_the_tag_and_the_fields_in_order(message: Any) -> None:
    assert msgpack.loads(bytes.fromhex(GOLDEN[tag(message)])) == plain(message)


def test_every_message_and_event_has_its_golden_line() -> None:
    assert {str(shape.__struct_config__.tag) for shapes in _shapes for shape in shapes} == set(GOLDEN)


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_of_a_refusal_has_a_word_on_the_wire(reason: Reason) -> None:
    frame = msgpack.dumps(["refused.1", reason, "why"])
    assert _read[1](frame) == Refused(reason, "why")
    assert set(get_args(Reason)) >= REMEMBERED


def test_prolonged_holds_of_before_there_was_a_word_for_offers_are_holds() -> None:
    older = msgpack.dumps(["hold-extended.1", NAME, [], 7, AT])
    assert _read[2](older) == HoldExtended(NAME, (), 7, AT, False)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        msgpack.dumps({"reserve": 1}),
        msgpack.dumps(["reserve.2", NAME, "", {}]),
        msgpack.dumps(["reserve.1", NAME]),
        msgpack.dumps(["reserve.1", NAME, "", {GENERAL: "1"}]),
        msgpack.dumps(["reserve.1", NAME, "", {GENERAL: 1.5}]),
    ],
)
def test_other_bytes_are_no_command(frame: bytes) -> None:
    with pytest.raises(Malformed):
        _read[0](frame)

"""The bytes of the orders' messages and events, as they were first written. They never change.

``golden.txt`` holds a line per message: its tag and its bytes in hexadecimal. A new
shape gets a new tag and a new line; a line that was released stays as it is.
"""

from pathlib import Path
from typing import Any, get_args

import msgpack
import pytest

from actors.messages import order_replies as r
from actors.messages import orders as c
from actors.messages.codec import Decoder, encode
from actors.messages.fees import FeeStructure
from actors.messages.refusals import Refused
from actors.messages.seats import Line
from actors.orders import events as e

CID = "cabcdefghijkl"
ORDER, RESERVATION = f"{CID}-oabcdefghijklmnopqrstuvwxyz", f"{CID}-rabcdefghijklmnopqrstuvwxyz"
REFUND, BUYER, AT = f"{ORDER}-f1", "pabcdefghijklmnopqrstuvwxyz", 1_795_867_200_000
FEE = FeeStructure(99, 250, 100, None, "attendee", "kept", "2026-12-01")
TERMS = c.OrderTerms(
    7, "published", "EUR", AT, (FEE,), AT, 1_000, None, 14, (c.SeatTypeTerms("stabcdefgh", "event", True),)
)
LINES = (Line("stabcdefgh", 3, 2, 12_500),)

SAMPLES: list[Any] = [
    c.ConfigureOrders(TERMS),
    c.PlaceOrder(ORDER, RESERVATION, BUYER, "stripe", "de", "2026-11-28", "a1b2", "held", LINES, "EUR", AT),
    c.NotePayment(ORDER, "sandbox", "pay_1", 25_000, "EUR"),
    c.NoteDecline(ORDER, "sandbox", "pay_1"),
    c.MarkPaid(ORDER),
    c.CancelOrder(ORDER, "organiser"),
    c.CancelSeat(ORDER, "2", "buyer"),
    c.RefundOrder(ORDER, 500, "pnote"),
    c.NoteRefund(ORDER, REFUND, "failed", "re_1", "card-closed"),
    c.NameAttendee(ORDER, "2", BUYER, "organiser"),
    c.CheckIn(ORDER, "2", "north"),
    c.UndoCheckIn(ORDER, "2"),
    c.NoteSecured(ORDER, 1),
    c.NoteUnsecured(ORDER, 1),
    c.NoteReturned(ORDER, 3),
    c.Lapse(ORDER),
    c.CloseOrder(ORDER),
    r.OrderStands(
        ORDER,
        RESERVATION,
        "refunding",
        False,
        BUYER,
        "stripe",
        "de",
        "2026-11-28",
        AT,
        AT + 1,
        "EUR",
        25_000,
        800,
        25_000,
        (r.OrderSeat("1", "stabcdefgh", 12_500, 400, "cancelled", BUYER, AT, "north"),),
        (r.OrderRefund(REFUND, "stripe", "pay_1", 500, "EUR", "seat-cancelled", "done", "pnote"),),
        300,
    ),
    r.CheckedIn(ORDER, "2", "stabcdefgh", BUYER, AT, "north", 301),
    r.OrdersConfigured(7, 302),
    Refused("already-checked-in", "this ticket was shown before", None, AT, "north"),
    e.OrderTermsChanged(TERMS),
    e.OrderPlaced(
        ORDER, RESERVATION, BUYER, "stripe", "de", "2026-11-28", "a1b2", LINES, "EUR", FEE, (400,), 25_800, AT
    ),
    e.PaymentCaptured(ORDER, "sandbox", "pay_1", 25_000, "EUR"),
    e.PaymentDeclined(ORDER, "sandbox", "pay_1"),
    e.SecuringStarted(ORDER, 1),
    e.OrderConfirmed(ORDER, 2, 25_000, 800, "EUR"),
    e.OrderNotSecured(ORDER),
    e.OrderLapsed(ORDER),
    e.OrderCancelled(ORDER, "buyer", "asked", ("1", "2"), 2_500, 4),
    e.SeatCancelled(ORDER, "1", "stabcdefgh", "buyer", 1_250, 5),
    e.PricesReturned(ORDER, 1, (e.SeatShare("1", 11_250, 360),), "EUR"),
    e.RefundDue(ORDER, REFUND, "stripe", "pay_1", 11_250, "EUR", "seat-cancelled", "pnote"),
    e.RefundDone(ORDER, REFUND, "re_1"),
    e.RefundFailed(ORDER, REFUND, "card-closed"),
    e.SeatsReturned(ORDER, 5),
    e.AttendeeNamed(ORDER, "2", BUYER),
    e.SeatCheckedIn(ORDER, "2", "stabcdefgh", BUYER, AT, "north"),
    e.CheckInUndone(ORDER, "2"),
]
GOLDEN = dict(line.split(" ") for line in Path(__file__).with_name("golden.txt").read_text().splitlines())

_read: list[Decoder[Any]] = [Decoder(kind) for kind in (c.OrderCommand, r.OrderReply, e.OrderEvent)]
_shapes = [get_args(kind) for kind in (c.OrderCommand, r.OrderReply, e.OrderEvent)]


def tag(message: Any) -> str:
    return str(type(message).__struct_config__.tag)


@pytest.mark.parametrize("message", SAMPLES, ids=tag)
def test_a_message_has_the_bytes_it_always_had(message: Any) -> None:
    assert encode(message).hex() == GOLDEN[tag(message)]


@pytest.mark.parametrize("message", SAMPLES, ids=tag)
def test_the_bytes_are_read_back_as_the_same_message(message: Any) -> None:
    (read,) = [read for read, shapes in zip(_read, _shapes, strict=True) if type(message) in shapes]
    assert read(bytes.fromhex(GOLDEN[tag(message)])) == message


@pytest.mark.parametrize("message", SAMPLES, ids=tag)
def test_another_msgpack_sees_the_tag_and_the_fields_in_order(message: Any) -> None:
    name, *fields = msgpack.loads(bytes.fromhex(GOLDEN[tag(message)]))
    assert name == tag(message)
    assert len(fields) == len(message.__struct_fields__)


def test_every_message_and_event_has_its_golden_line() -> None:
    tags = {str(shape.__struct_config__.tag) for shapes in _shapes for shape in shapes}
    assert tags <= set(GOLDEN)

"""The bytes of a conference's messages and events, as they were first written. They never change.

``golden.txt`` holds a line per message: its tag and its bytes in hexadecimal. A new
shape gets a new tag and a new line; a line that was released stays as it is.
"""

from pathlib import Path
from typing import Any, get_args

import msgpack
import pytest

from actors.conference.events import (
    ConferenceArchived,
    ConferenceCancelled,
    ConferenceCreated,
    ConferenceEvent,
    ConferencePublished,
    ConferenceUnpublished,
    DetailsEdited,
    FeeAgreed,
    PapersSet,
    PersonnelSet,
    SeatTypeAdded,
    SeatTypeEdited,
    SeatTypeRetired,
    TermsEdited,
)
from actors.messages.codec import Decoder, encode
from actors.messages.conference import (
    AddSeatType,
    Archive,
    CancelConference,
    ConferenceCommand,
    ConferenceReply,
    ConferenceStands,
    CreateConference,
    Details,
    DetailsChanges,
    EditConference,
    EditSeatType,
    EditTerms,
    Publish,
    RetireSeatType,
    SeatType,
    SeatTypeChanges,
    SeatTypeStands,
    SetCharacteristics,
    Unpublish,
)
from actors.messages.fees import FeeStructure
from actors.messages.refusals import Refused
from actors.messages.terms import BadgeField, KeyPerson, Papers, Terms, TermsChanges

CID = "cabcdefghijkl"
DAYS = ("2027-05-01", "2027-05-03")
DETAILS = Details(
    "PyCon",
    "Drei Tage",
    "2027-05-01",
    "2027-05-03",
    "Europe/Berlin",
    "EUR",
    "Hallo",
    "Köln",
    "first_fit",
    60,
    3600,
    4,
    0,
)
DETAILS_CHANGES = DetailsChanges(name="PyCon DE", wait_list="strict", hold_seconds=900)
SEAT_TYPE = SeatType("stabcdefgh", "Dinner", "event", 4_000, 30, 1_790_000_000_000, None, 2, True, False)
SEAT_TYPE_CHANGES = SeatTypeChanges(quota=20, sale_opens_at_ms=None, max_per_reservation=4)
PAPERS = Papers("reviewed", 3)
FEE = FeeStructure(99, 250, 100, None, "attendee", "kept", "2026-12-01")
PERSONNEL = (KeyPerson("chair", "pabc"),)
BADGE: dict[str, tuple[BadgeField, ...]] = {SEAT_TYPE.id: (BadgeField("menu", "Menu", "choice", True, ("a", "b")),)}
TERMS = Terms(1_790_000_000_000, 1_000, None, 7, BADGE)
TERMS_CHANGES = TermsChanges(refund_kept_bp=500, naming_until_ms=None, badge_fields=BADGE)
STEPS = [Publish(), Unpublish(), CancelConference(), Archive()]
ENDS = [ConferencePublished(), ConferenceUnpublished(), ConferenceCancelled(), ConferenceArchived()]

SAMPLES: list[Any] = [
    CreateConference(CID, "oabc", "pycon", DETAILS),
    EditConference(7, DETAILS_CHANGES),
    *STEPS,
    AddSeatType(SEAT_TYPE),
    EditSeatType(8, SEAT_TYPE.id, SEAT_TYPE_CHANGES),
    RetireSeatType(9, SEAT_TYPE.id),
    SetCharacteristics(10, PAPERS, FEE, PERSONNEL),
    EditTerms(11, TERMS_CHANGES),
    ConferenceStands(CID, "oabc", "pycon", "published", DETAILS, (SEAT_TYPE,), 300, PAPERS, (FEE,), PERSONNEL, TERMS),
    SeatTypeStands(CID, SEAT_TYPE, 70_000),
    Refused("stale-version", "the conference has changed since you read it", None, 9, None),
    ConferenceCreated(CID, "oabc", "pycon", DETAILS),
    DetailsEdited(DETAILS_CHANGES),
    *ENDS,
    SeatTypeAdded(SEAT_TYPE),
    SeatTypeEdited(SEAT_TYPE.id, SEAT_TYPE_CHANGES),
    SeatTypeRetired(SEAT_TYPE.id),
    PapersSet(PAPERS),
    FeeAgreed(FEE),
    PersonnelSet(PERSONNEL),
    TermsEdited(TERMS_CHANGES),
]
GOLDEN = dict(line.split(" ") for line in Path(__file__).with_name("golden.txt").read_text().splitlines())

_read: list[Decoder[Any]] = [Decoder(kind) for kind in (ConferenceCommand, ConferenceReply, ConferenceEvent)]
_shapes = [get_args(kind) for kind in (ConferenceCommand, ConferenceReply, ConferenceEvent)]


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

"""Seat types: add, edit, retire."""

from typing import Any

import pytest
from msgspec.structs import replace

from actors.conference.events import (
    ConferenceArchived,
    ConferenceCancelled,
    ConferenceUnpublished,
    SeatTypeAdded,
    SeatTypeEdited,
    SeatTypeRetired,
)
from actors.conference.validity import SEAT_TYPES_MAX
from actors.messages.conference import AddSeatType, EditSeatType, RetireSeatType, SeatType, SeatTypeChanges
from tests.actors.conference.given import DRAFT, GENERAL, NOTHING, PUBLISHED

DINNER = SeatType(id="stdinner00", name="Dinner", kind="event", price_minor=0, quota=0, requires_admission=True)
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"price_minor": -1}, "price"),
    ({"price_minor": 10**12 + 1}, "price"),
    ({"quota": -1}, "quota"),
    ({"quota": 1_000_001}, "quota"),
    ({"max_per_reservation": -1}, "max_per_reservation"),
    ({"sale_opens_at_ms": 2_000, "sale_closes_at_ms": 2_000}, "sale_closes_at"),
    ({"sale_opens_at_ms": -1}, "sale_opens_at"),
    ({"sale_closes_at_ms": 2**62}, "sale_closes_at"),
]


def edit(version: int, **changes: Any) -> EditSeatType:
    return EditSeatType(version, GENERAL.id, SeatTypeChanges(**changes))


def test_a_seat_type_is_added_to_a_draft_or_to_what_is_on_sale() -> None:
    DRAFT.when(AddSeatType(DINNER)).then(SeatTypeAdded(DINNER))
    PUBLISHED.when(AddSeatType(DINNER)).then(SeatTypeAdded(DINNER))


def test_a_seat_type_is_never_added_as_retired() -> None:
    DRAFT.when(AddSeatType(replace(DINNER, retired=True))).then(SeatTypeAdded(DINNER))


def test_an_id_names_one_seat_type() -> None:
    DRAFT.when(AddSeatType(GENERAL)).refused("invalid", subject="id")


def test_a_conference_has_a_limited_number_of_seat_types_retired_ones_included() -> None:
    many = [SeatTypeAdded(replace(GENERAL, id=f"st{number:08}")) for number in range(SEAT_TYPES_MAX - 1)]
    full = DRAFT.given(*many, SeatTypeRetired(GENERAL.id))
    full.when(AddSeatType(DINNER)).refused("invalid", subject="seat_types", number=SEAT_TYPES_MAX)


@pytest.mark.parametrize(("wrong", "subject"), WRONG)
def test_terms_that_cannot_stand_are_refused_by_field(wrong: dict[str, Any], subject: str) -> None:
    DRAFT.when(AddSeatType(replace(DINNER, **wrong))).refused("invalid", subject=subject)
    DRAFT.when(edit(2, **wrong)).refused("invalid", subject=subject)


def test_terms_at_the_edge_of_their_range_stand() -> None:
    edge: dict[str, Any] = {"price_minor": 10**12, "quota": 1_000_000, "sale_opens_at_ms": 1, "sale_closes_at_ms": 2}
    DRAFT.when(edit(2, **edge)).then(SeatTypeEdited(GENERAL.id, SeatTypeChanges(**edge)))


def test_an_edit_records_only_what_changes() -> None:
    PUBLISHED.when(edit(3, name="General", price_minor=9_900)).then(
        SeatTypeEdited(GENERAL.id, SeatTypeChanges(price_minor=9_900))
    )


def test_an_edit_that_changes_nothing_causes_nothing() -> None:
    PUBLISHED.when(edit(3, quota=100)).then()


def test_an_edit_may_take_a_limit_away() -> None:
    limited = DRAFT.given(SeatTypeEdited(GENERAL.id, SeatTypeChanges(max_per_reservation=4, sale_closes_at_ms=9)))
    changes = SeatTypeChanges(max_per_reservation=None, sale_closes_at_ms=None)
    limited.when(EditSeatType(3, GENERAL.id, changes)).then(SeatTypeEdited(GENERAL.id, changes))
    assert limited.given(SeatTypeEdited(GENERAL.id, changes)).conference.seat_types[GENERAL.id] == GENERAL


def test_the_edited_window_is_checked_as_a_whole() -> None:
    opens = DRAFT.given(SeatTypeEdited(GENERAL.id, SeatTypeChanges(sale_opens_at_ms=5_000)))
    opens.when(edit(3, sale_closes_at_ms=4_000)).refused("invalid", subject="sale_closes_at")


def test_the_kind_may_change_before_the_first_publication_and_never_after() -> None:
    DRAFT.when(edit(2, kind="event")).then(SeatTypeEdited(GENERAL.id, SeatTypeChanges(kind="event")))
    PUBLISHED.when(edit(3, kind="event")).refused("invalid", subject="kind")
    PUBLISHED.given(ConferenceUnpublished()).when(edit(4, kind="event")).refused("invalid", subject="kind")


def test_an_older_version_is_refused_with_the_current_one() -> None:
    PUBLISHED.when(edit(2, quota=5)).refused("stale-version", number=3)
    PUBLISHED.when(RetireSeatType(2, GENERAL.id)).refused("stale-version", number=3)


def test_an_unknown_seat_type_is_named() -> None:
    DRAFT.when(EditSeatType(2, "stnone", SeatTypeChanges(quota=1))).refused("unknown-seat-type", subject="stnone")
    DRAFT.when(RetireSeatType(2, "stnone")).refused("unknown-seat-type", subject="stnone")


def test_a_seat_type_is_retired_and_stays_known() -> None:
    PUBLISHED.when(RetireSeatType(3, GENERAL.id)).then(SeatTypeRetired(GENERAL.id))
    retired = PUBLISHED.given(SeatTypeRetired(GENERAL.id))
    assert retired.conference.seat_types == {GENERAL.id: replace(GENERAL, retired=True)}


def test_a_draft_may_retire_a_seat_type_too() -> None:
    DRAFT.when(RetireSeatType(2, GENERAL.id)).then(SeatTypeRetired(GENERAL.id))


def test_a_retired_seat_type_is_retired_again_without_effect_and_edited_no_more() -> None:
    retired = PUBLISHED.given(SeatTypeRetired(GENERAL.id))
    retired.when(RetireSeatType(4, GENERAL.id)).then()
    retired.when(edit(4, quota=5)).refused("wrong-state")


@pytest.mark.parametrize("end", [ConferenceCancelled(), ConferenceArchived()])
def test_seat_types_stand_still_once_the_conference_has_ended(end: ConferenceCancelled | ConferenceArchived) -> None:
    ended = PUBLISHED.given(end)
    ended.when(AddSeatType(DINNER)).refused("wrong-state")
    ended.when(edit(4, quota=5)).refused("wrong-state")
    ended.when(RetireSeatType(4, GENERAL.id)).refused("wrong-state")


def test_what_was_never_created_has_no_seat_types() -> None:
    NOTHING.when(AddSeatType(DINNER)).refused("not-standing")


def test_a_lower_quota_of_what_is_on_sale_needs_the_inventorys_leave() -> None:
    PUBLISHED.when(edit(3, quota=5)).refused("stale-version", number=3)
    PUBLISHED.when(replace(edit(3, quota=5), granted=True)).then(SeatTypeEdited(GENERAL.id, SeatTypeChanges(quota=5)))


def test_a_draft_asks_nobody_for_a_lower_quota() -> None:
    DRAFT.when(edit(2, quota=5)).then(SeatTypeEdited(GENERAL.id, SeatTypeChanges(quota=5)))

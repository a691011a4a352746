"""Creating a conference and editing its details."""

from typing import Any

import pytest
from msgspec.structs import replace

from actors.conference.events import (
    ConferenceArchived,
    ConferenceCancelled,
    ConferenceCreated,
    ConferenceUnpublished,
    DetailsEdited,
)
from actors.messages.conference import CreateConference, Details, DetailsChanges, EditConference
from tests.actors.conference.given import CREATED, DETAILS, DRAFT, NOTHING, PUBLISHED


def create(details: Details) -> CreateConference:
    return CreateConference("c000000000001", "o1", "pycon", details)


def test_a_conference_is_created_as_a_draft() -> None:
    NOTHING.when(create(DETAILS)).then(ConferenceCreated("c000000000001", "o1", "pycon", DETAILS))
    assert NOTHING.given(CREATED).conference.state == "draft"


def test_a_conference_is_created_once() -> None:
    DRAFT.when(create(DETAILS)).refused("wrong-state")


def test_what_was_never_created_cannot_be_edited() -> None:
    NOTHING.when(EditConference(0, DetailsChanges(name="X"))).refused("not-standing")


@pytest.mark.parametrize(
    ("wrong", "subject"),
    [
        ({"starts_on": "tomorrow"}, "starts_on"),
        ({"starts_on": "2027-13-01"}, "starts_on"),
        ({"ends_on": "20270503"}, "ends_on"),
        ({"ends_on": "2027-04-30"}, "ends_on"),
        ({"hold_seconds": 4}, "hold_seconds"),
        ({"hold_seconds": 7 * 86_400 + 1}, "hold_seconds"),
        ({"offer_seconds": 4}, "offer_seconds"),
        ({"offer_seconds": 7 * 86_400 + 1}, "offer_seconds"),
        ({"seats_per_reservation_max": -1}, "seats_per_reservation_max"),
        ({"holds_per_client_max": 1_000_001}, "holds_per_client_max"),
    ],
)
def test_details_that_cannot_stand_are_refused_by_field(wrong: dict[str, Any], subject: str) -> None:
    NOTHING.when(create(replace(DETAILS, **wrong))).refused("invalid", subject=subject)
    DRAFT.when(EditConference(2, DetailsChanges(**wrong))).refused("invalid", subject=subject)


@pytest.mark.parametrize(
    "edge",
    [
        {"starts_on": "2027-05-03"},
        {"hold_seconds": 5, "offer_seconds": 7 * 86_400},
        {"seats_per_reservation_max": 0, "holds_per_client_max": 0},
    ],
)
def test_details_at_the_edge_of_their_range_stand(edge: dict[str, Any]) -> None:
    DRAFT.when(EditConference(2, DetailsChanges(**edge))).then(DetailsEdited(DetailsChanges(**edge)))


def test_a_moved_conference_is_checked_as_a_whole() -> None:
    DRAFT.when(EditConference(2, DetailsChanges(starts_on="2027-06-01"))).refused("invalid", subject="ends_on")


def test_an_edit_records_only_what_changes() -> None:
    DRAFT.when(EditConference(2, DetailsChanges(name="PyCon", tagline="Hi"))).then(
        DetailsEdited(DetailsChanges(tagline="Hi"))
    )


def test_an_edit_that_changes_nothing_causes_nothing() -> None:
    DRAFT.when(EditConference(2, DetailsChanges(name="PyCon"))).then()
    DRAFT.when(EditConference(2, DetailsChanges())).then()


def test_an_edit_of_an_older_version_is_refused_with_the_current_one() -> None:
    DRAFT.when(EditConference(1, DetailsChanges(name="X"))).refused("stale-version", number=2)
    DRAFT.when(EditConference(3, DetailsChanges(name="X"))).refused("stale-version", number=2)


def test_the_currency_may_change_before_the_first_publication() -> None:
    DRAFT.when(EditConference(2, DetailsChanges(currency="CHF"))).then(DetailsEdited(DetailsChanges(currency="CHF")))


def test_the_currency_stays_once_published() -> None:
    PUBLISHED.when(EditConference(3, DetailsChanges(currency="CHF"))).refused("invalid", subject="currency")
    PUBLISHED.given(ConferenceUnpublished()).when(EditConference(4, DetailsChanges(currency="CHF"))).refused(
        "invalid", subject="currency"
    )


def test_an_unchanged_currency_does_not_stop_another_edit() -> None:
    PUBLISHED.when(EditConference(3, DetailsChanges(currency="EUR", name="X"))).then(
        DetailsEdited(DetailsChanges(name="X"))
    )


def test_a_cancelled_conference_may_still_explain_itself() -> None:
    changes = DetailsChanges(description="Cancelled: the venue flooded")
    PUBLISHED.given(ConferenceCancelled()).when(EditConference(4, changes)).then(DetailsEdited(changes))


def test_an_archived_conference_is_edited_no_more() -> None:
    PUBLISHED.given(ConferenceArchived()).when(EditConference(4, DetailsChanges(name="X"))).refused("wrong-state")

"""What the inventory is told, and what it is asked first."""

from actors.conference.configuration import configuration, cuts
from actors.conference.events import ConferenceCancelled, DetailsEdited, SeatTypeAdded, SeatTypeRetired
from actors.conference.kind import CONFERENCE
from actors.messages.conference import (
    ConferenceCommand,
    DetailsChanges,
    EditConference,
    EditSeatType,
    RetireSeatType,
    SeatType,
    SeatTypeChanges,
)
from actors.messages.seats import Configuration, Configure, CutQuota, SeatTerms
from tests.actors.conference.given import DRAFT, GENERAL, NOTHING, PUBLISHED


def lower(version: int, quota: int) -> EditSeatType:
    return EditSeatType(version, GENERAL.id, SeatTypeChanges(quota=quota))


def test_the_configuration_holds_what_reserving_needs_with_spans_in_milliseconds() -> None:
    dinner = SeatType("stdinner00", "Dinner", "event", 4_000, 30, 1_000, 2_000, 2, requires_admission=True)
    changes = DetailsChanges(
        wait_list="first_fit", hold_seconds=60, offer_seconds=3_600, seats_per_reservation_max=4, holds_per_client_max=0
    )
    past = PUBLISHED.given(SeatTypeAdded(dinner), SeatTypeRetired(GENERAL.id), DetailsEdited(changes))
    assert configuration(past.conference) == Configuration(
        version=6,
        state="published",
        currency="EUR",
        policy="first_fit",
        hold_ms=60_000,
        offer_ms=3_600_000,
        seats_per_reservation_max=4,
        holds_per_client_max=0,
        seat_types=(
            SeatTerms(GENERAL.id, "admission", 12_500, 100, retired=True),
            SeatTerms("stdinner00", "event", 4_000, 30, 1_000, 2_000, 2, requires_admission=True),
        ),
    )


def test_a_lower_quota_is_asked_of_the_inventory_first() -> None:
    assert cuts(PUBLISHED.conference, lower(3, 99)) == CutQuota(GENERAL.id, 99)


def test_nothing_is_asked_where_no_quota_falls() -> None:
    others: list[ConferenceCommand] = [
        lower(3, 100),
        lower(3, 101),
        EditSeatType(3, GENERAL.id, SeatTypeChanges(name="X")),
        EditSeatType(3, "stnone", SeatTypeChanges(quota=1)),
        EditConference(3, DetailsChanges(name="X")),
        RetireSeatType(3, GENERAL.id),
    ]
    assert [cuts(PUBLISHED.conference, command) for command in others] == [None] * len(others)


def test_nothing_is_asked_for_an_edit_that_is_refused_anyway() -> None:
    assert cuts(PUBLISHED.conference, lower(2, 5)) is None
    assert cuts(PUBLISHED.conference, lower(3, -1)) is None
    assert cuts(PUBLISHED.given(ConferenceCancelled()).conference, lower(4, 5)) is None


def test_nothing_is_asked_before_the_first_publication() -> None:
    assert cuts(DRAFT.conference, lower(2, 5)) is None


def test_the_configuration_must_be_in_force_before_anyone_is_answered() -> None:
    (wish,) = CONFERENCE.wishes(PUBLISHED.conference)
    assert (wish.name, wish.stamp, wish.stream) == ("configure", 3, "seats-c000000000001")
    assert wish.command == Configure(configuration(PUBLISHED.conference))
    assert wish.before_answers


def test_an_inventory_is_not_needed_before_the_first_publication() -> None:
    assert list(CONFERENCE.wishes(NOTHING.conference)) == []
    assert list(CONFERENCE.wishes(DRAFT.conference)) == []


def test_a_cut_is_a_wish_that_the_edit_waits_for() -> None:
    wish = CONFERENCE.consult(PUBLISHED.conference, lower(3, 5))
    assert wish is not None
    assert (wish.stream, wish.command) == ("seats-c000000000001", CutQuota(GENERAL.id, 5))
    assert CONFERENCE.consult(PUBLISHED.conference, lower(3, 500)) is None

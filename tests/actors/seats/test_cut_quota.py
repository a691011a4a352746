"""CutQuota: down to what is taken at most, ahead of the configuration that records it (rule 1)."""

import pytest
from msgspec.structs import replace

from actors.messages.seats import Cancel, Configured, Confirm, CutQuota, Expire
from actors.seats.events import QuotaCut, SeatsOffered, WaitListLeft
from actors.seats.kind import SEATS
from tests.actors.seats.given import GENERAL, OFFER_MS, OPEN, asks, nothing_of, selling, taken, waits


def test_a_quota_is_lowered_down_to_what_is_taken() -> None:
    outcome = OPEN.after(asks("ana", general=2)).when(CutQuota("general", 2))
    outcome.then(QuotaCut("general", 2))
    outcome.answered(Configured(1, 3))


def test_below_what_is_taken_it_is_refused_with_that_number() -> None:
    OPEN.after(asks("ana", general=2)).when(CutQuota("general", 1)).refused(
        "quota-below-taken", number=2, subject="general"
    )


def test_held_offered_and_confirmed_seats_are_taken() -> None:
    scenario = selling(replace(GENERAL, quota=6)).after(
        asks("ana", general=3), Confirm("ana", ()), asks("bob", general=3), waits("eve", general=3), Cancel("bob")
    )
    scenario.when(CutQuota("general", 5)).refused("quota-below-taken", number=6)


@pytest.mark.parametrize("quota", [3, 4])
def test_one_that_is_no_lower_changes_nothing(quota: int) -> None:
    outcome = OPEN.when(CutQuota("general", quota))
    outcome.then()
    outcome.answered(Configured(1, 1))


def test_an_unknown_seat_type_or_a_negative_quota_is_refused() -> None:
    OPEN.when(CutQuota("nosuch", 1)).refused("unknown-seat-type", subject="nosuch")
    OPEN.when(CutQuota("general", -1)).refused("invalid", subject="quota")


def test_who_waits_for_more_than_the_new_quota_stops_blocking_idle_seats() -> None:
    blocked = OPEN.after(asks("ana", general=1), waits("bob", general=3), waits("eve", general=1))
    cut = blocked.after(CutQuota("general", 2))
    assert SEATS.next_deadline_ms(cut.state) == 1
    assert SEATS.due(cut.state, 5, 10) == [Expire("bob", 0)]
    cut.when(Expire("bob", 0), at=5).then(
        WaitListLeft("bob", nothing_of(general=3)), SeatsOffered("eve", taken(general=1), 2, 5 + OFFER_MS)
    )

"""Cancel: whatever comes back goes to whoever waits, in the same decision (rules 3 and 4)."""

import pytest
from msgspec.structs import replace

from actors.messages.seats import Cancel, Configure, Confirm, Ended, Expire, SalesState
from actors.seats.events import SeatsHeld, SeatsOffered, SeatsReleased, WaitListLeft
from tests.actors.seats.given import (
    DINNER,
    GENERAL,
    HOLD_MS,
    OFFER_MS,
    OPEN,
    asks,
    configured,
    nothing_of,
    selling,
    taken,
    waits,
)

FULL = OPEN.after(asks("ana", general=3))


def test_a_hold_is_given_back() -> None:
    outcome = FULL.when(Cancel("ana"), at=50)
    outcome.then(SeatsReleased("ana", taken(general=3), "cancelled"))
    outcome.answered(Ended("ana", taken(general=3), "EUR", "cancelled", 3))
    FULL.after(Cancel("ana")).when(asks("bob", general=3)).then(SeatsHeld("bob", "", taken(general=3), 2, HOLD_MS))


def test_it_is_given_back_once() -> None:
    FULL.after(Cancel("ana")).when(Cancel("ana")).refused("not-standing", subject="ana")


def test_confirmed_seats_are_given_back() -> None:
    FULL.after(Confirm("ana", ())).when(Cancel("ana")).then(SeatsReleased("ana", taken(general=3), "cancelled"))


def test_confirmed_seats_stay_when_only_unconfirmed_ones_are_meant() -> None:
    FULL.after(Confirm("ana", ())).when(Cancel("ana", unconfirmed=True)).refused("wrong-state")
    FULL.when(Cancel("ana", unconfirmed=True)).then(SeatsReleased("ana", taken(general=3), "cancelled"))


def test_freed_seats_are_offered_in_order_to_all_whom_they_fit() -> None:
    waiting = FULL.after(waits("bob", general=1), waits("eve", general=2), waits("kim", general=1))
    waiting.when(Cancel("ana"), at=50).then(
        SeatsReleased("ana", taken(general=3), "cancelled"),
        SeatsOffered("bob", taken(general=1), 2, 50 + OFFER_MS),
        SeatsOffered("eve", taken(general=2), 3, 50 + OFFER_MS),
    )


def test_under_strict_the_head_blocks_until_its_whole_request_fits() -> None:
    two_back = OPEN.after(
        asks("ana", general=2), asks("kim", general=1), waits("bob", general=3), waits("eve", general=1)
    )
    two_back.when(Cancel("ana")).then(SeatsReleased("ana", taken(general=2), "cancelled"))
    two_back.after(Cancel("ana")).when(Cancel("kim")).then(
        SeatsReleased("kim", taken(general=1), "cancelled"), SeatsOffered("bob", taken(general=3), 3, OFFER_MS)
    )


def test_under_first_fit_the_first_whose_request_fits_is_served_and_who_is_skipped_keeps_the_place() -> None:
    two_back = selling(GENERAL, policy="first_fit").after(
        asks("ana", general=2),
        asks("kim", general=1),
        waits("bob", general=3),
        waits("eve", general=1),
        waits("joe", general=1),
    )
    served = (SeatsOffered("eve", taken(general=1), 3, OFFER_MS), SeatsOffered("joe", taken(general=1), 4, OFFER_MS))
    two_back.when(Cancel("ana")).then(SeatsReleased("ana", taken(general=2), "cancelled"), *served)
    all_back = two_back.after(Cancel("ana"), waits("zoe", general=3), Cancel("eve"), Cancel("joe"))
    all_back.when(Cancel("kim")).then(
        SeatsReleased("kim", taken(general=1), "cancelled"), SeatsOffered("bob", taken(general=3), 5, OFFER_MS)
    )


def test_under_strict_an_entry_for_two_seat_types_is_served_when_it_is_first_for_both() -> None:
    crossed = OPEN.after(
        asks("ana", general=3), asks("kim", workshop=2),
        waits("bob", workshop=1), waits("eve", general=1, workshop=1), waits("joe", general=1),
    )  # fmt: skip
    crossed.when(Cancel("ana")).then(SeatsReleased("ana", taken(general=3), "cancelled"))
    crossed.after(Cancel("ana")).when(Cancel("kim")).then(
        SeatsReleased("kim", taken(workshop=2), "cancelled"),
        SeatsOffered("bob", taken(workshop=1), 3, OFFER_MS),
        SeatsOffered("eve", taken(general=1, workshop=1), 4, OFFER_MS),
        SeatsOffered("joe", taken(general=1), 5, OFFER_MS),
    )


@pytest.mark.parametrize("policy", ["strict", "first_fit"])
def test_a_waiter_that_accepts_fewer_takes_what_is_there(policy: str) -> None:
    scenario = selling(GENERAL, DINNER, policy=policy).after(
        asks("ana", general=2), asks("kim", general=1, dinner=1), waits("bob", fewer=True, general=3, dinner=1)
    )
    scenario.when(Cancel("ana")).then(
        SeatsReleased("ana", taken(general=2), "cancelled"),
        SeatsOffered("bob", taken(general=(3, 2), dinner=1), 3, OFFER_MS),
    )


def test_declining_an_offer_gives_it_to_the_next_and_ends_the_entry_even_if_it_wanted_to_stay() -> None:
    offered = FULL.after(waits("bob", keep_place=True, general=3), waits("eve", general=1)).after(Cancel("ana"))
    outcome = offered.when(Cancel("bob"), at=70)
    outcome.then(
        SeatsReleased("bob", taken(general=3), "declined"), SeatsOffered("eve", taken(general=1), 3, 70 + OFFER_MS)
    )
    outcome.answered(Ended("bob", taken(general=3), "EUR", "cancelled", 8))


def test_a_waiter_leaves_the_list_and_lets_those_behind_it_through() -> None:
    waiting = OPEN.after(asks("ana", general=2), waits("bob", general=2), waits("eve", general=1))
    outcome = waiting.when(Cancel("bob"), at=50)
    outcome.then(WaitListLeft("bob", nothing_of(general=2)), SeatsOffered("eve", taken(general=1), 2, 50 + OFFER_MS))
    outcome.answered(Ended("bob", nothing_of(general=2), "EUR", "cancelled", 6))


def test_the_last_waiter_that_leaves_gives_free_seats_back_to_newcomers() -> None:
    waiting = OPEN.after(asks("ana", general=2), waits("bob", general=2))
    waiting.after(Cancel("bob")).when(asks("eve", general=1)).then(SeatsHeld("eve", "", taken(general=1), 2, HOLD_MS))


def test_a_waiter_in_the_middle_leaves_without_effect_on_others() -> None:
    waiting = FULL.after(waits("bob", general=1), waits("eve", general=1), waits("kim", general=1))
    waiting.when(Cancel("eve")).then(WaitListLeft("eve", nothing_of(general=1)))
    waiting.after(Cancel("eve")).when(Cancel("ana")).then(
        SeatsReleased("ana", taken(general=3), "cancelled"),
        SeatsOffered("bob", taken(general=1), 2, OFFER_MS),
        SeatsOffered("kim", taken(general=1), 3, OFFER_MS),
    )


@pytest.mark.parametrize(("state", "offers"), [("unpublished", True), ("archived", False)])
def test_an_unpublished_conference_goes_on_offering_an_archived_one_does_not(state: SalesState, offers: bool) -> None:
    stopped = FULL.after(waits("bob", general=3), Configure(configured(version=2, state=state)))
    offer = (SeatsOffered("bob", taken(general=3), 2, OFFER_MS),) if offers else ()
    stopped.when(Cancel("ana")).then(SeatsReleased("ana", taken(general=3), "cancelled"), *offer)


def test_offers_carry_the_price_of_the_moment_in_which_they_are_made() -> None:
    dearer = Configure(configured(version=2, seat_types=(replace(GENERAL, price_minor=1),)))
    outcome = FULL.after(waits("bob", general=3), dearer).when(Cancel("ana")).outcome
    assert isinstance(outcome, tuple)
    assert outcome[1].lines[0].price_minor == 1


def test_an_offer_to_a_client_is_not_one_of_its_holds() -> None:
    scenario = selling(GENERAL, holds_per_client_max=1).after(
        asks("ana", "a", general=3), waits("bob", general=1)
    ).after(Expire("ana", 1), at=HOLD_MS)  # fmt: skip
    assert scenario.state.holds == {}

"""Extend: once, by the hold's own length, while nobody waits (rule 5)."""

import pytest
from msgspec.structs import replace

from actors.messages.seats import Configure, Confirm, Expire, Extend, Held, Keep, SalesState
from actors.seats.events import HoldExtended
from tests.actors.seats.given import DINNER, GENERAL, HOLD_MS, OFFER_MS, OPEN, asks, configured, selling, taken, waits

HOLDS = OPEN.after(asks("ana", general=2), at=10)
DEADLINE = 10 + HOLD_MS


def test_a_hold_is_extended_by_its_own_length_counted_from_its_old_deadline() -> None:
    outcome = HOLDS.when(Extend("ana"), at=50)
    outcome.then(HoldExtended("ana", taken(general=2), 2, DEADLINE + HOLD_MS))
    outcome.answered(Held("ana", taken(general=2), "EUR", DEADLINE + HOLD_MS, False, 3))


def test_its_own_length_is_the_one_it_began_with() -> None:
    longer = HOLDS.after(Configure(configured(version=2, hold_ms=7 * HOLD_MS)))
    longer.when(Extend("ana"), at=50).then(HoldExtended("ana", taken(general=2), 2, DEADLINE + HOLD_MS))


def test_an_offer_is_extended_by_the_length_of_an_offer() -> None:
    offered = OPEN.after(asks("first", general=3), waits("ana", general=1)).after(Expire("first", 1), at=HOLD_MS)
    deadline = HOLD_MS + OFFER_MS
    outcome = offered.when(Extend("ana"), at=200)
    outcome.then(HoldExtended("ana", taken(general=1), 3, deadline + OFFER_MS, True))
    outcome.answered(Held("ana", taken(general=1), "EUR", deadline + OFFER_MS, True, 6))


def test_a_hold_is_extended_once() -> None:
    HOLDS.after(Extend("ana"), at=50).when(Extend("ana"), at=60).refused("not-extendable")


def test_a_hold_is_not_extended_after_its_deadline() -> None:
    HOLDS.when(Extend("ana"), at=DEADLINE - 1).then(HoldExtended("ana", taken(general=2), 2, DEADLINE + HOLD_MS))
    HOLDS.when(Extend("ana"), at=DEADLINE).refused("not-extendable")


def test_a_hold_is_not_extended_while_somebody_waits_for_its_seats() -> None:
    HOLDS.after(waits("bob", general=2), at=20).when(Extend("ana"), at=50).refused("not-extendable")


def test_who_waits_for_other_seats_does_not_matter() -> None:
    busy = HOLDS.after(asks("first", workshop=2), waits("bob", workshop=1), at=20)
    busy.when(Extend("ana"), at=50).then(HoldExtended("ana", taken(general=2), 3, DEADLINE + HOLD_MS))


def test_no_extension_goes_past_the_end_of_the_sale() -> None:
    closing = selling(replace(GENERAL, sale_closes_at_ms=150), DINNER).after(asks("ana", general=1))
    closing.when(Extend("ana"), at=50).then(HoldExtended("ana", taken(general=1), 2, 150))


def test_a_hold_that_ends_with_the_sale_gains_nothing_and_is_refused() -> None:
    closing = selling(replace(GENERAL, sale_closes_at_ms=90)).after(asks("ana", general=1))
    closing.when(Extend("ana"), at=50).refused("not-extendable")


@pytest.mark.parametrize(("state", "extended"), [("unpublished", True), ("cancelled", False), ("archived", False)])
def test_an_unpublished_conference_goes_on_extending_one_that_is_over_does_not(
    state: SalesState, extended: bool
) -> None:
    outcome = HOLDS.after(Configure(configured(version=2, state=state)), at=20).when(Extend("ana"), at=50)
    if extended:
        outcome.then(HoldExtended("ana", taken(general=2), 2, DEADLINE + HOLD_MS))
    else:
        outcome.refused("not-extendable")


def test_confirmed_or_waiting_reservations_have_nothing_to_extend() -> None:
    scenario = HOLDS.after(Confirm("ana", ()), waits("bob", general=2), at=20)
    scenario.when(Extend("ana"), at=50).refused("not-extendable")
    scenario.when(Extend("bob"), at=50).refused("not-extendable")


def test_what_does_not_stand_is_not_extended() -> None:
    OPEN.when(Extend("ana")).refused("not-standing", subject="ana")


def test_the_timer_of_the_old_lease_changes_nothing_after_an_extension() -> None:
    extended = HOLDS.after(Extend("ana"), at=50)
    extended.when(Expire("ana", 1), at=10_000).then()
    extended.when(Expire("ana", 2), at=DEADLINE + HOLD_MS - 1).then()
    assert isinstance(extended.when(Expire("ana", 2), at=DEADLINE + HOLD_MS).outcome, tuple)
    assert extended.when(Expire("ana", 2), at=DEADLINE + HOLD_MS).outcome != ()


def test_a_hold_kept_for_an_order_can_still_be_extended_once() -> None:
    kept = HOLDS.after(Keep("ana", 500), at=20)
    kept.when(Extend("ana"), at=50).then(HoldExtended("ana", taken(general=2), 3, 500 + HOLD_MS))

"""Confirm: final while it stands; after that only if the seats are free and nobody waits (rule 7)."""

import pytest
from msgspec.structs import replace

from actors.messages.seats import Cancel, Configure, Confirm, Confirmed, Expire, Line
from actors.seats.events import SeatsConfirmed, SeatsHeld
from tests.actors.seats.given import DINNER, GENERAL, HOLD_MS, OFFER_MS, OPEN, asks, configured, selling, taken, waits

HELD = taken(general=2)
HOLDS = OPEN.after(asks("ana", general=2))
EXPIRED = HOLDS.after(Expire("ana", 1), at=HOLD_MS)


def test_a_hold_is_confirmed_with_the_lines_that_it_holds() -> None:
    outcome = HOLDS.when(Confirm("ana", taken(general=1)), at=50)
    outcome.then(SeatsConfirmed("ana", HELD, False))
    outcome.answered(Confirmed("ana", HELD, "EUR", 3))


def test_an_order_gets_exactly_the_seats_that_it_was_placed_for_or_none() -> None:
    HOLDS.when(Confirm("ana", HELD, exactly=True), at=50).then(SeatsConfirmed("ana", HELD, False))
    HOLDS.when(Confirm("ana", taken(general=1), exactly=True), at=50).refused("hold-expired")
    EXPIRED.when(Confirm("ana", HELD, exactly=True), at=5_000).then(SeatsConfirmed("ana", HELD, True))


def test_an_offer_is_confirmed() -> None:
    offered = OPEN.after(asks("first", general=3), waits("bob", general=1)).after(Expire("first", 1), at=HOLD_MS)
    offered.when(Confirm("bob", ()), at=HOLD_MS + 1).then(SeatsConfirmed("bob", taken(general=1), False))


def test_after_the_deadline_it_is_still_confirmed_while_it_stands() -> None:
    HOLDS.when(Confirm("ana", ()), at=HOLD_MS + OFFER_MS).then(SeatsConfirmed("ana", HELD, False))


def test_once_more_changes_nothing_and_answers_the_same() -> None:
    outcome = HOLDS.after(Confirm("ana", ())).when(Confirm("ana", ()), at=9_000)
    outcome.then()
    outcome.answered(Confirmed("ana", HELD, "EUR", 3))


def test_what_is_confirmed_never_expires() -> None:
    HOLDS.after(Confirm("ana", ())).when(Expire("ana", 1), at=9_000).then()


def test_a_confirmed_hold_does_not_count_for_its_client_any_more() -> None:
    one = selling(GENERAL, holds_per_client_max=1).after(asks("ana", "c", general=1))
    one.when(asks("bob", "c", general=1)).refused("too-many-holds")
    one.after(Confirm("ana", ())).when(asks("bob", "c", general=1)).then(
        SeatsHeld("bob", "c", taken(general=1), 2, HOLD_MS)
    )


def test_after_expiry_the_seats_are_taken_again_if_they_are_free_and_nobody_waits() -> None:
    outcome = EXPIRED.when(Confirm("ana", HELD), at=5_000)
    outcome.then(SeatsConfirmed("ana", HELD, True))
    outcome.answered(Confirmed("ana", HELD, "EUR", 4))
    EXPIRED.after(Confirm("ana", HELD), at=5_000).when(asks("bob", general=2)).refused(
        "sold-out", available={"general": 1}
    )


def test_after_expiry_it_is_refused_when_too_few_seats_are_free() -> None:
    EXPIRED.after(asks("bob", general=2)).when(Confirm("ana", HELD)).refused("hold-expired")


def test_after_expiry_it_is_refused_while_somebody_waits_for_these_seats() -> None:
    waiting = EXPIRED.after(asks("bob", general=1), waits("eve", general=3))
    waiting.when(Confirm("ana", HELD)).refused("hold-expired")
    waiting.when(Confirm("ana", taken(workshop=1))).then(SeatsConfirmed("ana", taken(workshop=1), True))


def test_lines_of_which_nothing_was_held_ask_for_nothing_again() -> None:
    lines = (*taken(general=(2, 1)), *taken(workshop=(1, 0)))
    busy = EXPIRED.after(asks("bob", workshop=2), waits("eve", workshop=1))
    busy.when(Confirm("ana", lines)).then(SeatsConfirmed("ana", lines, True))


def test_who_is_back_on_the_wait_list_cannot_take_the_seats_again() -> None:
    back = (
        OPEN.after(asks("first", general=3), waits("bob", general=3), waits("ana", keep_place=True, general=2))
        .after(Cancel("bob"), Expire("first", 1), at=HOLD_MS)
        .after(asks("eve", general=1), waits("kim", general=3), at=HOLD_MS)
        .after(Expire("ana", 2), at=HOLD_MS + OFFER_MS)
    )
    assert back.state.standing["ana"].status == "waiting"
    back.when(Confirm("ana", HELD)).refused("hold-expired")
    back.when(Confirm("ana", taken(workshop=1))).refused("hold-expired")


@pytest.mark.parametrize(
    "lines",
    [
        (),
        taken(general=(2, 0)),
        (Line("nosuch", 1, 1, 0),),
        (*taken(general=2), *taken(general=2)),
        taken(general=(1, -1)),
    ],
)
def test_lines_that_nobody_can_have_held_are_refused(lines: tuple[Line, ...]) -> None:
    EXPIRED.when(Confirm("ana", lines)).refused("hold-expired")


def test_a_cancelled_conference_confirms_nothing_more() -> None:
    cancelled = Configure(configured(version=2, state="cancelled"))
    HOLDS.after(cancelled).when(Confirm("ana", ())).refused("hold-expired")
    EXPIRED.after(cancelled).when(Confirm("ana", HELD)).refused("hold-expired")
    HOLDS.after(Confirm("ana", ()), cancelled).when(Confirm("ana", ())).then()


@pytest.mark.parametrize("state", ["unpublished", "archived"])
def test_what_is_held_goes_on_to_be_confirmed_after_the_sale_was_stopped(state: str) -> None:
    stopped = HOLDS.after(Configure(configured(version=2, state=state)))
    stopped.when(Confirm("ana", ())).then(SeatsConfirmed("ana", HELD, False))


def test_seats_of_a_retired_type_are_confirmed() -> None:
    retired = Configure(configured(version=2, seat_types=(replace(GENERAL, retired=True), DINNER)))
    HOLDS.after(retired).when(Confirm("ana", ())).then(SeatsConfirmed("ana", HELD, False))

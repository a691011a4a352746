"""CancelSeats: some seats of a confirmed reservation come back and are offered in the same decision (rule 4)."""

import pytest

from actors.messages.seats import CancelSeats, Confirm, Confirmed, Ended
from actors.seats.events import SeatsGivenBack, SeatsHeld, SeatsOffered, SeatsReleased
from tests.actors.seats.given import HOLD_MS, OFFER_MS, OPEN, asks, taken, waits

CONFIRMED = OPEN.after(asks("ana", general=3, dinner=1), Confirm("ana", ()))


def test_some_seats_come_back_and_the_reservation_keeps_the_rest() -> None:
    kept = taken(general=(3, 1), dinner=1)
    outcome = CONFIRMED.when(CancelSeats("ana", {"general": 2}))
    outcome.then(SeatsGivenBack("ana", {"general": 2}, kept))
    outcome.answered(Confirmed("ana", kept, "EUR", 4))


def test_they_can_be_sold_again() -> None:
    CONFIRMED.after(CancelSeats("ana", {"general": 2})).when(asks("bob", general=2)).then(
        SeatsHeld("bob", "", taken(general=2), 2, HOLD_MS)
    )


def test_they_are_offered_to_who_waits() -> None:
    CONFIRMED.after(waits("bob", general=1)).when(CancelSeats("ana", {"general": 1}), at=50).then(
        SeatsGivenBack("ana", {"general": 1}, taken(general=(3, 2), dinner=1)),
        SeatsOffered("bob", taken(general=1), 2, 50 + OFFER_MS),
    )


def test_giving_back_all_of_them_ends_the_reservation() -> None:
    outcome = CONFIRMED.when(CancelSeats("ana", {"general": 3, "dinner": 1}))
    outcome.then(SeatsReleased("ana", taken(general=3, dinner=1), "cancelled"))
    outcome.answered(Ended("ana", taken(general=3, dinner=1), "EUR", "cancelled", 4))
    CONFIRMED.after(CancelSeats("ana", {"general": 2, "dinner": 1})).when(CancelSeats("ana", {"general": 1})).then(
        SeatsReleased("ana", taken(general=(3, 1), dinner=(1, 0)), "cancelled")
    )


def test_the_last_admission_seat_stays_while_a_seat_that_needs_one_is_kept() -> None:
    CONFIRMED.when(CancelSeats("ana", {"general": 3})).refused("admission-required", subject="dinner")


def test_an_order_that_has_seen_to_it_itself_is_not_asked_for_an_admission_seat() -> None:
    outcome = CONFIRMED.when(CancelSeats("ana", {"general": 3}, settled=True)).outcome
    assert isinstance(outcome, tuple)
    assert isinstance(outcome[0], SeatsGivenBack)


@pytest.mark.parametrize(
    ("items", "number"),
    [({"general": 4}, 3), ({"general": 0}, 3), ({"general": -1}, 3), ({"workshop": 1}, 0), ({}, None)],
)
def test_only_seats_that_it_has_are_given_back(items: dict[str, int], number: int | None) -> None:
    CONFIRMED.when(CancelSeats("ana", items)).refused("invalid", number=number)


def test_what_is_not_confirmed_gives_back_no_single_seats() -> None:
    OPEN.when(CancelSeats("ana", {"general": 1})).refused("not-standing", subject="ana")
    OPEN.after(asks("ana", general=2)).when(CancelSeats("ana", {"general": 1})).refused("not-standing")

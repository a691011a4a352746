"""Reserve: seats at once, fewer of them, a place on the wait-list, or why not (rules 1, 2, 3, 5, 8, 9)."""

import pytest
from msgspec.structs import replace

from actors.messages.seats import Confirm, Held, Reserve, SalesState, WaitListed
from actors.seats import reserving
from actors.seats.events import SeatsHeld, SeatsOffered, WaitListJoined
from tests.actors.seats.given import (
    DINNER,
    GENERAL,
    HOLD_MS,
    OFFER_MS,
    OPEN,
    WORKSHOP,
    asks,
    nothing_of,
    selling,
    taken,
    waits,
)

VIP = replace(GENERAL, id="vip", price_minor=30_000, quota=2)
FULL = OPEN.after(asks("first", general=3))


def test_seats_that_are_free_are_held_for_the_length_of_a_hold() -> None:
    outcome = OPEN.when(asks("ana", general=2), at=50)
    outcome.then(SeatsHeld("ana", "", taken(general=2), 1, 50 + HOLD_MS))
    outcome.answered(Held("ana", taken(general=2), "EUR", 50 + HOLD_MS, False, 2))


def test_the_last_seat_is_sold_and_not_one_more() -> None:
    two_gone = OPEN.after(asks("first", general=2))
    two_gone.when(asks("ana", general=1)).then(SeatsHeld("ana", "", taken(general=1), 2, HOLD_MS))
    two_gone.when(asks("ana", general=2)).refused("sold-out", available={"general": 1})


def test_several_seat_types_are_held_together() -> None:
    OPEN.when(asks("ana", general=1, workshop=2)).then(SeatsHeld("ana", "", taken(general=1, workshop=2), 1, HOLD_MS))


def test_one_seat_type_that_is_short_refuses_all_and_names_what_is_left_of_each() -> None:
    FULL.when(asks("ana", workshop=1, general=1)).refused("sold-out", available={"workshop": 2, "general": 0})


def test_who_accepts_fewer_gets_what_is_there_and_the_rest_lapses() -> None:
    OPEN.when(Reserve("ana", "", {"general": 5, "workshop": 1}, accept_fewer=True)).then(
        SeatsHeld("ana", "", taken(general=(5, 3), workshop=1), 1, HOLD_MS)
    )


def test_who_accepts_fewer_keeps_a_line_of_which_nothing_is_there() -> None:
    FULL.when(Reserve("ana", "", {"general": 1, "workshop": 1}, accept_fewer=True)).then(
        SeatsHeld("ana", "", taken(general=(1, 0), workshop=1), 2, HOLD_MS)
    )


def test_who_accepts_fewer_is_refused_when_nothing_is_there() -> None:
    FULL.when(Reserve("ana", "", {"general": 1}, accept_fewer=True)).refused("sold-out", available={"general": 0})


def test_who_accepts_fewer_waits_only_when_nothing_is_there() -> None:
    OPEN.when(waits("ana", fewer=True, general=3)).then(SeatsHeld("ana", "", taken(general=3), 1, HOLD_MS))
    FULL.when(waits("ana", fewer=True, general=3)).then(
        WaitListJoined("ana", nothing_of(general=3), True, False, "subject of ana", 1)
    )


def test_event_seats_that_need_admission_go_when_trimming_removes_the_admission_seats() -> None:
    FULL.when(Reserve("ana", "", {"general": 1, "dinner": 1, "workshop": 1}, accept_fewer=True)).then(
        SeatsHeld("ana", "", taken(general=(1, 0), dinner=(1, 0), workshop=1), 2, HOLD_MS)
    )
    FULL.when(Reserve("ana", "", {"general": 1, "dinner": 1}, accept_fewer=True)).refused("sold-out")


def test_an_event_seat_may_need_an_admission_seat_in_the_same_reservation() -> None:
    OPEN.when(asks("ana", dinner=1)).refused("admission-required", subject="dinner")
    OPEN.when(asks("ana", workshop=1, dinner=1)).refused("admission-required", subject="dinner")
    OPEN.when(asks("ana", dinner=1, general=1)).then(SeatsHeld("ana", "", taken(dinner=1, general=1), 1, HOLD_MS))
    OPEN.when(asks("ana", workshop=1)).then(SeatsHeld("ana", "", taken(workshop=1), 1, HOLD_MS))


def test_who_wants_to_wait_joins_the_end_of_the_list() -> None:
    outcome = FULL.after(waits("ana", general=1)).when(waits("bob", general=2, workshop=1))
    outcome.then(WaitListJoined("bob", nothing_of(general=2, workshop=1), False, False, "subject of bob", 2))
    outcome.answered(WaitListed("bob", nothing_of(general=2, workshop=1), "EUR", 2, 4))


def test_no_newcomer_overtakes_someone_who_waits() -> None:
    one_free_and_bob_waits_for_two = OPEN.after(asks("first", general=2), waits("bob", general=2))
    one_free_and_bob_waits_for_two.when(asks("ana", general=1)).refused("sold-out", available={"general": 0})
    one_free_and_bob_waits_for_two.when(waits("ana", general=1)).then(
        WaitListJoined("ana", nothing_of(general=1), False, False, "subject of ana", 2)
    )


def test_seat_types_that_nobody_waits_for_go_on_selling() -> None:
    FULL.after(waits("bob", general=1)).when(asks("ana", workshop=1)).then(
        SeatsHeld("ana", "", taken(workshop=1), 2, HOLD_MS)
    )


def test_a_waiter_for_two_seat_types_keeps_both_from_newcomers() -> None:
    FULL.after(waits("bob", general=1, workshop=1)).when(asks("ana", workshop=1)).refused(
        "sold-out", available={"workshop": 0}
    )


def test_under_first_fit_who_joins_the_list_is_offered_what_nobody_before_can_use() -> None:
    first_fit = selling(GENERAL, policy="first_fit")
    one_free_and_bob_waits_for_two = first_fit.after(asks("first", general=2), waits("bob", general=2))
    one_free_and_bob_waits_for_two.when(asks("ana", general=1)).refused("sold-out", available={"general": 0})
    outcome = one_free_and_bob_waits_for_two.when(waits("ana", general=1), at=7)
    outcome.then(
        WaitListJoined("ana", nothing_of(general=1), False, False, "subject of ana", 2),
        SeatsOffered("ana", taken(general=1), 2, 7 + OFFER_MS),
    )
    outcome.answered(Held("ana", taken(general=1), "EUR", 7 + OFFER_MS, True, 5))


def test_waiting_for_more_than_the_whole_quota_is_refused_with_the_quota() -> None:
    FULL.when(waits("ana", general=4)).refused("too-many-seats", number=3, subject="general")


def test_a_full_wait_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserving, "WAITERS_MAX", 1)
    FULL.after(waits("bob", general=1)).when(waits("ana", general=1)).refused("no-room", number=1)


def test_a_hold_ends_with_the_sale_of_the_first_of_its_seat_types() -> None:
    scenario = selling(replace(GENERAL, sale_closes_at_ms=90), replace(WORKSHOP, sale_closes_at_ms=80))
    scenario.when(asks("ana", general=1), at=10).then(SeatsHeld("ana", "", taken(general=1), 1, 90))
    scenario.when(asks("ana", general=1, workshop=1), at=10).then(
        SeatsHeld("ana", "", taken(general=1, workshop=1), 1, 80)
    )


@pytest.mark.parametrize(("at", "sold"), [(9, False), (10, True), (19, True), (20, False)])
def test_a_seat_type_is_sold_from_the_start_of_its_sale_until_before_its_end(at: int, sold: bool) -> None:
    window = selling(replace(GENERAL, sale_opens_at_ms=10, sale_closes_at_ms=20), WORKSHOP)
    for command in (asks("ana", general=1), asks("ana", workshop=1, general=1)):
        outcome = window.when(command, at=at)
        if sold:
            assert isinstance(outcome.outcome, tuple)
        else:
            outcome.refused("not-on-sale", subject="general")


@pytest.mark.parametrize("state", ["draft", "unpublished", "cancelled", "archived"])
def test_only_a_published_conference_takes_reservations(state: SalesState) -> None:
    selling(GENERAL, state=state).when(asks("ana", general=1)).refused("not-on-sale")


def test_an_unknown_or_retired_seat_type_is_refused_by_its_id() -> None:
    scenario = selling(GENERAL, replace(VIP, retired=True))
    scenario.when(asks("ana", nosuch=1)).refused("unknown-seat-type", subject="nosuch")
    scenario.when(asks("ana", vip=1)).refused("unknown-seat-type", subject="vip")
    scenario.when(asks("ana", general=1, vip=1)).refused("unknown-seat-type", subject="vip")


def test_a_reservation_has_a_largest_number_of_seats() -> None:
    scenario = selling(GENERAL, WORKSHOP, seats_per_reservation_max=2)
    scenario.when(asks("ana", general=3)).refused("too-many-seats", number=2)
    scenario.when(asks("ana", general=2, workshop=1)).refused("too-many-seats", number=2)
    scenario.when(asks("ana", general=1, workshop=1)).then(
        SeatsHeld("ana", "", taken(general=1, workshop=1), 1, HOLD_MS)
    )


def test_a_seat_type_has_its_own_largest_number_too() -> None:
    scenario = selling(replace(GENERAL, max_per_reservation=1), WORKSHOP)
    scenario.when(asks("ana", general=2)).refused("too-many-seats", number=1, subject="general")
    scenario.when(asks("ana", workshop=1, general=2)).refused("too-many-seats", number=1, subject="general")


def test_a_limit_of_0_is_no_limit() -> None:
    scenario = selling(
        replace(GENERAL, quota=5_000, max_per_reservation=0), seats_per_reservation_max=0, holds_per_client_max=0
    )
    scenario.after(*(asks(f"r{number}", "c", general=1) for number in range(9))).when(
        asks("ana", "c", general=4_000)
    ).then(SeatsHeld("ana", "c", taken(general=4_000), 10, HOLD_MS))


def test_a_client_has_a_largest_number_of_live_holds() -> None:
    two_holds = selling(replace(GENERAL, quota=9), WORKSHOP, holds_per_client_max=2).after(
        asks("r1", "c", general=1), asks("r2", "c", general=1)
    )
    two_holds.when(asks("ana", "c", general=1)).refused("too-many-holds", number=2)
    two_holds.when(asks("ana", "c", general=1, workshop=1)).refused("too-many-holds", number=2)
    two_holds.when(asks("ana", "d", general=1)).then(SeatsHeld("ana", "d", taken(general=1), 3, HOLD_MS))
    two_holds.when(asks("ana", "", general=1)).then(SeatsHeld("ana", "", taken(general=1), 3, HOLD_MS))


@pytest.mark.parametrize("reservation", ["held", "waiting", "confirmed"])
def test_an_id_that_stands_is_not_taken_twice(reservation: str) -> None:
    scenario = OPEN.after(
        asks("held", general=1), asks("confirmed", general=2), Confirm("confirmed", ()), waits("waiting", general=1)
    )
    scenario.when(asks(reservation, workshop=1)).refused("already-standing", subject=reservation)


@pytest.mark.parametrize("items", [{}, {"general": 0}, {"general": -1}, {"general": 1, "workshop": 0}])
def test_a_request_for_no_seats_is_invalid(items: dict[str, int]) -> None:
    OPEN.when(Reserve("ana", "", items)).refused("invalid")


def test_the_price_is_the_one_of_the_moment_in_which_seats_are_held() -> None:
    dearer = selling(replace(DINNER, price_minor=9_999, requires_admission=False))
    held = dearer.when(asks("ana", dinner=1)).outcome
    assert isinstance(held, tuple)
    assert held[0].lines[0].price_minor == 9_999

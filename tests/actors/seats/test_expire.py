"""Expire: the lease's deadline frees the seats, never early, and the next in line gets them (rules 4, 5, 6)."""

from msgspec.structs import replace

from actors.messages.seats import Cancel, Configure, Expire, Unchanged
from actors.seats.events import SeatsHeld, SeatsOffered, SeatsReleased, WaitListJoined, WaitListLeft
from tests.actors.seats.given import (
    DINNER,
    GENERAL,
    HOLD_MS,
    OFFER_MS,
    OPEN,
    WORKSHOP,
    asks,
    configured,
    nothing_of,
    selling,
    taken,
    waits,
)

FULL = OPEN.after(asks("ana", general=3))
RELEASED = SeatsReleased("ana", taken(general=3), "expired")


def test_a_hold_is_released_at_its_deadline_and_not_before() -> None:
    FULL.when(Expire("ana", 1), at=HOLD_MS - 1).then()
    FULL.when(Expire("ana", 1), at=HOLD_MS).then(RELEASED)


def test_an_expired_hold_is_offered_to_whoever_waited_longest() -> None:
    FULL.after(waits("bob", general=2), waits("eve", general=2)).when(Expire("ana", 1), at=150).then(
        RELEASED, SeatsOffered("bob", taken(general=2), 2, 150 + OFFER_MS)
    )


def test_a_lease_that_is_not_the_current_one_changes_nothing() -> None:
    for lease in (0, 2):
        outcome = FULL.when(Expire("ana", lease), at=9_000)
        outcome.then()
        outcome.answered(Unchanged(2))


def test_what_has_ended_does_not_expire() -> None:
    FULL.after(Cancel("ana")).when(Expire("ana", 1), at=9_000).then()


def test_an_expired_offer_ends_the_entry_and_goes_to_the_next() -> None:
    offered = FULL.after(waits("bob", general=3), waits("eve", general=1)).after(Cancel("ana"))
    offered.when(Expire("bob", 2), at=OFFER_MS).then(
        SeatsReleased("bob", taken(general=3), "expired"), SeatsOffered("eve", taken(general=1), 3, 2 * OFFER_MS)
    )
    assert "bob" not in offered.after(Expire("bob", 2), at=OFFER_MS).state.standing


def test_who_asked_to_stay_goes_to_the_end_of_the_list() -> None:
    offered = FULL.after(waits("bob", keep_place=True, general=3), waits("eve", general=2)).after(Cancel("ana"))
    offered.when(Expire("bob", 2), at=OFFER_MS).then(
        SeatsReleased("bob", taken(general=3), "expired"),
        WaitListJoined("bob", nothing_of(general=3), False, True, "subject of bob", 2),
        SeatsOffered("eve", taken(general=2), 3, 2 * OFFER_MS),
    )


def test_who_asked_to_stay_and_is_alone_is_offered_the_seats_again() -> None:
    for policy in ("strict", "first_fit"):
        offered = selling(GENERAL, policy=policy).after(
            asks("ana", general=3), waits("bob", keep_place=True, general=3), Cancel("ana")
        )
        offered.when(Expire("bob", 2), at=OFFER_MS).then(
            SeatsReleased("bob", taken(general=3), "expired"),
            WaitListJoined("bob", nothing_of(general=3), False, True, "subject of bob", 1),
            SeatsOffered("bob", taken(general=3), 3, 2 * OFFER_MS),
        )


def test_who_stays_does_not_wait_for_a_sale_that_is_over() -> None:
    closing = selling(replace(GENERAL, sale_closes_at_ms=500)).after(
        asks("ana", general=3), waits("bob", keep_place=True, general=3), Cancel("ana")
    )
    assert closing.state.standing["bob"].expires_at_ms == 500
    closing.when(Expire("bob", 2), at=500).then(SeatsReleased("bob", taken(general=3), "expired"))


def test_no_offer_is_made_of_seats_whose_sale_is_over_and_who_waited_for_them_leaves() -> None:
    closing = selling(replace(GENERAL, sale_closes_at_ms=90), DINNER).after(
        asks("ana", general=3), waits("bob", general=1), waits("eve", general=2)
    )
    closing.when(Expire("ana", 1), at=90).then(
        RELEASED, WaitListLeft("bob", nothing_of(general=1)), WaitListLeft("eve", nothing_of(general=2))
    )


def test_no_offer_is_made_of_seats_whose_sale_has_not_begun() -> None:
    later = Configure(configured(version=2, seat_types=(replace(GENERAL, sale_opens_at_ms=500),)))
    waiting = FULL.after(waits("bob", general=1), later)
    waiting.when(Expire("ana", 1), at=HOLD_MS).then(RELEASED)


def test_when_the_sale_begins_the_head_of_the_list_is_offered_what_is_free() -> None:
    later = Configure(configured(version=2, seat_types=(replace(GENERAL, sale_opens_at_ms=500),)))
    waiting = FULL.after(waits("bob", general=1), waits("eve", general=2), later).after(Expire("ana", 1), at=HOLD_MS)
    waiting.when(Expire("bob", 0), at=499).then()
    waiting.when(Expire("bob", 0), at=500).then(
        SeatsOffered("bob", taken(general=1), 2, 500 + OFFER_MS),
        SeatsOffered("eve", taken(general=2), 3, 500 + OFFER_MS),
    )


def test_who_waits_for_a_sale_that_is_over_stops_blocking_the_other_seat_types() -> None:
    scenario = selling(replace(GENERAL, sale_closes_at_ms=90), WORKSHOP).after(
        asks("ana", general=3), waits("bob", general=1, workshop=1), waits("eve", workshop=2)
    )
    scenario.when(Expire("bob", 0), at=89).then()
    scenario.when(Expire("bob", 0), at=90).then(
        WaitListLeft("bob", nothing_of(general=1, workshop=1)),
        SeatsOffered("eve", taken(workshop=2), 2, 90 + OFFER_MS),
    )


def test_who_accepts_fewer_waits_on_for_what_is_still_sold() -> None:
    scenario = selling(replace(GENERAL, sale_closes_at_ms=90), WORKSHOP).after(
        asks("ana", general=3), asks("kim", workshop=2), waits("bob", fewer=True, general=1, workshop=1)
    )
    scenario.when(Expire("ana", 1), at=90).then(RELEASED)
    scenario.when(Expire("kim", 2), at=HOLD_MS).then(
        SeatsReleased("kim", taken(workshop=2), "expired"),
        SeatsOffered("bob", taken(general=(1, 0), workshop=1), 3, HOLD_MS + OFFER_MS),
    )


def test_the_holds_of_a_cancelled_conference_run_out_without_offers() -> None:
    cancelled = FULL.after(waits("bob", general=1), Configure(configured(version=2, state="cancelled")))
    cancelled.when(Expire("ana", 1), at=HOLD_MS).then(RELEASED)


def test_an_expired_hold_does_not_count_for_its_client_any_more() -> None:
    one = selling(GENERAL, holds_per_client_max=1).after(asks("ana", "c", general=1))
    one.after(Expire("ana", 1), at=HOLD_MS).when(asks("bob", "c", general=1), at=HOLD_MS).then(
        SeatsHeld("bob", "c", taken(general=1), 2, 2 * HOLD_MS)
    )

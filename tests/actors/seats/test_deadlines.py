"""What the clock alone brings up: the earliest deadline, and the commands for those that have passed."""

from msgspec.structs import replace

from actors.messages.seats import Cancel, Configure, Confirm, Expire, Extend
from actors.seats.kind import SEATS
from tests.actors.seats.given import GENERAL, HOLD_MS, OFFER_MS, OPEN, WORKSHOP, asks, configured, selling, waits

TWO = OPEN.after(asks("ana", general=1), at=10).after(asks("bob", general=1), at=20)


def test_nothing_is_due_where_nothing_is_held() -> None:
    assert SEATS.next_deadline_ms(OPEN.state) == 0
    assert SEATS.due(OPEN.state, 10**15, 10) == []


def test_the_earliest_deadline_is_the_next() -> None:
    assert SEATS.next_deadline_ms(TWO.state) == 10 + HOLD_MS
    assert SEATS.next_deadline_ms(TWO.after(Cancel("ana")).state) == 20 + HOLD_MS
    assert SEATS.next_deadline_ms(TWO.after(Confirm("ana", ())).state) == 20 + HOLD_MS
    assert SEATS.next_deadline_ms(TWO.after(Extend("ana")).state) == 20 + HOLD_MS
    assert SEATS.next_deadline_ms(TWO.after(Cancel("ana"), Confirm("bob", ())).state) == 0


def test_what_has_passed_is_due_earliest_first_and_no_more_than_asked_for() -> None:
    state = TWO.state
    assert SEATS.due(state, 10 + HOLD_MS - 1, 10) == []
    assert SEATS.due(state, 10 + HOLD_MS, 10) == [Expire("ana", 1)]
    assert SEATS.due(state, 20 + HOLD_MS, 10) == [Expire("ana", 1), Expire("bob", 2)]
    assert SEATS.due(state, 20 + HOLD_MS, 1) == [Expire("ana", 1)]


def test_an_offer_has_a_deadline() -> None:
    offered = OPEN.after(asks("ana", general=3), waits("bob", general=3), Cancel("ana"))
    assert SEATS.next_deadline_ms(offered.state) == OFFER_MS


def test_who_waits_has_none_as_long_as_only_others_can_help() -> None:
    waiting = OPEN.after(asks("ana", general=3), Confirm("ana", ()), waits("bob", general=1))
    assert SEATS.next_deadline_ms(waiting.state) == 0


def test_the_end_of_a_sale_moves_the_head_of_its_list() -> None:
    closing = selling(replace(GENERAL, sale_closes_at_ms=500), WORKSHOP).after(
        asks("ana", general=3), Confirm("ana", ()), waits("bob", general=1), waits("eve", general=1, workshop=2)
    )
    assert SEATS.next_deadline_ms(closing.state) == 500
    assert SEATS.due(closing.state, 500, 10) == [Expire("bob", 0), Expire("eve", 0)]


def test_the_start_of_a_sale_moves_the_head_that_fits() -> None:
    later = Configure(configured(version=2, seat_types=(replace(GENERAL, sale_opens_at_ms=500),)))
    waiting = OPEN.after(asks("ana", general=3), waits("bob", general=1), later).after(Cancel("ana"), at=20)
    assert SEATS.next_deadline_ms(waiting.state) == 500
    assert SEATS.due(waiting.state, 500, 10) == [Expire("bob", 0)]


def test_nobody_is_woken_once_the_conference_is_over() -> None:
    over = Configure(configured(version=2, state="archived", seat_types=(replace(GENERAL, sale_closes_at_ms=500),)))
    waiting = OPEN.after(asks("ana", general=3), Confirm("ana", ()), waits("bob", general=1), over)
    assert SEATS.next_deadline_ms(waiting.state) == 0

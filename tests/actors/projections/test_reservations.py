"""What a reservation's row says after each of its events, and the lists."""

from typing import Any

import pytest

from actors.messages.seats import Line
from actors.projections.projection import Projection
from actors.seats.events import (
    HoldExtended,
    HoldKept,
    SeatsConfirmed,
    SeatsGivenBack,
    WaitListClosed,
    WaitListLeft,
)
from gateway.reading import ReservationRow
from gateway.views import SqliteViews
from tests.actors.projections.given import (
    CID,
    SEATS,
    START_MS,
    apply_all,
    at_ms,
    configured,
    held,
    lines,
    offered,
    released,
    rid,
    stored,
    waits,
)

ANA = rid("ana")
UNTIL = START_MS + 900_000


def test_a_hold_stands_with_its_lines_its_deadline_and_its_inventorys_version(
    projection: Projection, views: SqliteViews
) -> None:
    apply_all(projection, SEATS, [configured(), held("ana", 2, 1), held("bob")])
    assert views.reservation(ANA) == ReservationRow(ANA, "held", lines(2, 1), "EUR", UNTIL, 0, at_ms(2), 3)


@pytest.mark.parametrize(
    ("then", "status", "expires_at_ms"),
    [
        ([HoldExtended(rid("ana"), lines(2), 5, UNTIL + 1)], "held", UNTIL + 1),
        ([HoldKept(rid("ana"), lines(2), 5, UNTIL + 2)], "held", UNTIL + 2),
        ([SeatsConfirmed(rid("ana"), lines(2), False)], "confirmed", 0),
        ([released("ana", "expired", 2)], "expired", 0),
        ([released("ana", "cancelled", 2)], "cancelled", 0),
        ([released("ana", "expired", 2), SeatsConfirmed(rid("ana"), lines(2), True)], "confirmed", 0),
    ],
)
def test_a_hold_becomes(
    projection: Projection, views: SqliteViews, then: list[Any], status: Any, expires_at_ms: int
) -> None:
    apply_all(projection, SEATS, [configured(), held("ana", 2), *then])
    expected = ReservationRow(ANA, status, lines(2), "EUR", expires_at_ms, 0, at_ms(2), 2 + len(then))
    assert views.reservation(ANA) == expected


@pytest.mark.parametrize(
    ("then", "status", "position", "expires_at_ms"),
    [
        ([], "waiting", 1, 0),
        ([offered("ana", 2)], "offered", 0, START_MS + 2_000_000),
        ([offered("ana", 2), HoldExtended(rid("ana"), lines(2), 5, UNTIL, offered=True)], "offered", 0, UNTIL),
        ([offered("ana", 2), HoldKept(rid("ana"), lines(2), 5, UNTIL, offered=True)], "offered", 0, UNTIL),
        ([offered("ana", 2), released("ana", "declined", 2)], "cancelled", 0, 0),
        ([offered("ana", 2), released("ana", "expired", 2)], "expired", 0, 0),
        ([offered("ana", 2), SeatsConfirmed(rid("ana"), lines(2), False)], "confirmed", 0, 0),
        ([WaitListLeft(rid("ana"), lines(2, taken=False))], "cancelled", 0, 0),
        ([WaitListClosed()], "cancelled", 0, 0),
    ],
)
def test_a_waiting_reservation_becomes(
    projection: Projection, views: SqliteViews, then: list[Any], status: Any, position: int, expires_at_ms: int
) -> None:
    apply_all(projection, SEATS, [configured(), waits("ana", 2), *then])
    row = views.reservation(ANA)
    assert row is not None
    assert (row.status, row.position, row.expires_at_ms) == (status, position, expires_at_ms)
    assert row.created_at_ms == at_ms(2)


def test_seats_given_back_leave_the_rest_confirmed(projection: Projection, views: SqliteViews) -> None:
    kept = (Line("stgeneral0", 3, 1, 12_500),)
    confirmed = SeatsConfirmed(ANA, lines(3), False)
    events = [configured(), held("ana", 3), confirmed, SeatsGivenBack(ANA, {"stgeneral0": 2}, kept)]
    apply_all(projection, SEATS, events)
    row = views.reservation(ANA)
    assert row is not None
    assert (row.status, row.lines) == ("confirmed", kept)


def test_who_keeps_the_place_goes_to_the_end_and_keeps_the_time_of_the_first_request(
    projection: Projection, views: SqliteViews
) -> None:
    events = [configured(), waits("ana"), waits("bob"), offered("ana"), released("ana"), waits("ana")]
    apply_all(projection, SEATS, events)
    rows, _ = views.wait_list(CID, "", 10)
    assert [(row.reservation, row.position, row.since_ms) for row in rows] == [
        (rid("bob"), 1, at_ms(3)),
        (rid("ana"), 2, at_ms(6)),
    ]
    row = views.reservation(ANA)
    assert row is not None
    assert (row.created_at_ms, row.position) == (at_ms(2), 2)


def test_a_closed_list_takes_everyone_of_its_conference_off_and_nobody_else(
    projection: Projection, views: SqliteViews
) -> None:
    apply_all(projection, "seats-cother", [configured(), waits("far")])
    apply_all(projection, SEATS, [configured(), held("ana"), waits("bob"), WaitListClosed(), held("cat")])
    assert [row.status for row in views.reservations(CID, None, "", 10)[0]] == ["held", "cancelled", "held"]
    assert views.wait_list(CID, "", 10) == ([], None)
    assert len(views.wait_list("cother", "", 10)[0]) == 1


def test_lists_come_oldest_first_in_pages_that_new_reservations_do_not_shift(
    projection: Projection, views: SqliteViews
) -> None:
    apply_all(projection, SEATS, [configured(100), *(held(f"n{number}") for number in range(5))])
    first, place = views.reservations(CID, None, "", 2)
    assert [row.id for row in first] == [rid("n0"), rid("n1")]
    projection.apply(SEATS, stored(held("n5"), released("n0"), after=6))
    assert place is not None
    second, place = views.reservations(CID, None, place, 3)
    assert [row.id for row in second] == [rid("n2"), rid("n3"), rid("n4")]
    assert place is not None
    last, place = views.reservations(CID, None, place, 3)
    assert ([row.id for row in last], place) == ([rid("n5")], None)


def test_a_list_by_status_has_those_only(projection: Projection, views: SqliteViews) -> None:
    events = [configured(100), held("ana"), waits("bob"), held("cat"), waits("dan"), released("ana")]
    apply_all(projection, SEATS, events)
    apply_all(projection, "seats-cother", [configured(), held("far")])
    assert [row.id for row in views.reservations(CID, "held", "", 9)[0]] == [rid("cat")]
    assert [row.id for row in views.reservations(CID, "expired", "", 9)[0]] == [rid("ana")]
    waiting, _ = views.reservations(CID, "waiting", "", 9)
    assert [(row.id, row.position) for row in waiting] == [(rid("bob"), 1), (rid("dan"), 2)]
    page, place = views.reservations(CID, "waiting", "", 1)
    assert ([row.id for row in page], views.reservations(CID, "waiting", place or "", 1)[0][0].id) == (
        [rid("bob")],
        rid("dan"),
    )


def test_the_wait_list_is_paged_with_positions(projection: Projection, views: SqliteViews) -> None:
    apply_all(projection, SEATS, [configured(), *(waits(f"n{number}", 2) for number in range(5))])
    first, place = views.wait_list(CID, "", 2)
    second, end = views.wait_list(CID, place or "", 3)
    assert [(row.reservation, row.position) for row in first + second] == [
        (rid(f"n{number}"), number + 1) for number in range(5)
    ]
    assert end is None
    assert first[0].lines == lines(2, taken=False)
    assert views.wait_position(rid("n3")) == 4


@pytest.mark.parametrize("forged", ["x", "-1", "²", "9" * 19, "9" * 400, "1.5", " 3"])
def test_a_place_that_no_list_gave_is_no_error(projection: Projection, views: SqliteViews, forged: str) -> None:
    apply_all(projection, SEATS, [configured(), held("ana"), waits("bob")])
    views.reservations(CID, None, forged, 5)
    views.wait_list(CID, forged, 5)
    views.published("", forged, 5)


def test_what_is_not_there_is_not_found(projection: Projection, views: SqliteViews) -> None:
    assert views.reservation(ANA) is None
    assert views.reservation("") is None
    assert views.reservations(CID, None, "", 5) == ([], None)
    assert views.wait_list(CID, "", 5) == ([], None)
    assert views.availability(CID) is None
    assert views.conference(CID) is None
    assert views.conference_by_slug("pycon") is None
    apply_all(projection, SEATS, [configured(), held("ana")])
    assert views.reservation(rid("nobody")) is None


def test_the_metrics_count_what_is_held_offered_and_waiting(projection: Projection, views: SqliteViews) -> None:
    apply_all(projection, SEATS, [configured(), held("ana"), held("bob"), waits("cid"), released("bob")])
    assert views.standing() == {"held": 1, "offered": 0, "waiting": 1}

"""What newcomers are told of seats left, and organisers of seats taken."""

from typing import Any

import msgspec
import pytest

from actors.messages.seats import Line
from actors.projections.projection import Projection
from actors.seats.events import (
    HoldExtended,
    QuotaCut,
    SeatsConfirmed,
    SeatsGivenBack,
    SeatsOffered,
    WaitListClosed,
    WaitListLeft,
)
from gateway.reading import AvailabilityRow, SeatsLeftRow
from gateway.views import SqliteViews
from tests.actors.projections.given import (
    CID,
    CONFERENCE,
    PLANNED,
    SEATS,
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


def left(views: SqliteViews, name: str = "stgeneral0") -> tuple[int, int, int]:
    row = views.availability(CID)
    assert row is not None
    seats = row.seat_types[name]
    return seats.quota, seats.available, seats.waiting


def test_a_configured_inventory_offers_its_quotas(projection: Projection, views: SqliteViews) -> None:
    apply_all(projection, SEATS, [configured()])
    seats = {"stgeneral0": SeatsLeftRow(10, 10, 0), "stdinner00": SeatsLeftRow(5, 5, 0)}
    assert views.availability(CID) == AvailabilityRow(1, at_ms(1), seats)


def test_the_document_is_ready_to_serve_and_pushed_as_it_is_stored(projection: Projection, views: SqliteViews) -> None:
    applied = projection.apply(SEATS, stored(configured(), held("ana", 4)))
    assert applied.availability is not None
    conference, version, body = applied.availability
    assert (conference, version) == (CID, 2)
    assert views.availability_document(CID) == (2, body)
    assert msgspec.json.decode(body) == {
        "version": 2,
        "as_of": "2026-09-21T14:13:22Z",
        "seat_types": {
            "stgeneral0": {"quota": 10, "available": 6, "waiting": 0},
            "stdinner00": {"quota": 5, "available": 5, "waiting": 0},
        },
    }


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([held("ana", 4)], (10, 6, 0)),
        ([held("ana", 4), HoldExtended(rid("ana"), lines(4), 2, 0)], (10, 6, 0)),
        ([held("ana", 4), SeatsConfirmed(rid("ana"), lines(4), False)], (10, 6, 0)),
        ([held("ana", 4), released("ana", "expired", 4)], (10, 10, 0)),
        ([held("ana", 4), released("ana", "expired", 4), SeatsConfirmed(rid("ana"), lines(4), True)], (10, 6, 0)),
        (
            [
                held("ana", 4),
                SeatsConfirmed(rid("ana"), lines(4), False),
                SeatsGivenBack(rid("ana"), {"stgeneral0": 3}, (Line("stgeneral0", 4, 1, 12_500),)),
            ],
            (10, 9, 0),
        ),
        ([held("ana", 4), waits("bob", 7)], (10, 0, 7)),
        ([held("ana", 4), waits("bob", 7), waits("cat", 2)], (10, 0, 9)),
        ([held("ana", 4), waits("bob", 7), WaitListLeft(rid("bob"), lines(7, taken=False))], (10, 6, 0)),
        ([held("ana", 4), waits("bob", 7), WaitListClosed()], (10, 6, 0)),
        ([held("ana", 4), waits("bob", 7), released("ana", "cancelled", 4), offered("bob", 7)], (10, 3, 0)),
        ([waits("bob", 7), SeatsOffered(rid("bob"), (Line("stgeneral0", 7, 2, 0),), 1, 0)], (10, 8, 0)),
        ([held("ana", 4), QuotaCut("stgeneral0", 4)], (4, 0, 0)),
        ([held("ana", 4), configured(general=20, version=2)], (20, 16, 0)),
        ([held("ana", 4), configured(version=2, state="unpublished")], (10, 0, 0)),
        ([held("ana", 4), configured(version=2, state="cancelled"), configured(version=3)], (10, 6, 0)),
    ],
)
def test_seats_left(projection: Projection, views: SqliteViews, events: list[Any], expected: Any) -> None:
    apply_all(projection, SEATS, [configured(), *events])
    assert left(views) == expected
    assert left(views, "stdinner00")[2] == 0


def test_a_retired_seat_type_is_no_longer_on_offer_but_its_taken_seats_are_known(
    projection: Projection, views: SqliteViews
) -> None:
    apply_all(projection, CONFERENCE, PLANNED)
    apply_all(projection, SEATS, [configured(), held("ana", 1, 2), configured(version=2, retired=True)])
    row = views.availability(CID)
    assert row is not None
    assert list(row.seat_types) == ["stgeneral0"]
    conference = views.conference(CID)
    assert conference is not None
    assert conference.taken == {"stgeneral0": 1, "stdinner00": 2}


def test_availability_is_told_once_per_batch_even_where_only_the_version_grew(projection: Projection) -> None:
    projection.apply(SEATS, stored(configured(), held("ana", 4)))
    extended = projection.apply(SEATS, stored(HoldExtended(rid("ana"), lines(4), 2, 0), after=2))
    assert extended.availability is not None
    assert extended.availability[1] == 3

"""Batches and cursors: each event once, in order, all of a batch or nothing."""

import sqlite3
from pathlib import Path

import pytest
from msgspec import Raw
from sqlite_utils import Database

from actors.conference.events import ConferenceCreated, ConferencePublished, ConferenceUnpublished
from actors.messages.codec import encode
from actors.messages.envelopes import StoredEvent
from actors.messages.orders import OrderTerms
from actors.orders.events import OrderTermsChanged
from actors.projections import tables, writer
from actors.projections.projection import Projection
from actors.seats.events import QuotaCut, SeatsConfirmed, SeatsHeld
from gateway.views import SqliteViews
from tests.actors.projections.given import (
    CID,
    CONFERENCE,
    DETAILS,
    PLANNED,
    SEATS,
    START_MS,
    apply_all,
    configured,
    held,
    lines,
    open_database,
    released,
    rid,
    stored,
    waits,
)

NEWER = Raw(encode(["seats-teleported.1", 7]))


def test_a_batch_moves_the_cursor(projection: Projection, views: SqliteViews) -> None:
    assert projection.position(SEATS) == 0
    assert projection.apply(SEATS, stored(configured(), held("ana"))).version == 2
    assert projection.position(SEATS) == views.position(SEATS) == 2


def test_a_repeated_batch_changes_nothing(projection: Projection, views: SqliteViews) -> None:
    events = stored(configured(), held("ana", 2))
    projection.apply(SEATS, events)
    before = views.availability_document(CID)
    assert projection.apply(SEATS, events) == (2, None, None, None)
    assert views.availability_document(CID) == before


def test_what_is_known_of_an_overlapping_batch_is_skipped(projection: Projection, views: SqliteViews) -> None:
    events = stored(configured(), held("ana", 2), held("bob", 3))
    projection.apply(SEATS, events[:2])
    assert projection.apply(SEATS, events).version == 3
    row = views.availability(CID)
    assert row is not None
    assert row.seat_types["stgeneral0"].available == 5


def test_a_gap_is_reported_and_nothing_behind_it_applied(projection: Projection, views: SqliteViews) -> None:
    projection.apply(SEATS, stored(configured()))
    assert projection.apply(SEATS, stored(held("bob"), after=2)) == (1, None, 2, None)
    events = stored(held("ana"), held("bob"), held("cat"), after=1)
    assert projection.apply(SEATS, [events[0], events[2]]) == (1, None, 2, None)
    assert views.reservation(rid("ana")) is None
    assert projection.apply(SEATS, events).version == 4


def test_nothing_to_apply_says_where_the_cursor_stands(projection: Projection) -> None:
    assert projection.apply(SEATS, []) == (0, None, None, None)


def test_an_event_of_a_newer_release_stops_its_stream_by_name_behind_the_events_before_it(
    projection: Projection, views: SqliteViews
) -> None:
    events = stored(configured(), held("ana"), held("bob"), held("cat"))
    events[2] = StoredEvent(3, events[2].at_ms, NEWER)
    applied = projection.apply(SEATS, events)
    assert applied.version == 2
    assert applied.availability is not None
    assert applied.problem is not None
    assert SEATS in applied.problem
    assert "event 3" in applied.problem
    assert views.reservation(rid("ana")) is not None
    assert views.reservation(rid("cat")) is None

    again = projection.apply(SEATS, events)
    assert (again.version, again.availability) == (2, None)
    assert again.problem == applied.problem
    apply_all(projection, CONFERENCE, PLANNED)


def test_events_that_do_not_fit_stop_their_stream_and_leave_no_trace(
    projection: Projection, views: SqliteViews
) -> None:
    projection.apply(SEATS, stored(configured()))
    applied = projection.apply(SEATS, stored(held("ana"), QuotaCut("stnone", 3), after=1))
    assert (applied.version, applied.availability, applied.gap) == (1, None, None)
    assert applied.problem is not None
    assert SEATS in applied.problem
    assert views.reservation(rid("ana")) is None
    assert projection.apply(CONFERENCE, stored(ConferencePublished())).problem is not None
    apply_all(projection, CONFERENCE, PLANNED)


def test_a_slug_of_another_conference_stops_the_stream_only(projection: Projection) -> None:
    apply_all(projection, CONFERENCE, PLANNED)
    applied = projection.apply("conference-cother", stored(ConferenceCreated("cother", "o2", "pycon", DETAILS)))
    assert applied.version == 0
    assert applied.problem is not None
    assert "conference-cother" in applied.problem


def test_a_kind_of_stream_without_read_models_only_moves_its_cursor(projection: Projection) -> None:
    assert projection.apply(f"others-{CID}", [StoredEvent(1, 0, NEWER)]) == (1, None, None, None)


def test_a_database_that_fails_leaves_nothing_half_done(
    projection: Projection, views: SqliteViews, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    events = stored(configured(), held("ana"))
    with monkeypatch.context() as patch:
        patch.setattr(writer, "move_cursor", full)
        with pytest.raises(sqlite3.OperationalError):
            projection.apply(SEATS, events)
    assert views.reservation(rid("ana")) is None
    assert projection.apply(SEATS, events).version == 2
    assert views.reservation(rid("ana")) is not None


def test_the_next_projector_goes_on_from_the_rows(tmp_path: Path) -> None:
    first = Projection(open_database(tmp_path))
    first.apply(SEATS, stored(configured(), held("ana", 3)))
    first.apply(CONFERENCE, stored(*PLANNED))
    first.close()
    second = Projection(open_database(tmp_path))
    applied = second.apply(SEATS, stored(held("bob", 2), after=2))
    assert applied.availability is not None
    assert b'"stgeneral0":{"quota":10,"available":5,"waiting":0}' in applied.availability[2]
    assert second.apply(CONFERENCE, stored(ConferencePublished(), after=2)).problem is None
    second.close()


def test_read_models_of_another_shape_are_refused_until_they_are_wiped(tmp_path: Path) -> None:
    db = Database(tmp_path / "readmodels.db")
    tables.create(db)
    db.execute("PRAGMA user_version = 999")
    with pytest.raises(tables.OtherShape, match="rebuild"):
        Projection(db)
    tables.wipe(db)
    assert Projection(db).apply(SEATS, stored(configured())).version == 1
    db.close()


def test_whoever_is_overdue_is_found_with_the_earliest_deadline(projection: Projection) -> None:
    projection.apply(SEATS, stored(configured(), held("ana", until=60), held("bob", until=50), held("cat", until=70)))
    other = configured(), SeatsHeld("cother-rdan", "", lines(1), 1, START_MS + 40_000)
    projection.apply("seats-cother", stored(*other))
    assert projection.overdue(START_MS + 39_999) == []
    assert projection.overdue(START_MS + 60_000) == [("cother", START_MS + 40_000), (CID, START_MS + 50_000)]


def test_who_was_confirmed_or_released_is_never_overdue(projection: Projection) -> None:
    confirmed = SeatsConfirmed(rid("bob"), lines(1), False)
    projection.apply(SEATS, stored(configured(), held("ana"), held("bob"), released("ana"), confirmed, waits("cat")))
    assert projection.overdue(2**62) == []


def test_a_conference_whose_change_is_not_in_force_everywhere_is_found(projection: Projection) -> None:
    def terms(version: int) -> OrderTermsChanged:
        return OrderTermsChanged(OrderTerms(version, "published", "EUR", START_MS, (), 0, 0, None, 0, ()))

    projection.apply(CONFERENCE, stored(*PLANNED))
    assert projection.unsettled(10) == []
    projection.apply(CONFERENCE, stored(ConferencePublished(), after=2))
    assert projection.unsettled(10) == [CID]
    projection.apply(SEATS, stored(configured(version=3)))
    assert projection.unsettled(10) == [CID]
    projection.apply(f"orders-{CID}", stored(terms(3)))
    assert projection.unsettled(10) == []
    projection.apply(CONFERENCE, stored(ConferenceUnpublished(), after=3))
    projection.apply(f"orders-{CID}", stored(terms(4), after=1))
    assert projection.unsettled(10) == [CID]
    projection.apply(SEATS, stored(configured(version=4), after=1))
    assert projection.unsettled(10) == []

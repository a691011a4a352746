"""What stands of a conference, and the lists of conferences."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from actors.conference.events import (
    ConferenceArchived,
    ConferenceCancelled,
    ConferenceCreated,
    ConferencePublished,
    ConferenceUnpublished,
    DetailsEdited,
    FeeAgreed,
    PapersSet,
    PersonnelSet,
    SeatTypeAdded,
    SeatTypeEdited,
    SeatTypeRetired,
    TermsEdited,
)
from actors.messages.conference import DetailsChanges, SeatTypeChanges
from actors.messages.fees import FeeStructure
from actors.messages.terms import KeyPerson, Papers, Terms, TermsChanges
from actors.projections import writer
from actors.projections.projection import Projection
from gateway.reading import ConferenceRow
from gateway.views import SqliteViews
from storage.sqlite.readmodels import open_reader
from tests.actors.projections.given import CID, CONFERENCE, DETAILS, DINNER, GENERAL, PLANNED, apply_all, stored


def create(
    projection: Projection, slug: str, starts_on: str = "2027-05-01", organiser: str = "o1", **details: Any
) -> None:
    details_given = replace(DETAILS, starts_on=starts_on, ends_on="2028-01-01", **details)
    created = ConferenceCreated(f"c{slug}", organiser, slug, details_given)
    apply_all(projection, f"conference-c{slug}", [created, ConferencePublished()])


def slugs(page: tuple[list[ConferenceRow], str | None]) -> list[str]:
    return [row.slug for row in page[0]]


def test_a_conference_stands_as_its_events_say(projection: Projection, views: SqliteViews) -> None:
    events = [
        *PLANNED,
        SeatTypeAdded(DINNER),
        ConferencePublished(),
        DetailsEdited(DetailsChanges(name="PyCon DE")),
        SeatTypeEdited(GENERAL.id, SeatTypeChanges(quota=99)),
        SeatTypeRetired(DINNER.id),
    ]
    apply_all(projection, CONFERENCE, events)
    expected = ConferenceRow(
        id=CID,
        organiser="o1",
        slug="pycon",
        state="published",
        details=replace(DETAILS, name="PyCon DE"),
        seat_types=(replace(GENERAL, quota=99), replace(DINNER, retired=True)),
        taken={},
        version=7,
    )
    assert views.conference(CID) == expected
    assert views.conference_by_slug("pycon") == expected


def test_terms_papers_fees_and_personnel_are_kept(projection: Projection, tmp_path: Path) -> None:
    first, second = FeeStructure(per_seat_minor=100), FeeStructure(percent_bp=250, starts_on="2027-01-01")
    people = (KeyPerson("program chair", "psubject"),)
    events = [
        *PLANNED,
        PapersSet(Papers("reviewed", 3)),
        FeeAgreed(first),
        FeeAgreed(second),
        PersonnelSet(people),
        TermsEdited(TermsChanges(invoice_days=30)),
    ]
    apply_all(projection, CONFERENCE, events)
    reader = open_reader(tmp_path / "readmodels.db")
    stands = writer.conference(reader, CID)
    reader.close()
    assert stands is not None
    assert (stands.papers, stands.fees, stands.personnel) == (Papers("reviewed", 3), (first, second), people)
    assert stands.terms == Terms(invoice_days=30)


def test_each_step_is_seen(projection: Projection, views: SqliteViews) -> None:
    apply_all(projection, CONFERENCE, PLANNED)
    steps = [ConferencePublished(), ConferenceUnpublished(), ConferenceCancelled(), ConferenceArchived()]
    for version, (step, state) in enumerate(
        zip(steps, ["published", "unpublished", "cancelled", "archived"], strict=True), 2
    ):
        projection.apply(CONFERENCE, stored(step, after=version))
        row = views.conference(CID)
        assert row is not None
        assert (row.state, row.version) == (state, version + 1)
        assert slugs(views.published("", "", 9)) == (["pycon"] if state == "published" else [])


def test_the_public_list_goes_by_first_day_and_comes_in_pages(projection: Projection, views: SqliteViews) -> None:
    for slug, day in (("c", "2027-02-01"), ("a", "2027-03-01"), ("b", "2027-02-01"), ("d", "2027-01-01")):
        create(projection, slug, day)
    assert slugs(views.published("", "", 9)) == ["d", "b", "c", "a"]
    first, place = views.published("", "", 2)
    second, end = views.published("", place or "", 2)
    assert [row.slug for row in first + second] == ["d", "b", "c", "a"]
    assert end is None


def test_the_public_list_is_searched_in_name_tagline_and_location_whatever_the_case(
    projection: Projection, views: SqliteViews
) -> None:
    create(projection, "a", name="Rust Days")
    create(projection, "b", tagline="all about STRASSE")
    create(projection, "c", location="Zürich", name="100% _fun_")
    assert slugs(views.published("rust", "", 9)) == ["a"]
    assert slugs(views.published("straße", "", 9)) == ["b"]
    assert slugs(views.published("ZÜRICH", "", 9)) == ["c"]
    assert slugs(views.published("0% _f", "", 9)) == ["c"]
    assert slugs(views.published("%", "", 9)) == ["c"]
    assert slugs(views.published("nothing", "", 9)) == []


def test_an_organiser_sees_all_of_its_own_and_nothing_of_others(projection: Projection, views: SqliteViews) -> None:
    create(projection, "a")
    create(projection, "b", organiser="o2")
    apply_all(projection, CONFERENCE, PLANNED)
    assert slugs(views.conferences("o1", "", 9)) == ["a", "pycon"]
    assert slugs(views.conferences("o2", "", 9)) == ["b"]
    first, place = views.conferences("o1", "", 1)
    assert [row.slug for row in first] + slugs(views.conferences("o1", place or "", 1)) == ["a", "pycon"]

"""Characteristics and terms: papers, fee, personnel, refunds, invoices, names and badges, each with its history."""

import pytest

from actors.conference.answers import stands
from actors.conference.events import (
    ConferenceArchived,
    FeeAgreed,
    PapersSet,
    PersonnelSet,
    TermsEdited,
)
from actors.messages.conference import EditTerms, SetCharacteristics
from actors.messages.fees import FeeStructure
from actors.messages.terms import BadgeField, KeyPerson, Papers, Terms, TermsChanges
from tests.actors.conference.given import DRAFT, GENERAL, PUBLISHED

REVIEWED = Papers("reviewed", 3)
FEE = FeeStructure(per_seat_minor=99, percent_bp=250, starts_on="2026-12-01")
CHAIR = (KeyPerson("program chair", "pabc"),)
COMPANY = BadgeField("company", "Company")
ALL_SET = SetCharacteristics(3, REVIEWED, FEE, CHAIR)


def test_each_characteristic_that_changes_is_an_event_of_its_own() -> None:
    PUBLISHED.when(ALL_SET).then(PapersSet(REVIEWED), FeeAgreed(FEE), PersonnelSet(CHAIR))


def test_what_stays_the_same_is_no_event() -> None:
    past = PUBLISHED.given(PapersSet(REVIEWED), FeeAgreed(FEE), PersonnelSet(CHAIR))
    past.when(SetCharacteristics(6, REVIEWED, FEE, CHAIR)).then()
    past.when(SetCharacteristics(6, REVIEWED, FEE, ())).then(PersonnelSet(()))


def test_a_fee_joins_those_agreed_before() -> None:
    later = FeeStructure(percent_bp=300, starts_on="2027-01-01")
    past = PUBLISHED.given(FeeAgreed(FEE), FeeAgreed(later))
    assert stands(past.conference).fees == (FEE, later)


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (SetCharacteristics(3, Papers("reviewed", 0), FEE, ()), "papers.reviewers_per_paper"),
        (SetCharacteristics(3, Papers("open", 2), FEE, ()), "papers.reviewers_per_paper"),
        (SetCharacteristics(3, Papers(), FeeStructure(percent_bp=10_001), ()), "fee.percent_bp"),
        (SetCharacteristics(3, Papers(), FeeStructure(starts_on="soon"), ()), "fee.starts_on"),
        (SetCharacteristics(3, Papers(), FEE, CHAIR * 101), "personnel"),
        (EditTerms(3, TermsChanges(refund_kept_bp=10_001)), "refund_kept_bp"),
        (EditTerms(3, TermsChanges(invoice_days=91)), "invoice_days"),
        (EditTerms(3, TermsChanges(refund_until_ms=-1)), "refund_until"),
        (EditTerms(3, TermsChanges(badge_fields={GENERAL.id: (COMPANY, COMPANY)})), "badge_fields"),
        (EditTerms(3, TermsChanges(badge_fields={GENERAL.id: (BadgeField("", "X"),)})), "badge_fields"),
        (EditTerms(3, TermsChanges(badge_fields={GENERAL.id: (BadgeField("m", "Menu", "choice"),)})), "badge_fields"),
        (
            EditTerms(3, TermsChanges(badge_fields={GENERAL.id: (BadgeField("m", "M", "text", False, ("a",)),)})),
            "badge_fields",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(command: SetCharacteristics | EditTerms, field: str) -> None:
    PUBLISHED.when(command).refused("invalid", subject=field)


def test_terms_change_only_where_they_are_told_to() -> None:
    changes = TermsChanges(refund_until_ms=1_000, badge_fields={GENERAL.id: (COMPANY,)})
    PUBLISHED.when(EditTerms(3, changes)).then(TermsEdited(changes))
    past = PUBLISHED.given(TermsEdited(changes))
    assert past.conference.terms == Terms(refund_until_ms=1_000, badge_fields={GENERAL.id: (COMPANY,)})
    past.when(EditTerms(4, TermsChanges(refund_until_ms=1_000))).then()


def test_badge_fields_are_for_seat_types_that_there_are() -> None:
    changes = TermsChanges(badge_fields={"stnone": (COMPANY,)})
    PUBLISHED.when(EditTerms(3, changes)).refused("unknown-seat-type", subject="stnone")


def test_an_editor_who_saw_an_older_version_is_refused() -> None:
    PUBLISHED.when(SetCharacteristics(2, REVIEWED, FEE, ())).refused("stale-version", number=3)
    PUBLISHED.when(EditTerms(2, TermsChanges(invoice_days=1))).refused("stale-version", number=3)


def test_an_archived_conference_stays_as_it_is() -> None:
    past = DRAFT.given(ConferenceArchived())
    past.when(ALL_SET).refused("wrong-state")
    past.when(EditTerms(3, TermsChanges(invoice_days=1))).refused("wrong-state")

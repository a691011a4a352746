"""What the inventory is told, and what it is asked first."""

from actors.conference.configuration import configuration, cuts, order_terms
from actors.conference.events import (
    ConferenceCancelled,
    DetailsEdited,
    FeeAgreed,
    SeatTypeAdded,
    SeatTypeRetired,
    TermsEdited,
)
from actors.conference.kind import CONFERENCE
from actors.messages.conference import (
    ConferenceCommand,
    DetailsChanges,
    EditConference,
    EditSeatType,
    RetireSeatType,
    SeatType,
    SeatTypeChanges,
)
from actors.messages.fees import FeeStructure
from actors.messages.orders import ConfigureOrders, OrderTerms, SeatTypeTerms
from actors.messages.seats import Configuration, Configure, CutQuota, SeatTerms
from actors.messages.terms import TermsChanges
from tests.actors.conference.given import DRAFT, GENERAL, NOTHING, PUBLISHED


def lower(version: int, quota: int) -> EditSeatType:
    return EditSeatType(version, GENERAL.id, SeatTypeChanges(quota=quota))


def test_the_configuration_holds_what_reserving_needs_with_spans_in_milliseconds() -> None:
    dinner = SeatType("stdinner00", "Dinner", "event", 4_000, 30, 1_000, 2_000, 2, requires_admission=True)
    changes = DetailsChanges(
        wait_list="first_fit", hold_seconds=60, offer_seconds=3_600, seats_per_reservation_max=4, holds_per_client_max=0
    )
    past = PUBLISHED.given(SeatTypeAdded(dinner), SeatTypeRetired(GENERAL.id), DetailsEdited(changes))
    assert configuration(past.conference) == Configuration(
        version=6,
        state="published",
        currency="EUR",
        policy="first_fit",
        hold_ms=60_000,
        offer_ms=3_600_000,
        seats_per_reservation_max=4,
        holds_per_client_max=0,
        seat_types=(
            SeatTerms(GENERAL.id, "admission", 12_500, 100, retired=True),
            SeatTerms("stdinner00", "event", 4_000, 30, 1_000, 2_000, 2, requires_admission=True),
        ),
    )


def test_a_lower_quota_is_asked_of_the_inventory_first() -> None:
    assert cuts(PUBLISHED.conference, lower(3, 99)) == CutQuota(GENERAL.id, 99)


def test_nothing_is_asked_where_no_quota_falls() -> None:
    others: list[ConferenceCommand] = [
        lower(3, 100),
        lower(3, 101),
        EditSeatType(3, GENERAL.id, SeatTypeChanges(name="X")),
        EditSeatType(3, "stnone", SeatTypeChanges(quota=1)),
        EditConference(3, DetailsChanges(name="X")),
        RetireSeatType(3, GENERAL.id),
    ]
    assert [cuts(PUBLISHED.conference, command) for command in others] == [None] * len(others)


def test_nothing_is_asked_for_an_edit_that_is_refused_anyway() -> None:
    assert cuts(PUBLISHED.conference, lower(2, 5)) is None
    assert cuts(PUBLISHED.conference, lower(3, -1)) is None
    assert cuts(PUBLISHED.given(ConferenceCancelled()).conference, lower(4, 5)) is None


def test_nothing_is_asked_before_the_first_publication() -> None:
    assert cuts(DRAFT.conference, lower(2, 5)) is None


def test_the_configuration_must_be_in_force_before_anyone_is_answered() -> None:
    wish, _ = CONFERENCE.wishes(PUBLISHED.conference)
    assert (wish.name, wish.stamp, wish.stream) == ("configure", 3, "seats-c000000000001")
    assert wish.command == Configure(configuration(PUBLISHED.conference))
    assert wish.before_answers


def test_the_orders_are_told_their_terms_before_anyone_is_answered() -> None:
    _, wish = CONFERENCE.wishes(PUBLISHED.conference)
    assert (wish.name, wish.stamp, wish.stream) == ("configure-orders", 3, "orders-c000000000001")
    assert wish.command == ConfigureOrders(order_terms(PUBLISHED.conference))
    assert wish.before_answers


def test_the_orders_terms_hold_what_ordering_needs_with_the_defaults_worked_out() -> None:
    fee = FeeStructure(percent_bp=250, starts_on="2026-12-01")
    past = PUBLISHED.given(FeeAgreed(fee), TermsEdited(TermsChanges(refund_kept_bp=1_000, naming_until_ms=5)))
    starts_at_ms = 1_809_129_600_000  # 2027-05-01T00:00:00Z
    assert order_terms(past.conference) == OrderTerms(
        version=5,
        state="published",
        currency="EUR",
        starts_at_ms=starts_at_ms,
        fees=(fee,),
        refund_until_ms=starts_at_ms,
        refund_kept_bp=1_000,
        naming_until_ms=5,
        invoice_days=14,
        seat_types=(SeatTypeTerms(GENERAL.id, "admission"),),
    )


def test_a_refund_rule_of_its_own_stands_in_the_terms() -> None:
    past = PUBLISHED.given(TermsEdited(TermsChanges(refund_until_ms=77)))
    assert order_terms(past.conference).refund_until_ms == 77


def test_an_inventory_is_not_needed_before_the_first_publication() -> None:
    assert list(CONFERENCE.wishes(NOTHING.conference)) == []
    assert list(CONFERENCE.wishes(DRAFT.conference)) == []


def test_a_cut_is_a_wish_that_the_edit_waits_for() -> None:
    wish = CONFERENCE.consult(PUBLISHED.conference, lower(3, 5))
    assert wish is not None
    assert (wish.stream, wish.command) == ("seats-c000000000001", CutQuota(GENERAL.id, 5))
    assert CONFERENCE.consult(PUBLISHED.conference, lower(3, 500)) is None

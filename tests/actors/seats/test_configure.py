"""Configure: the newest version comes into force; raised quotas serve the wait-list in the same decision."""

import pytest
from msgspec.structs import replace

from actors.messages.seats import Cancel, Configure, Configured, Confirm, CutQuota, SeatTerms
from actors.seats import offering
from actors.seats.events import (
    InventoryConfigured,
    SeatsConfirmed,
    SeatsHeld,
    SeatsOffered,
    SeatsReleased,
    WaitListClosed,
    WaitListLeft,
)
from actors.seats.kind import SEATS
from tests.actors.seats.given import (
    CONFIGURATION,
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
from tests.support.scenario import Scenario

FULL = OPEN.after(asks("ana", general=3))


def second(*seat_types: SeatTerms, **changes: object) -> Configure:
    return Configure(configured(version=2, seat_types=seat_types or CONFIGURATION.seat_types, **changes))


def test_the_first_configuration_opens_an_inventory() -> None:
    outcome = Scenario(SEATS).when(Configure(CONFIGURATION))
    outcome.then(InventoryConfigured(CONFIGURATION))
    outcome.answered(Configured(1, 1))


def test_before_it_nothing_is_sold() -> None:
    Scenario(SEATS).when(asks("ana", general=1)).refused("not-on-sale")


def test_an_older_version_changes_nothing() -> None:
    newer = OPEN.after(second(hold_ms=7))
    outcome = newer.when(Configure(CONFIGURATION))
    outcome.then()
    outcome.answered(Configured(2, 2))


def test_the_version_in_force_changes_nothing_again() -> None:
    OPEN.when(Configure(CONFIGURATION)).then()


def test_a_newer_version_is_in_force_for_the_next_command() -> None:
    OPEN.after(second(hold_ms=7)).when(asks("ana", general=1)).then(SeatsHeld("ana", "", taken(general=1), 1, 7))


def test_what_is_taken_stays_taken() -> None:
    FULL.after(second(replace(GENERAL, quota=4))).when(asks("bob", general=2)).refused(
        "sold-out", available={"general": 1}
    )


def test_a_raised_quota_serves_the_list_at_once_with_offers_of_the_new_length() -> None:
    raised = second(replace(GENERAL, quota=6), DINNER, WORKSHOP, offer_ms=77)
    FULL.after(waits("bob", general=2), waits("eve", general=2), waits("kim", general=1)).when(raised, at=50).then(
        InventoryConfigured(raised.configuration),
        SeatsOffered("bob", taken(general=2), 2, 50 + 77),
    )


def test_a_quota_is_not_configured_below_what_is_taken() -> None:
    FULL.when(second(replace(GENERAL, quota=2))).refused("quota-below-taken", number=3, subject="general")
    lower = second(replace(GENERAL, quota=3))
    FULL.when(lower).then(InventoryConfigured(lower.configuration))


def test_a_change_of_policy_serves_whom_it_favours() -> None:
    waiting = OPEN.after(asks("ana", general=2), waits("bob", general=3), waits("eve", general=1))
    first_fit = second(policy="first_fit")
    waiting.when(first_fit, at=50).then(
        InventoryConfigured(first_fit.configuration), SeatsOffered("eve", taken(general=1), 2, 50 + OFFER_MS)
    )


def test_the_order_of_the_list_outlives_a_change_of_policy_and_back() -> None:
    waiting = FULL.after(waits("bob", general=1), waits("eve", general=2), waits("kim", general=1))
    there_and_back = waiting.after(second(policy="first_fit"), Configure(configured(version=3)))
    there_and_back.when(Cancel("ana")).then(
        SeatsReleased("ana", taken(general=3), "cancelled"),
        SeatsOffered("bob", taken(general=1), 2, OFFER_MS),
        SeatsOffered("eve", taken(general=2), 3, OFFER_MS),
    )


def test_cancelling_the_conference_closes_the_list_and_offers_nothing() -> None:
    cancelled = second(replace(GENERAL, quota=9), state="cancelled")
    FULL.after(waits("bob", general=2)).when(cancelled).then(
        InventoryConfigured(cancelled.configuration), WaitListClosed()
    )
    closed = FULL.after(waits("bob", general=2), cancelled)
    assert set(closed.state.standing) == {"ana"}
    assert closed.state.stocks["general"].waiting == 0


def test_cancelling_a_conference_that_nobody_waits_for_is_one_event() -> None:
    cancelled = second(state="cancelled")
    FULL.when(cancelled).then(InventoryConfigured(cancelled.configuration))


def test_archiving_leaves_the_list_as_it_is() -> None:
    archived = second(replace(GENERAL, quota=9), state="archived")
    FULL.after(waits("bob", general=2)).when(archived).then(InventoryConfigured(archived.configuration))


def test_publishing_again_serves_the_list() -> None:
    archived = FULL.after(waits("bob", general=2), second(replace(GENERAL, quota=9), state="archived"))
    again = Configure(configured(version=3, seat_types=(replace(GENERAL, quota=9),)))
    archived.when(again).then(
        InventoryConfigured(again.configuration), SeatsOffered("bob", taken(general=2), 2, OFFER_MS)
    )


def test_retiring_a_seat_type_sends_those_home_who_cannot_be_served_any_more() -> None:
    waiting = FULL.after(
        asks("kim", workshop=2),
        waits("bob", general=1),
        waits("eve", fewer=True, general=1, workshop=1),
        waits("joe", general=1, workshop=1),
    )
    retired = second(replace(GENERAL, retired=True), WORKSHOP)
    waiting.when(retired).then(InventoryConfigured(retired.configuration), WaitListLeft("bob", nothing_of(general=1)))
    waiting.after(retired).when(Cancel("eve")).then(
        WaitListLeft("eve", nothing_of(general=1, workshop=1)), WaitListLeft("joe", nothing_of(general=1, workshop=1))
    )


def test_a_seat_type_that_is_not_named_any_more_counts_as_retired() -> None:
    gone = FULL.after(second(WORKSHOP))
    gone.when(asks("bob", general=1)).refused("unknown-seat-type", subject="general")
    gone.when(Confirm("ana", ())).then(SeatsConfirmed("ana", taken(general=3), False))
    assert gone.after(Cancel("ana")).state.stocks["general"].taken == 0


def test_one_decision_sends_home_a_limited_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offering, "ENDED_PER_DECISION_MAX", 2)
    waiting = FULL.after(*(waits(f"w{number}", general=1) for number in range(5)))
    retired = second(replace(GENERAL, retired=True))
    left = [WaitListLeft(f"w{number}", nothing_of(general=1)) for number in range(5)]
    waiting.when(retired).then(InventoryConfigured(retired.configuration), *left[:2])
    rest = waiting.after(retired)
    assert SEATS.next_deadline_ms(rest.state) == 1
    (command,) = SEATS.due(rest.state, 10, 10)
    rest.when(command).then(*left[2:4])


def test_a_cut_quota_stays_cut_until_a_newer_version() -> None:
    cut = OPEN.after(CutQuota("general", 1))
    cut.when(Configure(CONFIGURATION)).then()
    cut.when(asks("ana", general=2)).refused("sold-out", available={"general": 1})
    cut.after(second()).when(asks("ana", general=2)).then(SeatsHeld("ana", "", taken(general=2), 1, HOLD_MS))


def test_a_limit_of_the_conference_holds_for_its_seat_types_at_once() -> None:
    selling(GENERAL).after(second(GENERAL, seats_per_reservation_max=1)).when(asks("ana", general=2)).refused(
        "too-many-seats", number=1
    )

"""Keep: a hold or offer lasts until its order's own due date."""

from msgspec.structs import replace

from actors.messages.seats import Confirm, Confirmed, Expire, Held, Keep
from actors.seats.events import HoldKept, SeatsReleased
from tests.actors.seats.given import GENERAL, HOLD_MS, OPEN, asks, selling, taken, waits

HOLDS = OPEN.after(asks("ana", general=2))


def test_a_hold_is_kept_under_a_new_lease_until_the_due_date() -> None:
    outcome = HOLDS.when(Keep("ana", 5_000), at=50)
    outcome.then(HoldKept("ana", taken(general=2), 2, 5_000))
    outcome.answered(Held("ana", taken(general=2), "EUR", 5_000, False, 3))


def test_a_due_date_may_lie_after_the_end_of_the_sale() -> None:
    closing = selling(replace(GENERAL, sale_closes_at_ms=150)).after(asks("ana", general=1))
    closing.when(Keep("ana", 5_000), at=50).then(HoldKept("ana", taken(general=1), 2, 5_000))


def test_keeping_never_shortens() -> None:
    outcome = HOLDS.when(Keep("ana", HOLD_MS), at=50)
    outcome.then()
    outcome.answered(Held("ana", taken(general=2), "EUR", HOLD_MS, False, 2))


def test_an_offer_is_kept_too() -> None:
    offered = OPEN.after(asks("first", general=3), waits("bob", general=1)).after(Expire("first", 1), at=HOLD_MS)
    outcome = offered.when(Keep("bob", 9_000), at=200)
    outcome.then(HoldKept("bob", taken(general=1), 3, 9_000, True))
    outcome.answered(Held("bob", taken(general=1), "EUR", 9_000, True, 6))


def test_only_the_new_lease_ends_it() -> None:
    kept = HOLDS.after(Keep("ana", 5_000), at=50)
    kept.when(Expire("ana", 1), at=6_000).then()
    kept.when(Expire("ana", 2), at=4_999).then()
    kept.when(Expire("ana", 2), at=5_000).then(SeatsReleased("ana", taken(general=2), "expired"))


def test_what_is_confirmed_needs_no_keeping() -> None:
    outcome = HOLDS.after(Confirm("ana", ())).when(Keep("ana", 5_000))
    outcome.then()
    outcome.answered(Confirmed("ana", taken(general=2), "EUR", 3))


def test_what_waits_or_does_not_stand_is_not_kept() -> None:
    OPEN.when(Keep("ana", 5_000)).refused("hold-expired")
    HOLDS.after(waits("bob", general=2)).when(Keep("bob", 5_000)).refused("hold-expired")

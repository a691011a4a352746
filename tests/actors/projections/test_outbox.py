"""What follows from facts goes into the outbox once: not at a hold, not at a rebuild, not again after a crash."""

from pathlib import Path
from typing import Any

import pytest

from actors.messages.codec import Decoder
from actors.messages.effects import (
    Announcement,
    CancellationMail,
    GiveBack,
    LapseMail,
    Mail,
    NamingReminder,
    OfferMail,
    PaymentReminder,
    RefundMail,
    TicketsMail,
)
from actors.messages.fees import FeeStructure
from actors.orders.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderEvent,
    OrderLapsed,
    OrderPlaced,
    RefundDone,
    RefundDue,
    SeatCancelled,
)
from actors.projections import rebuild
from actors.projections.aftermath import STALE_MS, Aftermath, NotNow
from actors.projections.outbox import entries
from actors.projections.projection import Projection
from storage.outbox import Due, Entry
from storage.sqlite.outbox import SqliteOutbox
from tests.actors.projections.given import CID, SEATS, START_MS, configured, held, offered, open_database, stored, waits

ORDERS = f"orders-{CID}"
ORDER = f"{CID}-o" + "a" * 26
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
decode: Decoder[Mail | Announcement | GiveBack] = Decoder(Mail | Announcement | GiveBack)


def placed(payment: Any = "invoice", pay_by_ms: int = 14 * DAY_MS, total_minor: int = 10_000) -> OrderPlaced:
    return OrderPlaced(
        order=ORDER,
        reservation=f"{CID}-r" + "a" * 26,
        buyer="pana",
        payment=payment,
        language="en",
        placed_on="2026-11-28",
        access="",
        lines=(),
        currency="EUR",
        fees=FeeStructure(),
        seat_fees_minor=(),
        total_minor=total_minor,
        pay_by_ms=pay_by_ms,
    )


CONFIRMED = OrderConfirmed(ORDER, 1, 10_000, 100, "EUR")
REFUND = f"{ORDER}-f1"
DUE = RefundDue(ORDER, REFUND, "sandbox", f"sbx-{ORDER}", 10_000, "EUR", "cancelled")


def effects(*events: OrderEvent) -> list[tuple[Any, int]]:
    """What follows from events that happened at 0, and when."""
    told = [(version, 0, event) for version, event in enumerate(events, 1)]
    return [(decode(entry.payload), entry.due_at_ms) for entry in entries(ORDERS, told, 2 * DAY_MS)]


def test_holds_and_waiting_lead_to_nothing_and_an_offer_to_a_mail() -> None:
    told = list(enumerate([configured(), held("ana"), waits("bob"), offered("bob", until=2_000)], 1))
    found = entries(SEATS, [(version, 7, event) for version, event in told], 0)
    assert [(entry.key, entry.kind, entry.due_at_ms) for entry in found] == [(f"{SEATS}/4/offer-mail", "mail", 7)]
    assert isinstance(decode(found[0].payload), OfferMail)


def test_an_order_with_time_to_pay_is_announced_and_reminded_of_before_its_due_date() -> None:
    assert effects(placed()) == [
        (Announcement("order.placed", ORDER, 0), 0),
        (PaymentReminder(ORDER), 12 * DAY_MS),
    ]


def test_a_short_time_to_pay_is_halved_by_the_reminder_and_a_hold_gets_none() -> None:
    assert effects(placed(pay_by_ms=2 * HOUR_MS))[1] == (PaymentReminder(ORDER), HOUR_MS)
    assert len(effects(placed("sandbox", pay_by_ms=900_000))) == 1
    assert len(effects(placed(total_minor=0))) == 1


def test_a_confirmed_order_gets_its_tickets_its_announcement_and_later_a_look_for_names() -> None:
    assert effects(CONFIRMED) == [
        (TicketsMail(ORDER), 0),
        (Announcement("order.confirmed", ORDER, 0), 0),
        (NamingReminder(ORDER), DAY_MS),
    ]


def test_every_way_to_lose_seats_is_told() -> None:
    gone = OrderCancelled(ORDER, "organiser", "conference-cancelled", ("1", "2"), 0, 1)
    assert effects(gone)[0] == (CancellationMail(ORDER, ("1", "2"), conference_cancelled=True), 0)
    assert effects(SeatCancelled(ORDER, "2", "general", "buyer", 0, 1)) == [
        (CancellationMail(ORDER, ("2",), conference_cancelled=False), 0),
        (Announcement("seat.cancelled", ORDER, 0, ("2",)), 0),
    ]
    assert effects(OrderLapsed(ORDER)) == [(LapseMail(ORDER), 0), (Announcement("order.lapsed", ORDER, 0), 0)]


def test_money_that_is_due_is_given_back_and_told_of_when_it_is_back() -> None:
    assert effects(DUE, RefundDone(ORDER, REFUND, "sbr-1")) == [
        (GiveBack(ORDER, REFUND, "sandbox", f"sbx-{ORDER}", 10_000, "EUR", "cancelled"), 0),
        (RefundMail(ORDER, REFUND), 0),
        (Announcement("order.refunded", ORDER, 0, refund=REFUND), 0),
    ]


def now_ms() -> int:
    return START_MS


@pytest.fixture
def outbox() -> SqliteOutbox:
    return SqliteOutbox(None)


def taken(outbox: SqliteOutbox) -> list[Due]:
    return outbox.take_due(2**62, 100, 1)


def test_the_projector_notes_effects_with_the_first_application_and_a_replay_adds_none(
    tmp_path: Path, outbox: SqliteOutbox
) -> None:
    projection = Projection(open_database(tmp_path), Aftermath(outbox, 0, now_ms))
    projection.apply(ORDERS, stored(placed(), CONFIRMED))
    assert len(taken(outbox)) == 4
    projection.apply(ORDERS, stored(placed(), CONFIRMED))
    assert outbox.counts()["waiting"] == 4


def test_a_rebuild_sends_nothing_again(tmp_path: Path, outbox: SqliteOutbox) -> None:
    db = open_database(tmp_path)
    events = stored(placed(), CONFIRMED, DUE)
    Projection(db, Aftermath(outbox, 0, now_ms)).apply(ORDERS, events)
    for due in taken(outbox):
        outbox.done(due, 1)
    before = outbox.counts()
    assert rebuild.rebuild([ORDERS], lambda _: events, db, lambda _: None, Aftermath(outbox, 0, now_ms)) == rebuild.OK
    assert (outbox.counts(), taken(outbox)) == (before, [])


def test_a_rebuild_notes_what_a_crash_has_kept_from_the_outbox(tmp_path: Path, outbox: SqliteOutbox) -> None:
    db = open_database(tmp_path)
    Projection(db, Aftermath(outbox, 0, now_ms)).apply(ORDERS, stored(placed(), CONFIRMED))
    events = stored(placed(), CONFIRMED, DUE)  # The last one was appended, but never heard of.
    rebuild.rebuild([ORDERS], lambda _: events, db, lambda _: None, Aftermath(outbox, 0, now_ms))
    assert f"{ORDERS}/3/give-back" in {due.key for due in taken(outbox)}
    assert outbox.counts()["waiting"] == 5


def test_a_full_outbox_keeps_the_read_models_waiting_and_loses_nothing(tmp_path: Path) -> None:
    outbox = SqliteOutbox(None, waiting_max=2)
    projection = Projection(open_database(tmp_path), Aftermath(outbox, 0, now_ms))
    outbox.enqueue([Entry("other", "mail", b"", 0)])
    with pytest.raises(NotNow):
        projection.apply(ORDERS, stored(placed(), CONFIRMED))
    assert projection.position(ORDERS) == 0
    outbox.done(taken(outbox)[0], 1)
    projection.apply(ORDERS, stored(placed()))
    assert projection.position(ORDERS) == 1


def test_with_an_outbox_that_was_lost_old_news_is_told_to_nobody_but_refunds_are_made(
    tmp_path: Path, outbox: SqliteOutbox
) -> None:
    later = Aftermath(outbox, 0, lambda: START_MS + 2 * STALE_MS)
    Projection(open_database(tmp_path), later).apply(ORDERS, stored(placed(), CONFIRMED, DUE))
    assert [due.kind for due in taken(outbox)] == ["refund"]


def test_what_was_done_and_forgotten_is_not_noted_again_beside_what_is_new(
    tmp_path: Path, outbox: SqliteOutbox
) -> None:
    db = open_database(tmp_path)
    Projection(db, Aftermath(outbox, 0, now_ms)).apply(ORDERS, stored(placed(), CONFIRMED))
    for due in taken(outbox):
        outbox.done(due, 1)
    assert outbox.forget(2, 100) == 4
    events = stored(placed(), CONFIRMED, DUE)
    rebuild.rebuild([ORDERS], lambda _: events, db, lambda _: None, Aftermath(outbox, 0, now_ms))
    assert [due.kind for due in taken(outbox)] == ["refund"]

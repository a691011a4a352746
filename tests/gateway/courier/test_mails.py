"""Mails say what is true when they are written, go to nobody who was erased, and are given up visibly."""

import asyncio
from email.message import EmailMessage
from typing import Any

import pytest

from actors.messages.effects import (
    CancellationMail,
    LapseMail,
    LinkMail,
    NamingReminder,
    OfferMail,
    PaymentReminder,
    RefundMail,
    TicketsMail,
)
from config.settings import load
from gateway.courier.carriers import Again, Done, GivenUp, NotYet, Outcome, waited_ms
from gateway.courier.facts import Waiter
from gateway.courier.letters import LOOKED_AT_AGAIN_MS, Writer
from gateway.courier.links import Links
from gateway.courier.mails import Mails
from gateway.documents.codes import CodeSigner
from gateway.mail.senders import Deferred, MemorySender, Rejected
from gateway.payments.offered import open_payments
from storage.outbox import Due
from tests.gateway.courier.given import CID, DAY_MS, NOW_MS, ORDER, REFUND, RESERVATION, STREAM, FakeFacts, due

SETTINGS = load({"CONTOSO_GATEWAY_PUBLIC_URL": "https://tickets.example.org"})
WEEK_MS = 7 * DAY_MS


class Desk:
    """A courier's mails with everything around them in memory."""

    def __init__(self, *outcomes: Any) -> None:
        self.facts, self.sender = FakeFacts(), MemorySender(*outcomes)
        payments = open_payments(SETTINGS, b"k" * 32, lambda: NOW_MS)
        links = Links(payments, b"k" * 32)
        writer = Writer(self.facts, links, CodeSigner(b"s" * 32), "en", WEEK_MS)
        self.mails = Mails(self.facts, writer, self.sender, SETTINGS.mail, 3 * DAY_MS, lambda: 0.0)

    def carry(self, taken: Due, now_ms: int = NOW_MS) -> Outcome:
        return asyncio.run(self.mails.carry(taken, now_ms))

    @property
    def mail(self) -> EmailMessage:
        assert len(self.sender.sent) == 1
        return self.sender.sent[0]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_a_confirmed_order_brings_tickets_calendar_access_code_and_a_signed_link() -> None:
    desk = Desk()
    assert desk.carry(due(TicketsMail(ORDER))) == Done()
    assert desk.mail["To"].addresses[0].addr_spec == "ana@example.org"
    names = [part.get_filename() for part in desk.mail.iter_attachments()]
    assert names == ["pycon-tickets.pdf", "pycon.ics"]
    pdf, calendar = [part.get_payload(decode=True) for part in desk.mail.iter_attachments()]
    assert isinstance(pdf, bytes)
    assert pdf.startswith(b"%PDF")
    assert isinstance(calendar, bytes)
    assert b"BEGIN:VEVENT" in calendar
    assert f"https://tickets.example.org/api/v1/orders/{ORDER}?link=" in text(desk.mail)


def test_what_people_wrote_is_text_in_html() -> None:
    desk = Desk()
    desk.carry(due(TicketsMail(ORDER)))
    assert "PyCon &lt;b&gt;" in html(desk.mail)
    assert "Ana &lt;i&gt;" in html(desk.mail)


def test_the_same_effect_is_the_same_mail_to_whoever_gets_it_twice() -> None:
    desk = Desk()
    desk.carry(due(TicketsMail(ORDER)))
    desk.carry(due(TicketsMail(ORDER), attempt=2), NOW_MS + 60_000)
    assert len({mail["Message-ID"] for mail in desk.sender.sent}) == 1


def test_somebody_who_was_erased_gets_nothing_and_the_row_ends_as_done() -> None:
    desk = Desk()
    del desk.facts.vault["pana"]
    assert desk.carry(due(TicketsMail(ORDER))) == Done()
    assert desk.sender.tries == 0


def test_a_mail_waits_until_the_read_models_know_its_event() -> None:
    desk = Desk()
    desk.facts.positions[STREAM] = 6
    assert isinstance(desk.carry(due(TicketsMail(ORDER))), NotYet)
    assert desk.sender.tries == 0


@pytest.mark.parametrize("status", ["cancelled", "refunding", "refunded"])
def test_tickets_of_an_order_that_has_ended_meanwhile_are_not_sent(status: str) -> None:
    desk = Desk()
    desk.facts.change(status=status)
    assert desk.carry(due(TicketsMail(ORDER))) == Done()
    assert desk.sender.tries == 0


def test_a_paid_order_is_not_reminded_of_its_payment() -> None:
    desk = Desk()
    assert desk.carry(due(PaymentReminder(ORDER))) == Done()
    assert desk.sender.tries == 0
    desk.facts.change(status="awaiting_payment")
    assert desk.carry(due(PaymentReminder(ORDER))) == Done()
    assert "€200.00" in text(desk.mail)
    assert f"https://tickets.example.org/pay/sandbox/{ORDER}/" in text(desk.mail)


def test_whoever_was_sent_an_invoice_hears_that_the_order_lapsed() -> None:
    desk = Desk()
    desk.facts.change(status="lapsed")
    assert desk.carry(due(LapseMail(ORDER))) == Done()
    assert desk.sender.tries == 0
    desk.facts.change(payment="invoice")
    assert desk.carry(due(LapseMail(ORDER))) == Done()
    assert "has lapsed" in str(desk.mail["Subject"])


def test_names_are_asked_for_when_their_last_day_is_near_and_some_are_missing() -> None:
    desk = Desk()
    until_ms = NOW_MS + 30 * DAY_MS
    assert desk.carry(due(NamingReminder(ORDER))) == NotYet(NOW_MS + LOOKED_AT_AGAIN_MS)
    assert desk.carry(due(NamingReminder(ORDER)), until_ms - WEEK_MS - 5) == NotYet(until_ms - WEEK_MS)
    assert desk.carry(due(NamingReminder(ORDER)), until_ms - WEEK_MS) == Done()
    assert "one seat of your order has no name" in text(desk.mail)
    assert desk.carry(due(NamingReminder(ORDER)), until_ms) == Done()
    assert desk.sender.tries == 1


def test_a_refund_is_told_with_its_amount_and_reason() -> None:
    desk = Desk()
    assert desk.carry(due(RefundMail(ORDER, REFUND.id))) == Done()
    assert "€90.00" in text(desk.mail)
    assert "given seats back" in text(desk.mail)


def test_a_cancellation_names_the_seats_that_went() -> None:
    desk = Desk()
    assert desk.carry(due(CancellationMail(ORDER, ("2",), conference_cancelled=False))) == Done()
    assert "1 × General" in text(desk.mail)


def test_an_offer_goes_to_whoever_waited_while_it_stands() -> None:
    desk = Desk()
    desk.facts.waiters[RESERVATION] = Waiter("pbob", "offered", {"stgeneral0": 2})
    taken = due(OfferMail(RESERVATION, NOW_MS + 1_000), key=f"seats-{CID}/3/offer-mail")
    assert desk.carry(taken) == Done()
    assert desk.mail["To"].addresses[0].addr_spec == "bob@example.org"
    assert "2 × General" in text(desk.mail)
    assert desk.carry(taken, NOW_MS + 1_000) == Done()
    desk.facts.waiters[RESERVATION] = Waiter("pbob", "confirmed", {"stgeneral0": 2})
    assert desk.carry(taken) == Done()
    assert desk.sender.tries == 1


def test_a_mailed_link_hides_its_token_behind_the_hash() -> None:
    desk = Desk()
    mail = LinkMail("invitation", "pbob", "l1", NOW_MS + DAY_MS, organiser="o1", role="viewer")
    assert desk.carry(due(mail, key="invitation/o1/pbob/1")) == Done()
    assert "https://tickets.example.org/invitations#" in text(desk.mail)
    assert "Ada Events" in text(desk.mail)


def test_a_server_that_says_later_is_asked_again_and_given_up_after_days() -> None:
    desk = Desk(Deferred("451 try later"), Deferred("451 try later"))
    assert desk.carry(due(TicketsMail(ORDER))) == Again(NOW_MS + 2_000, "451 try later")
    attempt = next(number for number in range(1, 500) if waited_ms(number) >= 3 * DAY_MS)
    assert desk.carry(due(TicketsMail(ORDER), attempt=attempt)) == GivenUp("451 try later")


def test_what_a_server_repeats_of_an_address_is_not_kept() -> None:
    desk = Desk(Rejected("550 <ana@example.org>: no such user"))
    assert desk.carry(due(TicketsMail(ORDER))) == GivenUp("550 <[withheld]>: no such user")


def test_an_address_that_is_none_is_given_up() -> None:
    desk = Desk()
    desk.facts.vault["pana"]["email"] = "nonsense"
    assert isinstance(desk.carry(due(TicketsMail(ORDER))), GivenUp)

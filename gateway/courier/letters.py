"""From an effect to the letter that is written: to whom, in which language, what it says and what is attached.

Everything is looked up when it is written, so a letter says what is true by then, and nothing personal is kept.
"""

from collections import Counter
from typing import Final, NamedTuple, assert_never

from actors.messages.conference import ConferenceStands
from actors.messages.effects import (
    CancellationMail,
    LapseMail,
    LinkMail,
    Mail,
    NamingReminder,
    OfferMail,
    OrderMail,
    PaymentReminder,
    RefundMail,
    TicketsMail,
)
from actors.messages.order_replies import OrderStands
from gateway.courier.facts import Facts, Person
from gateway.courier.links import Links
from gateway.courier.wording import confirmed, payment_due, refund_made, seat_lines
from gateway.documents.codes import CodeSigner
from gateway.languages.catalogues import Language, nearest
from gateway.mail.compose import Attachment
from gateway.mail.letters import (
    Invitation,
    Letter,
    NamesMissing,
    OrderCancelled,
    OrderLapsed,
    SeatsOffered,
)
from gateway.mail.letters import PasswordReset as PasswordResetLetter

LOOKED_AT_AGAIN_MS: Final = 7 * 86_400_000


class Written(NamedTuple):
    """A letter to somebody."""

    to: Person
    letter: Letter
    language: Language
    attachments: tuple[Attachment, ...] = ()


class Nobody(NamedTuple):
    """Nothing is to be written: it is no longer true, or there is nobody to write to. ``why``, for the log."""

    why: str


class Later(NamedTuple):
    """It is too early to say."""

    at_ms: int


class Writer:
    """Writes letters from what is known. ``language``: for people who have chosen none."""

    def __init__(
        self, facts: Facts, links: Links, codes: CodeSigner, language: Language, naming_reminder_ms: int
    ) -> None:
        self._facts, self._links, self._codes, self._language = facts, links, codes, language
        self._naming_reminder_ms = naming_reminder_ms

    async def write(self, mail: Mail, now_ms: int) -> Written | Nobody | Later:
        """The letter that this effect is."""
        match mail:
            case OfferMail():
                return await self._offer(mail, now_ms)
            case LinkMail():
                return await self._link(mail, now_ms)
            case TicketsMail() | PaymentReminder() | LapseMail() | NamingReminder() | CancellationMail() | RefundMail():
                return await self._about_order(mail, now_ms)
            case unreachable:
                assert_never(unreachable)

    async def _offer(self, mail: OfferMail, now_ms: int) -> Written | Nobody:
        waiter = self._facts.waiter(mail.reservation)
        conference = self._facts.conference(mail.reservation.partition("-")[0])
        if waiter is None or conference is None or waiter.status != "offered" or now_ms >= mail.until_ms:
            return Nobody("the offer is over")
        person = (await self._facts.people([waiter.subject])).get(waiter.subject)
        if person is None:
            return Nobody("nobody is known there")
        details = conference.details
        url = self._links.reservation(mail.reservation)
        seats = seat_lines(conference, waiter.seats)
        letter = SeatsOffered(details.name, seats, mail.until_ms, details.time_zone, url)
        return Written(person, letter, nearest(person.get("language") or self._language))

    async def _link(self, mail: LinkMail, now_ms: int) -> Written | Nobody:
        person = (await self._facts.people([mail.subject])).get(mail.subject)
        if person is None or now_ms >= mail.until_ms:
            return Nobody("the link is over, or nobody is known there")
        language = nearest(mail.language or self._language)
        url = self._links.mailed(mail.occasion, mail.link)
        if mail.occasion == "password-reset":
            return Written(person, PasswordResetLetter(mail.until_ms, "UTC", url), language)
        name = await self._facts.organiser(mail.organiser)
        return Written(person, Invitation(name, mail.role, mail.until_ms, "UTC", url), language)

    async def _about_order(self, mail: OrderMail, now_ms: int) -> Written | Nobody | Later:
        order = self._facts.order(mail.order)
        conference = self._facts.conference(mail.order.partition("-")[0])
        if order is None or conference is None:
            return Nobody("there is no such order")
        buyer = (await self._facts.people([order.buyer])).get(order.buyer)
        if buyer is None:
            return Nobody("the buyer was erased")
        language, name = nearest(order.language), buyer.get("name", "")
        url = self._links.order(mail.order)
        match mail:
            case TicketsMail():
                if order.status != "confirmed":
                    return Nobody("the order has ended")
                letter = confirmed(conference, order, name, url, self._links.code(mail.order))
                return Written(buyer, letter, language, await self._tickets(conference, order, language))
            case PaymentReminder():
                if order.status != "awaiting_payment" or order.securing or now_ms >= order.pay_by_ms:
                    return Nobody("it is paid, or over")
                due = payment_due(conference, order, name, self._links.payment(mail.order, order.payment))
                return Written(buyer, due, language)
            case LapseMail():
                if order.payment != "invoice" or order.status != "lapsed":
                    return Nobody("they had the page before them, or it is paid by now")
                return Written(buyer, OrderLapsed(conference.details.name, name, order.order, url), language)
            case NamingReminder():
                return self._names(conference, order, buyer, url, now_ms)
            case CancellationMail(seats=seats, conference_cancelled=conference_cancelled):
                gone = seat_lines(conference, Counter(seat.seat_type for seat in order.seats if seat.id in seats))
                title = conference.details.name
                cancelled = OrderCancelled(title, name, order.order, gone, conference_cancelled, url)
                return Written(buyer, cancelled, language)
            case RefundMail(refund=refund):
                made = refund_made(conference, order, refund, name, url)
                return Nobody("there is no such refund") if made is None else Written(buyer, made, language)
            case unreachable:
                assert_never(unreachable)

    def _names(
        self, conference: ConferenceStands, order: OrderStands, buyer: Person, url: str, now_ms: int
    ) -> Written | Nobody | Later:
        until_ms = conference.terms.naming_until_ms
        if until_ms is None or not self._naming_reminder_ms or order.status != "confirmed" or now_ms >= until_ms:
            return Nobody("names can be given at any time, or no more")
        at_ms = until_ms - self._naming_reminder_ms
        if now_ms < at_ms:
            return Later(min(at_ms, now_ms + LOOKED_AT_AGAIN_MS))
        unnamed = sum(seat.status == "valid" and not seat.attendee for seat in order.seats)
        if not unnamed:
            return Nobody("all seats have names")
        details = conference.details
        letter = NamesMissing(
            details.name, buyer.get("name", ""), order.order, unnamed, until_ms, details.time_zone, url
        )
        return Written(buyer, letter, nearest(order.language))

    async def _tickets(
        self, conference: ConferenceStands, order: OrderStands, language: Language
    ) -> tuple[Attachment, ...]:
        from gateway.courier.papers import calendar, tickets  # Heavy: fonts, shaping and drawing.

        seats = [seat for seat in order.seats if seat.status == "valid"]
        people = await self._facts.people(seat.attendee for seat in seats)
        organiser = await self._facts.organiser(conference.organiser)
        written = await tickets(conference, order, organiser, people, self._codes, language)
        return (
            Attachment(f"{conference.slug}-tickets.pdf", "application/pdf", written),
            Attachment(f"{conference.slug}.ics", "text/calendar", calendar(conference, order)),
        )

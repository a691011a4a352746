"""Carries what organisers' own systems are told: an announcement becomes a message for each webhook that wants it.

Messages hold ids and amounts, nothing personal. Each is tried by itself, with its own log and its own pauses.
"""

import random
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final, assert_never

from actors.messages.codec import Decoder, Malformed, encode
from actors.messages.effects import Announcement, WebhookMessage
from actors.messages.order_replies import OrderStands
from gateway.courier.carriers import Again, Done, GivenUp, NotYet, Outcome, version_of
from gateway.courier.facts import Facts
from gateway.courier.rounds import Run
from gateway.webhooks.delivery import Courier, Delivered, Failed, next_attempt_at_ms
from gateway.webhooks.signing import Message, message_of
from gateway.webhooks.targets import Forbidden, target_of
from storage.outbox import Due, Entry
from storage.vault import Unreadable
from storage.webhooks import Attempt, Webhooks

READ_MODELS_MS: Final = 100
SEATS_LISTED_MAX: Final = 200

_announcement: Decoder[Announcement] = Decoder(Announcement)
_message: Decoder[WebhookMessage] = Decoder(WebhookMessage)


class Announcements:
    """Satisfies ``carriers.Carrier``."""

    def __init__(self, facts: Facts, webhooks: Webhooks, run: Run) -> None:
        self._facts, self._webhooks, self._run = facts, webhooks, run

    async def carry(self, due: Due, now_ms: int) -> Outcome:
        stream, version = version_of(due)
        if stream and self._facts.position(stream) < version:
            return NotYet(now_ms + READ_MODELS_MS)
        try:
            news = _announcement(due.payload)
        except Malformed as problem:
            return GivenUp(f"of a newer release: {problem}")
        conference = self._facts.conference(news.order.partition("-")[0])
        order = self._facts.order(news.order)
        if conference is None or order is None:
            return Done()
        wanted = await self._run(self._webhooks.subscribed, conference.organiser, news.event)
        entries = []
        for webhook in wanted:
            id = _message_id(due.key, webhook.id)
            body = message_of(id, news.event, news.at_ms, data_of(news, order, conference.slug)).body
            payload = encode(WebhookMessage(webhook.id, id, news.event, body))
            entries.append(Entry(id, "webhook", payload, now_ms, webhook.id))
        return Done(entries)


def data_of(news: Announcement, order: OrderStands, slug: str) -> dict[str, Any]:
    """What a message says of its event."""
    data: dict[str, Any] = {
        "conference": slug,
        "order": order.order,
        "reservation": order.reservation,
        "status": order.status,
        "total": {"amount": order.total_minor, "currency": order.currency},
    }
    if news.seats:
        data["seats"] = list(news.seats[:SEATS_LISTED_MAX])
    refund = next((each for each in order.refunds if each.id == news.refund), None)
    if refund is not None:
        amount = {"amount": refund.amount_minor, "currency": refund.currency}
        data["refund"] = {"id": refund.id, "amount": amount, "reason": refund.reason}
    return data


def _message_id(key: str, webhook: str) -> str:
    """The same for the same event and webhook: whoever gets it twice can tell."""
    return "msg_" + blake2b(f"{key}\0{webhook}".encode(), digest_size=16).hexdigest()


class WebhookMessages:
    """Satisfies ``carriers.Carrier``. ``kept_max``: tries remembered of one webhook."""

    def __init__(
        self,
        webhooks: Webhooks,
        courier: Courier,
        run: Run,
        kept_max: int,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._webhooks, self._courier, self._run = webhooks, courier, run
        self._kept_max, self._spread = kept_max, spread

    async def carry(self, due: Due, now_ms: int) -> Outcome:
        try:
            message = _message(due.payload)
            subscription = await self._run(self._webhooks.subscription, message.webhook)
        except Malformed as problem:
            return GivenUp(f"of a newer release: {problem}")
        except Unreadable as problem:
            return GivenUp(str(problem))
        if subscription is None or not subscription.webhook.active:
            return Done()
        target = target_of(subscription.webhook.url)
        if isinstance(target, Forbidden):
            return GivenUp(target.problem)
        outcome = await self._courier.attempt(Message(message.message, message.body), target, subscription.secret)
        match outcome:
            case Delivered(status=status, took_ms=took_ms):
                attempt = Attempt(message.message, message.event, due.attempt, now_ms, took_ms, True, status)
                await self._note(message, attempt)
                return Done()
            case Failed():
                return await self._failed(message, due, outcome, now_ms)
            case unreachable:
                assert_never(unreachable)

    async def _failed(self, message: WebhookMessage, due: Due, failed: Failed, now_ms: int) -> Outcome:
        next_at_ms = None
        if failed.gone:
            await self._run(lambda: self._webhooks.switch(message.webhook, active=False))
        else:
            next_at_ms = next_attempt_at_ms(due.attempt, now_ms + failed.took_ms, self._spread())
        attempt = Attempt(
            message.message,
            message.event,
            due.attempt,
            now_ms,
            failed.took_ms,
            False,
            failed.status,
            failed.reason,
            next_at_ms,
        )
        await self._note(message, attempt)
        if next_at_ms is None:
            return GivenUp(failed.reason)
        return Again(next_at_ms, failed.reason)

    async def _note(self, message: WebhookMessage, attempt: Attempt) -> None:
        await self._run(self._webhooks.note, message.webhook, attempt, self._kept_max)

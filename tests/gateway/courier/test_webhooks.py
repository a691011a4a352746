"""What organisers' systems are told, checked by the standard's own verifier over real sockets."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook as Verifier

from actors.messages.codec import Decoder
from actors.messages.effects import Announcement, WebhookMessage
from gateway.courier.carriers import Again, Done, GivenUp, NotYet, Outcome
from gateway.courier.webhooks import Announcements, WebhookMessages
from gateway.webhooks.delivery import DELAYS_S, Courier
from gateway.webhooks.signing import secret_of
from storage.outbox import Due
from storage.sqlite.webhooks import SqliteWebhooks
from storage.webhooks import Attempt, Webhook
from tests.gateway.courier.given import NOW_MS, ORDER, REFUND, STREAM, FakeFacts, due, inline

SECRET = secret_of(bytes(range(32)))
decode: Decoder[WebhookMessage] = Decoder(WebhookMessage)


async def loopback(_host: str, _port: int) -> tuple[str, ...]:
    return ("127.0.0.1",)


def stored(*webhooks: Webhook) -> SqliteWebhooks:
    store = SqliteWebhooks(None, bytes(32))
    for webhook in webhooks:
        store.add(webhook, SECRET)
    return store


def hook(
    name: str = "w1", port: int = 80, organiser: str = "o1", events: tuple[str, ...] = ("order.confirmed",)
) -> Webhook:
    return Webhook(name, organiser, f"http://hooks.example:{port}/a", events, 1)


def announce(store: SqliteWebhooks, news: Announcement, facts: FakeFacts | None = None) -> Outcome:
    return asyncio.run(Announcements(facts or FakeFacts(), store, inline).carry(due(news, "announcement"), NOW_MS))


def messages(outcome: Outcome) -> list[WebhookMessage]:
    assert isinstance(outcome, Done)
    return [decode(entry.payload) for entry in outcome.entries]


NEWS = Announcement("order.confirmed", ORDER, NOW_MS)


def test_an_event_becomes_a_message_for_each_webhook_of_its_organiser_that_wants_it() -> None:
    store = stored(
        hook("w1"), hook("w2"), hook("w3", events=("order.cancelled",)), hook("w4", organiser="o2"), hook("w5")
    )
    store.switch("w5", active=False)
    outcome = announce(store, NEWS)
    assert isinstance(outcome, Done)
    assert [(entry.kind, entry.group) for entry in outcome.entries] == [("webhook", "w1"), ("webhook", "w2")]
    again = announce(store, NEWS)
    assert again == outcome, "the same event again is the same messages"


def test_a_message_says_ids_and_amounts_and_nobodys_name() -> None:
    (message,) = messages(announce(stored(hook()), NEWS))
    body = json.loads(message.body)
    assert body["type"] == "order.confirmed"
    assert body["data"]["order"] == ORDER
    assert body["data"]["total"] == {"amount": 20_000, "currency": "EUR"}
    assert b"Ana" not in message.body
    assert b"pana" not in message.body


def test_a_refund_is_told_with_its_amount() -> None:
    store = stored(hook(events=("order.refunded",)))
    (message,) = messages(announce(store, Announcement("order.refunded", ORDER, NOW_MS, refund=REFUND.id)))
    assert json.loads(message.body)["data"]["refund"] == {
        "id": REFUND.id,
        "amount": {"amount": 9_000, "currency": "EUR"},
        "reason": "seat-cancelled",
    }


def test_an_announcement_waits_until_the_read_models_know_its_event() -> None:
    facts = FakeFacts()
    facts.positions[STREAM] = 6
    assert isinstance(announce(stored(hook()), NEWS, facts), NotYet)


class Receiver:
    """A web server on a free port that answers as it is told and keeps what came."""

    def __init__(self, *statuses: int) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self._statuses = list(statuses)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.came.append((dict(request.headers), await request.read()))
        return web.Response(status=self._statuses.pop(0) if self._statuses else 200)

    def deliver(self, act: Callable[[SqliteWebhooks, WebhookMessages, Due], Any], attempt: int = 1) -> Any:
        async def run() -> Any:
            runner = web.ServerRunner(web.Server(self.answer))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            try:
                store = stored(hook(port=runner.addresses[0][1]))
                (message,) = messages(await Announcements(FakeFacts(), store, inline).carry(due(NEWS), NOW_MS))
                carrier = WebhookMessages(store, Courier(True, loopback), inline, 5, lambda: 0.0)
                taken = due(message, "webhook", key=message.message, attempt=attempt, group="w1")
                return await act(store, carrier, taken)
            finally:
                await runner.cleanup()

        return asyncio.run(run())


def test_what_arrives_is_signed_by_the_standard_and_logged() -> None:
    receiver = Receiver()

    async def act(store: SqliteWebhooks, carrier: WebhookMessages, taken: Due) -> list[Attempt]:
        assert await carrier.carry(taken, NOW_MS) == Done()
        assert await carrier.carry(taken._replace(attempt=2), NOW_MS) == Done()
        return [noted.attempt for noted in store.attempts("w1")]

    log = receiver.deliver(act)
    for headers, body in receiver.came:
        assert Verifier(SECRET).verify(body, headers)["data"]["order"] == ORDER
    (first, body), (second, again) = receiver.came
    assert (first["webhook-id"], body) == (second["webhook-id"], again), "sent again, it is the same"
    assert [(attempt.number, attempt.delivered, attempt.status) for attempt in log] == [(2, True, 200), (1, True, 200)]


def test_a_failure_is_tried_again_by_the_plan_and_given_up_after_the_last_try() -> None:
    async def act(store: SqliteWebhooks, carrier: WebhookMessages, taken: Due) -> tuple[Outcome, Attempt]:
        return await carrier.carry(taken, NOW_MS), store.attempts("w1")[0].attempt

    outcome, attempt = Receiver(500).deliver(act)
    assert isinstance(outcome, Again)
    assert outcome.at_ms - NOW_MS - attempt.took_ms == DELAYS_S[0] * 1000
    assert (attempt.delivered, attempt.status, attempt.next_at_ms) == (False, 500, outcome.at_ms)
    outcome, attempt = Receiver(500).deliver(act, attempt=len(DELAYS_S) + 1)
    assert isinstance(outcome, GivenUp)
    assert attempt.next_at_ms is None


def test_a_receiver_that_says_gone_is_switched_off() -> None:
    async def act(store: SqliteWebhooks, carrier: WebhookMessages, taken: Due) -> None:
        assert isinstance(await carrier.carry(taken, NOW_MS), GivenUp)
        assert not store.of("o1")[0].active
        assert await carrier.carry(taken, NOW_MS) == Done()

    receiver = Receiver(410)
    receiver.deliver(act)
    assert len(receiver.came) == 1


def test_a_webhook_that_was_removed_gets_nothing() -> None:
    async def act(store: SqliteWebhooks, carrier: WebhookMessages, taken: Due) -> None:
        store.remove("o1", "w1")
        assert await carrier.carry(taken, NOW_MS) == Done()

    receiver = Receiver()
    receiver.deliver(act)
    assert receiver.came == []

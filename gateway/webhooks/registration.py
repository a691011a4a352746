"""Webhooks of an organiser: where its own systems hear of events. Checked when they are made, and at every attempt."""

import asyncio
import secrets
from typing import Annotated, Final

from msgspec import Meta, Struct

from actors.messages.effects import WebhookEvent
from gateway.bodies import Body
from gateway.calls import Answer, Call
from gateway.fields import Time
from gateway.instants import to_time
from gateway.problems import Problem, invalid, not_found
from gateway.replies import Listed
from gateway.routes import PAGE, Lists, Member, Route
from gateway.webhooks.signing import SECRET_BYTES_MIN, secret_of
from gateway.webhooks.targets import Forbidden, Unresolved, addresses_of, target_of
from storage.webhooks import Webhook as StoredWebhook

PATH = "/api/v1/organisers/{o}/webhooks"
ID_BYTES: Final = 10
LOOK_UP_S_MAX: Final = 5.0


class NewWebhook(Body, frozen=True):
    """Where to send messages, and of which events."""

    url: Annotated[str, Meta(min_length=1, max_length=2_000)]
    events: Annotated[tuple[WebhookEvent, ...], Meta(min_length=1, max_length=20)]


class Webhook(Struct, frozen=True, kw_only=True):
    """A webhook; not ``active`` any more when the receiver answered 410: it wants no messages."""

    id: str
    url: str
    events: list[str]
    active: bool
    created_at: Time


class FreshWebhook(Webhook, frozen=True, kw_only=True):
    """A webhook with the secret that its messages are signed with (Standard Webhooks): shown this once."""

    secret: str


def shown(webhook: StoredWebhook) -> Webhook:
    return Webhook(
        id=webhook.id,
        url=webhook.url,
        events=list(webhook.events),
        active=webhook.active,
        created_at=to_time(webhook.created_at_ms),
    )


async def list_webhooks(call: Call) -> Answer:
    """All of them on one page: they are few."""
    webhooks = await call.parts.workers.run(call.parts.receivers.store.of, call.parameters["o"])
    return Answer(Listed([shown(webhook) for webhook in webhooks], None))


async def register(call: Call) -> Answer:
    """A new webhook."""
    body: NewWebhook = call.body
    parts, organiser = call.parts, call.parameters["o"]
    if len(set(body.events)) != len(body.events):
        raise invalid("events", "Expected each event once")
    url = await _checked(call, body.url)
    secret = secret_of(secrets.token_bytes(SECRET_BYTES_MIN))
    webhook = StoredWebhook("w" + secrets.token_hex(ID_BYTES), organiser, url, body.events, parts.now_ms())
    refused = await parts.workers.run(parts.receivers.store.add, webhook, secret)
    if refused is not None:
        raise Problem("limit-reached", f"An organiser has at most {refused.limit} webhooks.", limit=refused.limit)
    plain = shown(webhook)
    fresh = FreshWebhook(
        id=plain.id,
        url=plain.url,
        events=plain.events,
        active=plain.active,
        created_at=plain.created_at,
        secret=secret,
    )
    place = {"Location": f"/api/v1/organisers/{organiser}/webhooks/{webhook.id}"}
    return Answer(fresh, status=201, headers=place)


async def _checked(call: Call, url: str) -> str:
    """The address in its canonical form, if messages may go there. Raises ``Problem`` (invalid)."""
    receivers, target = call.parts.receivers, target_of(url)
    if isinstance(target, Forbidden):
        raise invalid("url", target.problem)
    try:
        async with asyncio.timeout(LOOK_UP_S_MAX):
            addresses = await addresses_of(target, receivers.allow_private, receivers.resolve)
    except TimeoutError:
        raise invalid("url", "the host's name could not be looked up in time") from None
    if isinstance(addresses, Forbidden | Unresolved):
        raise invalid("url", addresses.problem)
    return target.url


async def remove(call: Call) -> Answer:
    """No more messages; the delivery log goes too."""
    parts = call.parts
    if not await parts.workers.run(parts.receivers.store.remove, call.parameters["o"], call.parameters["id"]):
        raise not_found("webhook")
    return Answer(status=204)


_OWNER = Member("owner")
ROUTES = (
    Route("GET", PATH, list_webhooks, _OWNER, "The webhooks", {200: Lists(Webhook)}, parameters=PAGE),
    Route(
        "POST",
        PATH,
        register,
        _OWNER,
        "Register a webhook",
        {201: FreshWebhook},
        body=NewWebhook,
        conflicts=("limit-reached",),
    ),
    Route("DELETE", PATH + "/{id}", remove, _OWNER, "Remove a webhook", {204: None}),
)

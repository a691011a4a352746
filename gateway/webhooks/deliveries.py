"""How messages to a webhook went, the newest attempt first, and having one sent again."""

from msgspec import Struct

from gateway.calls import Answer, Call
from gateway.cursors import encode_cursor, link_next, page_of
from gateway.fields import Time
from gateway.instants import to_time
from gateway.problems import invalid, not_found
from gateway.replies import Listed
from gateway.routes import PAGE, Lists, Member, Route
from gateway.webhooks.registration import PATH as WEBHOOKS
from storage.webhooks import Noted

PATH = WEBHOOKS + "/{id}/deliveries"


class Delivery(Struct, frozen=True):
    """One attempt to deliver a message; ``id`` is the message's, the same at each attempt.

    ``status``: what the receiver answered, if it did. ``next_at``: when it is tried again, if it is.
    """

    id: str
    event: str
    attempt: int
    at: Time
    took_ms: int
    delivered: bool
    status: int | None
    reason: str
    next_at: Time | None


def shown(noted: Noted) -> Delivery:
    attempt = noted.attempt
    return Delivery(
        id=attempt.message,
        event=attempt.event,
        attempt=attempt.number,
        at=to_time(attempt.at_ms),
        took_ms=attempt.took_ms,
        delivered=attempt.delivered,
        status=attempt.status,
        reason=attempt.reason,
        next_at=None if attempt.next_at_ms is None else to_time(attempt.next_at_ms),
    )


async def list_deliveries(call: Call) -> Answer:
    """A page of the delivery log; its cursor is a place in it."""
    webhook = await _webhook(call)
    page = page_of(call.query)
    if page.after and not (page.after.isascii() and page.after.isdigit() and len(page.after) <= 18):
        raise invalid("cursor", "Expected the cursor that a page of this list gave as next")
    before = int(page.after) if page.after else None
    found = await call.parts.workers.run(call.parts.receivers.store.attempts, webhook, before, page.limit + 1)
    rows, more = found[: page.limit], len(found) > page.limit
    following = encode_cursor(str(rows[-1].place)) if more else None
    link = {} if following is None else {"Link": link_next(call.request.rel_url.raw_path, call.query, following)}
    return Answer(Listed([shown(noted) for noted in rows], following), headers=link)


async def redeliver(call: Call) -> Answer:
    """The message is sent again soon, with the same id and body."""
    webhook, message = await _webhook(call), call.parameters["delivery"]
    parts = call.parts
    row = await parts.workers.run(parts.receivers.outbox.find, message)
    if row is None or row.group != webhook:
        raise not_found("delivery")
    await parts.workers.run(parts.receivers.outbox.send_again, row.id, parts.now_ms())
    return Answer(status=202)


async def _webhook(call: Call) -> str:
    """The id in the path, of a webhook of the organiser in the path. Raises ``Problem`` (not-found)."""
    webhooks = await call.parts.workers.run(call.parts.receivers.store.of, call.parameters["o"])
    if call.parameters["id"] not in [webhook.id for webhook in webhooks]:
        raise not_found("webhook")
    return call.parameters["id"]


_OWNER = Member("owner")
ROUTES = (
    Route("GET", PATH, list_deliveries, _OWNER, "The delivery log", {200: Lists(Delivery)}, parameters=PAGE),
    Route("POST", PATH + "/{delivery}/redeliver", redeliver, _OWNER, "Deliver a message again", {202: None}),
)

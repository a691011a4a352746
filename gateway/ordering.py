"""An order is placed from a reservation by whoever holds it, and found again by e-mail and access code."""

import re
from typing import Any

from actors.messages.order_replies import OrderStands
from actors.messages.orders import PlaceOrder
from gateway import order_bodies, order_replies
from gateway.acknowledged import until
from gateway.calls import Answer, Call
from gateway.ids import conference_of, orders_stream
from gateway.instants import to_time
from gateway.languages.catalogues import LANGUAGES, Language
from gateway.order_view import answered
from gateway.problems import Problem, not_found
from gateway.reservations import PATH as RESERVATION
from gateway.routes import Anyone, Holder, Route
from gateway.tenants import Kept
from gateway.throttling import attempt, client_of

_TAG = re.compile(r"[A-Za-z]{1,8}")
REFUSALS = (
    "admission-required",
    "already-ordered",
    "hold-expired",
    "not-on-sale",
    "payment-not-offered",
    "too-many-seats",
)


async def place(call: Call) -> Answer:
    """Orders what the reservation holds. The buyer stands in the vault before the order can name them."""
    body: order_bodies.NewOrder = call.body
    parts, reservation = call.parts, call.parameters["id"]
    conference = conference_of(reservation) or ""
    if parts.payments.of(body.payment) is None:
        raise Problem("payment-not-offered", "This way of paying is not offered here.")
    subject = parts.idempotency.subject(call.key, call.fingerprint)
    await keep(call, conference, subject, {"name": body.buyer.name, "email": body.buyer.email})
    order = parts.ids.order(conference)
    command = PlaceOrder(
        order=order,
        reservation=reservation,
        buyer=subject,
        payment=body.payment,
        language=language_of(call.request.headers.get("Accept-Language", "")),
        placed_on=to_time(parts.now_ms()).date().isoformat(),
        access=parts.order_keys.access(body.buyer.email, parts.order_keys.code(order)),
    )
    stands = await forgetting(call, subject, orders_stream(conference), command)
    assert isinstance(stands, OrderStands), "no other reply to PlaceOrder"
    parts.acknowledged.note(stands.order, stands.version)
    if stands.total_minor == 0:
        stands = await _confirmed(call, stands)
    answer = await answered(call, stands, status=201, token=True)
    return answer._replace(headers={"Location": f"/api/v1/orders/{stands.order}"})


async def keep(call: Call, conference: str, subject: str, fields: dict[str, str]) -> None:
    """Puts a person of this conference into the vault."""
    parts = call.parts
    row = parts.views.conference(conference)
    if row is not None:
        organiser = row.organiser
    else:  # The read models are behind.
        claim = await parts.workers.run(parts.accounts.claim_of, conference)
        organiser = "" if claim is None else claim.organiser
    await parts.writes.people.add(Kept(subject, fields, organiser))


async def forgetting(call: Call, subject: str, stream: str, command: Any) -> Any:
    """The orders' reply; a definite no erases the person that was kept for it. Raises ``Problem``."""
    try:
        return await call.command_orders(stream, command)
    except Problem as problem:
        if problem.status < 500:
            await call.parts.workers.run(call.parts.vault.erase, subject)
        raise


async def _confirmed(call: Call, stands: OrderStands) -> OrderStands:
    """An order that costs nothing as it stands when its seats are final, which takes a moment."""
    views = call.parts.order_views

    def settled() -> bool:
        found = views.order(stands.order)
        return found is not None and found.status != "awaiting_payment"

    try:
        await until(settled, call.parts.settings.min_version_wait_ms / 1000)
    except Problem:
        return stands  # It stands; its holder can look again.
    return views.order(stands.order) or stands


def language_of(header: str) -> Language:
    """The first language of an ``Accept-Language`` that we have; English when we have none of them."""
    for part in header[:200].split(","):
        match = _TAG.match(part.strip())
        found = next((each for each in LANGUAGES if match and each == match[0].lower()), None)
        if found is not None:
            return found
    return "en"


async def find(call: Call) -> Answer:
    """The order with its token. A wrong code and an unknown e-mail are one miss, which costs and says the same."""
    body: order_bodies.LookUp = call.body
    parts = call.parts
    with attempt(call, "find " + client_of(call), "find " + parts.order_keys.access(body.email, "")):
        stands = parts.order_views.order_by_access(parts.order_keys.access(body.email, body.access_code))
        if stands is None:
            raise not_found("order")
    return await answered(call, stands, token=True)


ROUTES = (
    Route(
        "POST",
        f"{RESERVATION}/order",
        place,
        Holder(),
        "Order what a reservation holds",
        {201: order_replies.Order},
        body=order_bodies.NewOrder,
        key="required",
        conflicts=REFUSALS,
        commands=True,
    ),
    Route(
        "POST",
        "/api/v1/orders/find",
        find,
        Anyone(),
        "Find an order by e-mail and access code",
        {200: order_replies.Order},
        body=order_bodies.LookUp,
        conflicts=("not-found", "too-many-requests"),
    ),
)

"""Payments over HTTP: the providers' notices, and the pages on which orders are paid.

A page is opened by its signed address, which only whoever ordered was given. A notice is believed for its signature
alone; it is answered 200 when the order knows of it, so that a provider sends it again until then.
"""

import logging
import secrets
from collections.abc import Iterable
from typing import Any, Final, Literal, assert_never
from urllib.parse import parse_qs

from aiohttp.web import Response, StreamResponse
from msgspec import json

from actors.messages.codec import encode
from actors.messages.effects import SandboxNotice
from actors.messages.order_replies import OrderStands
from actors.messages.orders import NoteDecline, NotePayment, NoteRefund
from gateway.calls import Answer, Call
from gateway.ids import conference_of_order, orders_stream
from gateway.languages.catalogues import moment, money
from gateway.order_view import standing
from gateway.pages import HEADERS
from gateway.payments.ledger import Press
from gateway.payments.pages import html, stripe_script
from gateway.payments.ports import (
    Begun,
    Declined,
    Forged,
    Ignored,
    Paid,
    PaymentFound,
    Provider,
    RefundSettled,
    Unreachable,
    Wanted,
)
from gateway.payments.sandbox import SandboxEvent, payment_of
from gateway.problems import Problem, not_found
from gateway.routes import Anyone, Route
from storage.outbox import Entry

NOTICE: Final = "/api/v1/payments/{provider}/notice"
PAGE: Final = "/pay/{provider}/{id}/{token}"
LATE_S_MAX: Final = 86_400
OUTCOMES: Final = frozenset({"pay", "decline", "late", "twice", "never"})

log = logging.getLogger(__name__)


async def notice(call: Call) -> Answer:
    """What a provider tells us."""
    provider = call.parts.payments.of(call.parameters["provider"])
    if provider is None:
        raise not_found("provider")
    headers = {name.lower(): value for name, value in call.request.headers.items()}
    said = provider.notice(headers, call.body or b"")
    match said:
        case Paid():
            await _tell(call, NotePayment(said.order, provider.name, said.payment, said.amount_minor, said.currency))
        case Declined():
            await _tell(call, NoteDecline(said.order, provider.name, said.payment))
        case RefundSettled():
            await _tell(call, NoteRefund(said.order, said.refund, said.outcome, said.reference, said.problem))
        case Ignored():
            pass
        case Forged(problem=problem):
            log.warning("notice-refused", extra={"provider": provider.name, "problem": problem})
            raise Problem("malformed", "This is no notice of the provider's.")
        case unreachable:
            assert_never(unreachable)
    return Answer()


async def _tell(call: Call, command: NotePayment | NoteDecline | NoteRefund) -> None:
    """The order hears of it. What no order of ours can be told, the provider need not send again."""
    conference = conference_of_order(command.order)
    if conference is None:
        log.warning("notice-of-no-order", extra={"provider": call.parameters["provider"]})
        return
    try:
        await call.command_orders(orders_stream(conference), command)
    except Problem as problem:
        if problem.status >= 500:
            raise
        log.warning("notice-not-taken", extra={"provider": call.parameters["provider"], "problem": problem.slug})


async def show(call: Call) -> StreamResponse:
    """The page on which an order is paid."""
    provider, order = await _opened(call)
    try:
        if provider.name == "stripe":
            return await _stripe_page(call, provider, order)
        begun = await provider.begin(_wanted(order))
        found = await provider.lookup(begun.payment)
    except Unreachable as problem:
        raise _out_of_reach(problem) from problem
    return _sandbox_page(call, order, found)


async def pay(call: Call) -> StreamResponse:
    """A button of the sandbox's page."""
    provider, order = await _opened(call)
    if provider.name != "sandbox":
        raise not_found("page")
    outcome, seconds = _form(call.body or b"", call.parts.payments.settings.sandbox_late_ms // 1000)
    try:
        if outcome == "late":  # Who pays late has not paid yet: the books move with the notice.
            await provider.begin(_wanted(order))
            moved = True
        else:
            press = Press(payment_of(order.order), _wanted(order), outcome != "decline")
            moved = await call.parts.writes.presses.add(press)
    except Unreachable as problem:
        raise _out_of_reach(problem) from problem
    if moved:
        notices = list(_notices(order, outcome, call.parts.now_ms(), seconds))
        if notices and not await call.parts.writes.notices.add(notices):
            raise Problem("busy", "The payment stands, but its notice can't be sent now: it will be found later.")
    return Response(status=303, headers={**HEADERS, "Location": call.request.rel_url.raw_path})


def _notices(order: OrderStands, outcome: str, now_ms: int, seconds: int) -> Iterable[Entry]:
    """The notices that follow from a button; none when it is never to come."""
    kind: Literal["payment.captured", "payment.declined"] = (
        "payment.declined" if outcome == "decline" else "payment.captured"
    )
    payment = payment_of(order.order)
    body = json.encode(SandboxEvent(kind, order.order, payment, order.total_minor, order.currency))
    number = {"twice": 2, "never": 0}.get(outcome, 1)
    at_ms = now_ms + (seconds * 1000 if outcome == "late" else 0)
    attempt = secrets.token_hex(8)
    for copy in range(number):
        yield Entry(f"sandbox/{payment}/{attempt}/{copy}", "notice", encode(SandboxNotice(body)), at_ms)


async def _opened(call: Call) -> tuple[Provider, OrderStands]:
    """The provider and the order of a page's address. Raises ``Problem`` for all but who was given it."""
    payments, order = call.parts.payments, call.parameters["id"]
    provider = payments.of(call.parameters["provider"])
    if (
        provider is None
        or conference_of_order(order) is None
        or not payments.tokens.fits(order, call.parameters["token"])
    ):
        raise not_found("page")
    stands = await standing(call, order)
    if stands.payment != provider.name:
        raise not_found("page")
    return provider, stands


def _wanted(order: OrderStands) -> Wanted:
    return Wanted(order.order, order.total_minor, order.currency, order.pay_by_ms)


def _facts(call: Call, order: OrderStands) -> dict[str, Any]:
    conference = call.parts.views.conference(conference_of_order(order.order) or "")
    if conference is None:
        raise not_found("conference")
    return {
        "conference_name": conference.details.name,
        "order": order.order,
        "amount": money(order.total_minor, order.currency, "en"),
        "until": moment(order.pay_by_ms, conference.details.time_zone, "en"),
        "status": order.status.replace("_", " "),
    }


def _sandbox_page(call: Call, order: OrderStands, found: PaymentFound | None) -> Response:
    return html(
        "sandbox.html",
        **_facts(call, order),
        payment_state=found.state if found else "open",
        action=call.request.rel_url.raw_path,
        late_s=call.parts.payments.settings.sandbox_late_ms // 1000,
    )


async def _stripe_page(call: Call, provider: Provider, order: OrderStands) -> Response:
    is_open = order.status in ("awaiting_payment", "lapsed") and not order.securing
    begun = await provider.begin(_wanted(order)) if is_open else Begun("", None)
    settings = call.parts.payments.settings
    return html(
        "stripe.html",
        foreign_script=settings.stripe_script,
        **_facts(call, order),
        open=is_open,
        publishable_key=settings.stripe_publishable_key,
        secret=begun.secret,
        back=begun.url or "",
        script=settings.stripe_script,
    )


def _form(body: bytes, late_s: int) -> tuple[str, int]:
    """The button that was pressed, and how many seconds "late" is. Raises ``Problem``."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=10)
    except ValueError as problem:
        raise Problem("malformed", "This is no form of ours.") from problem
    outcome = fields.get("outcome", [""])[0]
    seconds = fields.get("seconds", [str(late_s)])[0]
    if outcome not in OUTCOMES or not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 6):
        raise Problem("malformed", "This is no form of ours.")
    return outcome, min(int(seconds), LATE_S_MAX)


def _out_of_reach(problem: Unreachable) -> Problem:
    log.error("provider-out-of-reach", extra={"problem": str(problem)})
    return Problem("busy", "The payment provider does not answer. Nothing was paid. Try again shortly.")


async def script(_call: Call) -> Response:
    """The part of Stripe's form that is ours."""
    return Response(body=stripe_script(), headers={**HEADERS, "Content-Type": "text/javascript; charset=utf-8"})


ROUTES = (
    Route(
        "POST",
        NOTICE,
        notice,
        Anyone(),
        "A payment provider's notice",
        {200: None},
        body=bytes,
        commands=True,
    ),
)


def pages() -> tuple[Route, ...]:
    """Pages for people; they are no part of the interface's description."""
    return (
        Route("GET", PAGE, show, Anyone(), "The page on which an order is paid", {200: None}),
        Route("POST", PAGE, pay, Anyone(), "A button of the sandbox", {303: None}, body=bytes),
        Route("GET", "/pay/stripe.js", script, Anyone(), "The card form's script", {200: None}),
    )

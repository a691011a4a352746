"""What an organiser does to an order: marks an invoice as paid, gives money back, names who sits there."""

from typing import Any

from actors.messages.order_replies import OrderStands
from actors.messages.orders import MarkPaid, RefundOrder
from gateway import order_bodies, order_replies
from gateway.calls import Answer, Call
from gateway.ids import conference_of_order
from gateway.order_view import order_for_organiser, own_order, stream_of, subjects_of
from gateway.ordering import forgetting, keep
from gateway.people import NOTE, known
from gateway.planning import PATH, current
from gateway.problems import invalid
from gateway.routes import Member, Route

ORDER = f"{PATH}/orders/{{id}}"


async def mark_paid(call: Call) -> Answer:
    """The invoice's money has come."""
    order = await own_order(call)
    return await _answer(call, await call.command_orders(stream_of(order), MarkPaid(order)))


async def refund(call: Call) -> Answer:
    """Gives back an amount of the prices, or, without one, everything: then the seats go too.

    The organiser's words may name somebody, so they stand in the vault.
    """
    body: order_bodies.NewRefund = call.body
    order = await own_order(call)
    amount = None
    if body.amount is not None:
        currency = (await current(call)).details.currency
        if body.amount.currency != currency:
            raise invalid("amount.currency", f"Expected the conference's currency, {currency}")
        amount = body.amount.amount
    note = call.parts.idempotency.subject(call.key, call.fingerprint)
    await keep(call, conference_of_order(order) or "", note, {NOTE: body.reason})
    stands = await forgetting(call, note, stream_of(order), RefundOrder(order, amount, note))
    return await _answer(call, stands)


async def _answer(call: Call, stands: Any) -> Answer:
    assert isinstance(stands, OrderStands), "no other reply to these"
    call.parts.acknowledged.note(stands.order, stands.version)
    people = await known(call.parts, {*subjects_of((stands,)), stands.buyer})
    return Answer(order_for_organiser(stands, people), version=stands.version)


def _route(name: str, handler: Any, summary: str, body: Any = None) -> Route:
    return Route(
        "POST",
        f"{ORDER}/{name}",
        handler,
        Member("manager"),
        summary,
        {200: order_replies.Order},
        body=body,
        key="accepted",
        conflicts=("wrong-state",),
        commands=True,
    )


ROUTES = (
    _route("mark-paid", mark_paid, "Mark an invoice as paid"),
    _route("refund", refund, "Give money back", order_bodies.NewRefund),
)

"""Orders as they are answered: for whoever holds them, and for their organiser."""

from collections.abc import Iterable

from msgspec import UNSET

from actors.messages.order_replies import OrderSeat, OrderStands
from gateway import order_replies
from gateway.acknowledged import min_version, until
from gateway.calls import Answer, Call, Parts
from gateway.ids import conference_of_order, orders_stream
from gateway.instants import to_time
from gateway.people import NOTE, attendee_of, known, person_of
from gateway.persons import People
from gateway.planning import own
from gateway.problems import not_found
from gateway.replies import Money


def stream_of(order: str) -> str:
    """The stream that the order is in."""
    return orders_stream(conference_of_order(order) or "")


async def standing(call: Call, order: str) -> OrderStands:
    """The order from the read models, once they know what this gateway told of it. Raises ``Problem``.

    Its token was good, so it exists: a row that is missing is one that they do not know yet.
    """
    parts = call.parts
    told = parts.acknowledged.version(order)
    asked = 0 if call.route.commands else min_version(call.request.headers.get("Min-Version"))
    least, views = max(told, asked), parts.order_views
    stands = views.order(order)

    def known() -> bool:
        nonlocal stands
        if stands is None or stands.version < least:  # A row is of the version that its whole stream has.
            stands = views.order(order)
        return stands is not None and stands.version >= least

    if stands is None or stands.version < least:
        await until(known, parts.settings.min_version_wait_ms / 1000)
    assert stands is not None, "it is known by now"
    return stands


async def answered(call: Call, stands: OrderStands, *, status: int = 200, token: bool = False) -> Answer:
    """The order for its holder. ``token``: it was just made or found."""
    parts = call.parts
    if call.route.commands:
        parts.acknowledged.note(stands.order, stands.version)
    people = await known(parts, subjects_of((stands,)))
    body = order_of(parts, stands, people, token=token)
    return Answer(body, status=status, version=stands.version)


def subjects_of(orders: Iterable[OrderStands]) -> set[str]:
    """Everybody whom answers about these orders speak of, their buyers aside."""
    seats = {seat.attendee for order in orders for seat in order.seats}
    return seats | {refund.note for order in orders for refund in order.refunds}


def order_of(parts: Parts, stands: OrderStands, people: People, *, token: bool = False) -> order_replies.Order:
    """The order as its holder sees it."""
    name = stands.order
    awaits = stands.status == "awaiting_payment" and not stands.securing
    url = parts.payments.page_url(name, stands.payment) if awaits else None
    return order_replies.Order(
        id=name,
        access_code=parts.order_keys.code(name),
        token=parts.order_keys.tokens.of(name) if token else UNSET,
        status=stands.status,
        payment=stands.payment,
        total=Money(stands.total_minor, stands.currency),
        pay_by=to_time(stands.pay_by_ms) if awaits else UNSET,
        payment_url=UNSET if url is None else url,
        reservation=stands.reservation,
        placed_at=to_time(stands.placed_at_ms),
        seats=[seat_of(parts, stands, seat, people) for seat in stands.seats],
        refunds=_refunds(stands, people),
        version=stands.version,
    )


def order_for_organiser(stands: OrderStands, people: People) -> order_replies.Order:
    """The order as its organiser sees it: with its buyer, without what opens it."""
    return order_replies.Order(
        id=stands.order,
        status=stands.status,
        payment=stands.payment,
        total=Money(stands.total_minor, stands.currency),
        pay_by=to_time(stands.pay_by_ms) if stands.status == "awaiting_payment" else UNSET,
        reservation=stands.reservation,
        placed_at=to_time(stands.placed_at_ms),
        buyer=person_of(people, stands.buyer),
        seats=[seat_of(None, stands, seat, people) for seat in stands.seats],
        refunds=_refunds(stands, people),
        version=stands.version,
    )


def seat_of(
    parts: Parts | None, stands: OrderStands, seat: OrderSeat, people: People, *, version: bool = False
) -> order_replies.Seat:
    """One seat; with its code if ``parts`` are given and it admits."""
    admits = parts is not None and stands.status == "confirmed" and seat.status == "valid"
    return order_replies.Seat(
        id=seat.id,
        seat_type=seat.seat_type,
        price=Money(seat.price_minor, stands.currency),
        status=seat.status,
        ticket_code=parts.tickets.of(stands.order, seat.id) if parts is not None and admits else UNSET,
        attendee=attendee_of(people, seat.attendee),
        checked_in_at=to_time(seat.checked_in_at_ms) if seat.checked_in_at_ms else UNSET,
        version=stands.version if version else UNSET,
    )


def _refunds(stands: OrderStands, people: People) -> list[order_replies.Refund]:
    return [
        order_replies.Refund(
            Money(refund.amount_minor, refund.currency),
            refund.status,
            refund.reason,
            people[refund.note].get(NOTE, "") if refund.note in people else UNSET,
        )
        for refund in stands.refunds
    ]


async def own_orders(call: Call) -> str:
    """The id of the conference in the path, once the read models know what this gateway told of its orders."""
    parts = call.parts
    conference = (await own(call)).conference
    stream = orders_stream(conference)
    least = max(min_version(call.request.headers.get("Min-Version")), parts.acknowledged.version(stream))
    await until(lambda: parts.views.position(stream) >= least, parts.settings.min_version_wait_ms / 1000)
    return conference


async def own_order(call: Call) -> str:
    """The order's id in the path, which is one of the conference's in the path. Raises ``Problem``."""
    order = call.parameters["id"]
    if conference_of_order(order) != (await own(call)).conference:
        raise not_found("order")
    return order

"""What an organiser sees of the orders: all of them, and seats and money per day and seat type."""

from typing import get_args

from actors.messages.order_replies import OrderStatus
from gateway import order_replies
from gateway.calls import Answer, Call
from gateway.conferences import listed
from gateway.cursors import page_of
from gateway.ids import orders_stream
from gateway.order_view import order_for_organiser, own_orders, subjects_of
from gateway.people import known
from gateway.planning import PATH
from gateway.problems import invalid
from gateway.replies import Money
from gateway.routes import PAGE, Lists, Member, Parameter, Route

_STATUSES = get_args(OrderStatus)


async def orders(call: Call) -> Answer:
    """Orders, oldest first, with their buyers."""
    page, status = page_of(call.query), call.query.get("status")
    if status is not None and status not in _STATUSES:
        raise invalid("status", f"Expected one of {', '.join(_STATUSES)}")
    conference = await own_orders(call)
    rows, place = call.parts.order_views.orders(conference, status, page.after, page.limit)
    people = await known(call.parts, subjects_of(rows) | {row.buyer for row in rows})
    return listed(call, [order_for_organiser(row, people) for row in rows], place)


async def sales(call: Call) -> Answer:
    """Seats and money per day and seat type."""
    conference = await own_orders(call)
    rows = call.parts.order_views.sales(conference)
    version = call.parts.views.position(orders_stream(conference))
    items = [
        order_replies.DaySales(row.day, row.seat_type, row.seats, Money(row.turnover_minor, row.currency))
        for row in rows
    ]
    return Answer(order_replies.Sales(items, version), version=version)


ROUTES = (
    Route(
        "GET",
        f"{PATH}/orders",
        orders,
        Member("box_office"),
        "Orders",
        {200: Lists(order_replies.Order)},
        parameters=(
            Parameter("status", "only those", {"type": "string", "enum": list(_STATUSES)}),
            *PAGE,
        ),
    ),
    Route("GET", f"{PATH}/sales", sales, Member("viewer"), "Seats and money per day", {200: order_replies.Sales}),
)

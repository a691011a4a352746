"""An order in its holder's hands: looked at, given back as a whole or by seat, its seats named."""

from typing import Any

from actors.messages.order_replies import OrderStands
from actors.messages.orders import CancelOrder, CancelSeat
from gateway import order_replies
from gateway.calls import Answer, Call
from gateway.order_view import answered, standing, stream_of
from gateway.routes import LINK, Holder, Route

PATH = "/api/v1/orders/{id}"
SEAT = f"{PATH}/seats/{{seat}}"


async def read(call: Call) -> Answer:
    """The order as it stands."""
    return await answered(call, await standing(call, call.parameters["id"]))


async def cancel(call: Call) -> Answer:
    """Gives the whole order up, by the organiser's rule."""
    return await _change(call, CancelOrder(call.parameters["id"]))


async def cancel_seat(call: Call) -> Answer:
    """Gives one seat up, by the organiser's rule."""
    return await _change(call, CancelSeat(call.parameters["id"], call.parameters["seat"]))


async def _change(call: Call, command: Any) -> Answer:
    stands = await call.command_orders(stream_of(command.order), command)
    assert isinstance(stands, OrderStands), "no other reply to a change"
    return await answered(call, stands)


_GIVEN_UP = ("admission-required", "already-checked-in", "too-late", "wrong-state")
ROUTES = (
    Route(
        "GET",
        PATH,
        read,
        Holder("order", link=True),
        "An order as it stands",
        {200: order_replies.Order},
        parameters=(LINK,),
    ),
    Route(
        "DELETE",
        PATH,
        cancel,
        Holder("order"),
        "Cancel an order",
        {200: order_replies.Order},
        key="required",
        conflicts=_GIVEN_UP,
        commands=True,
    ),
    Route(
        "DELETE",
        SEAT,
        cancel_seat,
        Holder("order"),
        "Cancel one seat of an order",
        {200: order_replies.Order},
        key="required",
        conflicts=_GIVEN_UP,
        commands=True,
    ),
)

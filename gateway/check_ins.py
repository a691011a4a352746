"""At the door: a ticket's code admits once; a second time is told when and where the first was."""

from actors.messages.order_replies import CheckedIn, OrderStands
from actors.messages.orders import CheckIn, UndoCheckIn
from gateway import order_bodies, order_replies
from gateway.calls import Answer, Call
from gateway.documents.codes import SeatCode
from gateway.ids import conference_of_order, orders_stream
from gateway.instants import to_time
from gateway.order_view import own_order, own_orders, seat_of, stream_of
from gateway.people import attendee_of, known
from gateway.planning import PATH, own
from gateway.problems import not_found
from gateway.routes import Member, Route

CHECK_INS = f"{PATH}/check-ins"


async def check_in(call: Call) -> Answer:
    """Admits the holder of a ticket. A code that is not this conference's does not exist."""
    body: order_bodies.NewCheckIn = call.body
    conference = (await own(call)).conference
    code = call.parts.tickets.read(body.code)
    if not isinstance(code, SeatCode) or conference_of_order(code.order) != conference:
        raise not_found("ticket of this conference")
    welcome = await call.command_orders(orders_stream(conference), CheckIn(code.order, code.seat, body.where))
    assert isinstance(welcome, CheckedIn), "no other reply to CheckIn"
    people = await known(call.parts, [welcome.attendee])
    answer = order_replies.CheckedIn(
        order=welcome.order,
        seat=welcome.seat,
        attendee=attendee_of(people, welcome.attendee),
        seat_type=welcome.seat_type,
        at=to_time(welcome.at_ms),
        where=welcome.where,
        version=welcome.version,
    )
    return Answer(answer, status=201, version=welcome.version)


async def undo(call: Call) -> Answer:
    """It was a mistake: the ticket admits again."""
    order = await own_order(call)
    stands = await call.command_orders(stream_of(order), UndoCheckIn(order, call.parameters["seat"]))
    assert isinstance(stands, OrderStands), "no other reply to UndoCheckIn"
    seat = next(seat for seat in stands.seats if seat.id == call.parameters["seat"])
    people = await known(call.parts, [seat.attendee])
    return Answer(seat_of(None, stands, seat, people, version=True), version=stands.version)


async def arrivals(call: Call) -> Answer:
    """Who has come, by seat type."""
    conference = await own_orders(call)
    counts = call.parts.order_views.counts(conference)
    version = call.parts.views.position(orders_stream(conference))
    by_type = {
        name: order_replies.Arrivals(count.valid, count.named, count.checked_in) for name, count in counts.items()
    }
    return Answer(order_replies.ArrivalsByType(by_type, version), version=version)


ROUTES = (
    Route(
        "POST",
        CHECK_INS,
        check_in,
        Member("box_office"),
        "Check a ticket in",
        {201: order_replies.CheckedIn},
        body=order_bodies.NewCheckIn,
        key="accepted",
        conflicts=("already-checked-in", "wrong-state"),
        commands=True,
    ),
    Route("GET", CHECK_INS, arrivals, Member("box_office"), "Who has come", {200: order_replies.ArrivalsByType}),
    Route(
        "DELETE",
        f"{CHECK_INS}/{{id}}/{{seat}}",
        undo,
        Member("box_office"),
        "Undo the check-in of an order's seat",
        {200: order_replies.Seat},
        key="accepted",
        conflicts=("wrong-state",),
        commands=True,
    ),
)

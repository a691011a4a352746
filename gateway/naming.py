"""Who will sit on a seat: named, renamed, passed on to another person, until the organiser's deadline.

A person's subject in the vault is made of what is said of them, so that saying it twice changes nothing; somebody
else is another subject, and the one before is erased.
"""

from actors.messages.order_replies import OrderSeat, OrderStands
from actors.messages.orders import NameAttendee, Party
from actors.messages.terms import BadgeField
from gateway import order_bodies, order_replies
from gateway.calls import Answer, Call
from gateway.ids import conference_of_order
from gateway.order_view import own_order, seat_of, standing, stream_of
from gateway.ordering import forgetting, keep
from gateway.orders import SEAT
from gateway.people import attendee_fields
from gateway.problems import invalid, not_found
from gateway.routes import Holder, Member, Route
from gateway.settling import ORDER


async def name(call: Call) -> Answer:
    """Names the seat's attendee, as the order's holder."""
    return await _name(call, call.parameters["id"], "buyer")


async def name_at_the_desk(call: Call) -> Answer:
    """Names the seat's attendee, as the organiser: after the deadline, too."""
    return await _name(call, await own_order(call), "organiser")


async def _name(call: Call, order: str, by: Party) -> Answer:
    body: order_bodies.NewAttendee = call.body
    parts = call.parts
    conference = conference_of_order(order) or ""
    before = _seat(await standing(call, order), call.parameters["seat"])
    row = parts.views.conference(conference)
    check_badge(body.badge, () if row is None else row.terms.badge_fields.get(before.seat_type, ()))
    fields = attendee_fields(body.name, body.email, body.badge)
    subject = parts.idempotency.subject(b"", call.fingerprint)
    command = NameAttendee(order, before.id, subject, by)
    await keep(call, conference, subject, fields)
    if subject == before.attendee:  # They may have been erased since.
        stands = await call.command_orders(stream_of(order), command)
    else:
        stands = await forgetting(call, subject, stream_of(order), command)
        if before.attendee:
            await parts.workers.run(parts.vault.erase, before.attendee)
    assert isinstance(stands, OrderStands), "no other reply to NameAttendee"
    parts.acknowledged.note(order, stands.version)
    seat = seat_of(parts if by == "buyer" else None, stands, _seat(stands, before.id), {subject: fields}, version=True)
    return Answer(seat, version=stands.version)


def _seat(stands: OrderStands, wanted: str) -> OrderSeat:
    for seat in stands.seats:
        if seat.id == wanted:
            return seat
    raise not_found("seat")


def check_badge(badge: dict[str, str], asked: tuple[BadgeField, ...]) -> None:
    """Raises ``Problem`` for what the seat type does not ask, and for what it asks and does not get."""
    by_name = {field.name: field for field in asked}
    for given in badge:
        if given not in by_name:
            raise invalid(f"badge.{given}", "is nothing that this seat type asks for")
    for field in asked:
        text = badge.get(field.name, "").strip()
        if not text and field.required:
            raise invalid(f"badge.{field.name}", "is required")
        if text and field.kind == "choice" and text not in field.choices:
            raise invalid(f"badge.{field.name}", f"Expected one of {', '.join(field.choices)}"[:300])


ROUTES = (
    Route(
        "PUT",
        f"{SEAT}/attendee",
        name,
        Holder("order"),
        "Name a seat's attendee",
        {200: order_replies.Seat},
        body=order_bodies.NewAttendee,
        conflicts=("already-checked-in", "too-late", "wrong-state"),
        commands=True,
    ),
    Route(
        "PUT",
        f"{ORDER}/seats/{{seat}}/attendee",
        name_at_the_desk,
        Member("box_office"),
        "Name a seat's attendee at the desk",
        {200: order_replies.Seat},
        body=order_bodies.NewAttendee,
        conflicts=("wrong-state",),
        commands=True,
    ),
)

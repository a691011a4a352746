"""Reservations: made by anyone, read and given back by whoever bears their token."""

from collections.abc import Iterable
from typing import assert_never

from msgspec import UNSET, UnsetType

from actors.messages.seats import (
    Cancel,
    Configured,
    Confirmed,
    Ended,
    Extend,
    Held,
    Line,
    Reserve,
    Unchanged,
    WaitListed,
)
from gateway import replies
from gateway.acknowledged import min_version, until
from gateway.bodies import NewReservation
from gateway.calls import Answer, Call, Parts, SeatsDone
from gateway.fields import Time
from gateway.ids import conference_of, seats_stream
from gateway.instants import to_time
from gateway.problems import Problem, invalid, not_found
from gateway.reading import ReservationRow
from gateway.routes import Anyone, Holder, Route

PATH = "/api/v1/reservations/{id}"
RESERVE_PATH = "/api/v1/conferences/{slug}/reservations"


def wanted(body: NewReservation) -> dict[str, int]:
    """How many seats of each type. Raises ``Problem``."""
    items = {item.seat_type: item.quantity for item in body.items}
    if len(items) != len(body.items):
        raise invalid("items", "Expected each seat type once")
    if body.if_short == "wait" and body.email is None:
        raise invalid("email", "is required to wait")
    return items


async def reserve(call: Call) -> Answer:
    """Takes seats, or a place on the wait-list."""
    body: NewReservation = call.body
    parts = call.parts
    items = wanted(body)
    claim = await parts.slugs.claim(call.parameters["slug"])
    if claim is None:
        raise not_found("conference")
    subject = await _keep_person(call, body, claim.organiser)
    command = Reserve(
        reservation=parts.ids.reservation(claim.conference),
        client=client_of(call),
        items=items,
        accept_fewer=body.accept_fewer,
        wait=body.if_short == "wait",
        keep_place=body.keep_place,
        subject=subject,
    )
    try:
        reply = await call.command_seats(seats_stream(claim.conference), command)
    except Problem as problem:
        if subject and problem.status < 500:  # A definite no: nobody waits.
            await parts.workers.run(parts.vault.erase, subject)
        raise
    if subject and not isinstance(reply, WaitListed):
        await parts.workers.run(parts.vault.erase, subject)
    return made(call.parts, reply)


def client_of(call: Call) -> str:
    """The client behind a call, as its keyed hash."""
    forwarded = ",".join(call.request.headers.getall("X-Forwarded-For", ()))
    return call.parts.clients.of(call.request.remote or "", forwarded)


async def _keep_person(call: Call, body: NewReservation, organiser: str) -> str:
    """Keeps the e-mail of whoever may wait; the vault's name for it, "" when nobody waits."""
    if body.if_short != "wait":
        return ""
    parts = call.parts
    subject = parts.idempotency.subject(call.key, call.fingerprint)
    await parts.workers.run(parts.vault.keep, subject, {"email": body.email}, organiser)
    return subject


def made(parts: Parts, reply: SeatsDone) -> Answer:
    """The answer to whoever just made a reservation, with its token."""
    assert not isinstance(reply, Unchanged | Configured), "no reply to Reserve"
    parts.acknowledged.note(reply.reservation, reply.version)
    return Answer(
        reservation_of(reply, parts.tokens.of(reply.reservation)),
        status=202 if isinstance(reply, WaitListed) else 201,
        version=reply.version,
        headers={"Location": f"/api/v1/reservations/{reply.reservation}"},
    )


def reservation_of(reply: Held | WaitListed | Confirmed | Ended, token: str | UnsetType = UNSET) -> replies.Reservation:
    """A reply as the reservation that it speaks of."""
    expires_at: int | None = None
    position: int | UnsetType = UNSET
    status: replies.Status
    match reply:
        case Held():
            status, expires_at = "offered" if reply.offered else "held", reply.expires_at_ms
        case WaitListed():
            status, position = "waiting", reply.position
        case Confirmed():
            status = "confirmed"
        case Ended():
            status = reply.status
        case unreachable:
            assert_never(unreachable)
    return replies.Reservation(
        id=reply.reservation,
        token=token,
        status=status,
        items=seats_of(reply.lines, status),
        total=total_of(reply.lines, status, reply.currency),
        expires_at=UNSET if expires_at is None else to_time(expires_at),
        position=position,
        version=reply.version,
    )


def seats_of(lines: Iterable[Line], status: replies.Status) -> list[replies.SeatsOfReservation]:
    """Its seat types: held while it stands, waited for while it waits."""
    if status == "waiting":
        return [replies.SeatsOfReservation(line.seat_type, line.requested, 0, line.requested) for line in lines]
    if status in ("expired", "cancelled"):
        return [replies.SeatsOfReservation(line.seat_type, line.requested, 0, 0) for line in lines]
    return [replies.SeatsOfReservation(line.seat_type, line.requested, line.taken, 0) for line in lines]


def total_of(lines: Iterable[Line], status: replies.Status, currency: str) -> replies.Money:
    """What its seats cost; of a waiting one, what all it asks for would cost; of an ended one, nothing."""
    if status in ("expired", "cancelled"):
        return replies.Money(0, currency)
    if status == "waiting":
        return replies.Money(sum(line.requested * line.price_minor for line in lines), currency)
    return replies.Money(sum(line.taken * line.price_minor for line in lines), currency)


def reservation_of_row(row: ReservationRow, created_at: Time | UnsetType = UNSET) -> replies.Reservation:
    """A row of the read models as the reservation."""
    return replies.Reservation(
        id=row.id,
        status=row.status,
        items=seats_of(row.lines, row.status),
        total=total_of(row.lines, row.status, row.currency),
        expires_at=to_time(row.expires_at_ms) if row.status in ("held", "offered") else UNSET,
        position=row.position if row.status == "waiting" else UNSET,
        created_at=created_at,
        version=row.version,
    )


async def read(call: Call) -> Answer:
    """The reservation as it stands."""
    told = call.parts.acknowledged.version(call.parameters["id"])
    return await _as_it_stands(call, max(told, min_version(call.request.headers.get("Min-Version"))))


async def _as_it_stands(call: Call, version: int) -> Answer:
    """The reservation from the read models, once they know ``version``. Raises ``Problem``.

    Its token was good, so it exists: a row that is missing is one that they do not know yet.
    """
    views, identity = call.parts.views, call.parameters["id"]
    stream = seats_stream(conference_of(identity) or "")

    def known() -> bool:
        return views.position(stream) >= version and views.reservation(identity) is not None

    await until(known, call.parts.settings.min_version_wait_ms / 1000)
    row = views.reservation(identity)
    assert row is not None, "rows are never removed"
    return Answer(reservation_of_row(row), version=row.version)


async def extend(call: Call) -> Answer:
    """Prolongs a hold once by its own length."""
    return await _change(call, Extend(call.parameters["id"]))


async def cancel(call: Call) -> Answer:
    """Gives a reservation back, declines an offer, or leaves the wait-list."""
    return await _change(call, Cancel(call.parameters["id"], unconfirmed=True))


async def _change(call: Call, command: Extend | Cancel) -> Answer:
    identity = call.parameters["id"]
    reply = await call.command_seats(seats_stream(conference_of(identity) or ""), command)
    if isinstance(reply, Unchanged | Configured):
        return await _as_it_stands(call, reply.version)
    call.parts.acknowledged.note(identity, reply.version)
    return Answer(reservation_of(reply), version=reply.version)


REFUSALS = ("admission-required", "not-on-sale", "sold-out", "too-many-holds", "too-many-seats", "unknown-seat-type")
ROUTES = (
    Route(
        "POST",
        RESERVE_PATH,
        reserve,
        Anyone(),
        "Reserve seats, or wait for them",
        {201: replies.Reservation, 202: replies.Reservation},
        body=NewReservation,
        key="required",
        conflicts=REFUSALS,
        commands=True,
    ),
    Route("GET", PATH, read, Holder(), "A reservation as it stands", {200: replies.Reservation}),
    Route(
        "POST",
        f"{PATH}/extend",
        extend,
        Holder(),
        "Extend a hold, once",
        {200: replies.Reservation},
        key="accepted",
        conflicts=("not-extendable",),
        commands=True,
    ),
    Route(
        "DELETE",
        PATH,
        cancel,
        Holder(),
        "Cancel it, decline an offer or leave the wait-list",
        {200: replies.Reservation},
        key="accepted",
        commands=True,
    ),
)

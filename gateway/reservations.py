"""Reservations: made by anyone, read and given back by whoever bears their token."""

from actors.messages.seats import (
    Cancel,
    Configured,
    Extend,
    Reserve,
    Unchanged,
    WaitListed,
)
from gateway import replies
from gateway.acknowledged import min_version, until
from gateway.bodies import NewReservation
from gateway.calls import Answer, Call, Parts, SeatsDone
from gateway.ids import conference_of, seats_stream
from gateway.problems import Problem, invalid, not_found
from gateway.routes import Anyone, Holder, Route
from gateway.standing import ENDED, reservation_of, reservation_of_row
from gateway.throttling import client_of

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
    try:
        return await _change(call, Extend(call.parameters["id"]))
    except Problem as problem:
        if problem.slug == "not-found":  # Its token was good, so it was there once.
            raise Problem("not-extendable", "The reservation has ended.") from problem
        raise


async def cancel(call: Call) -> Answer:
    """Gives a reservation back, declines an offer, or leaves the wait-list; one that has ended stays as it is."""
    try:
        return await _change(call, Cancel(call.parameters["id"], unconfirmed=True))
    except Problem as problem:
        if problem.slug == "not-found":  # As above.
            return await _ended(call)
        raise


async def _change(call: Call, command: Extend | Cancel) -> Answer:
    identity = call.parameters["id"]
    reply = await call.command_seats(seats_stream(conference_of(identity) or ""), command)
    if isinstance(reply, Unchanged | Configured):
        return await _as_it_stands(call, reply.version)
    call.parts.acknowledged.note(identity, reply.version)
    return Answer(reservation_of(reply), version=reply.version)


async def _ended(call: Call) -> Answer:
    """The reservation, once the read models know its end."""
    views, identity = call.parts.views, call.parameters["id"]

    def known() -> bool:
        row = views.reservation(identity)
        return row is not None and row.status in ENDED

    await until(known, call.parts.settings.min_version_wait_ms / 1000)
    return await _as_it_stands(call, 0)


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

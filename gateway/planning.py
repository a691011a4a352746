"""Organisers plan their conferences: create, edit, seat types, states."""

from typing import Any

from actors.messages.conference import (
    AddSeatType,
    Archive,
    CancelConference,
    ConferenceStands,
    CreateConference,
    EditConference,
    EditSeatType,
    Publish,
    RetireSeatType,
    SeatTypeStands,
    Unpublish,
)
from gateway import bodies, plans, replies
from gateway.acknowledged import min_version, until
from gateway.calls import Answer, Call
from gateway.conferences import listed
from gateway.cursors import page_of
from gateway.ids import conference_stream
from gateway.people import known
from gateway.problems import Problem, not_found
from gateway.reading import ConferenceRow
from gateway.routes import PAGE, Lists, Member, Route
from gateway.tenants import Claim
from storage.accounts import Claimed, KeyReused, Taken

ROOT = "/api/v1/organisers/{o}/conferences"
PATH = f"{ROOT}/{{slug}}"
SEAT_TYPES = f"{PATH}/seat-types"


async def create(call: Call) -> Answer:
    """Starts a draft. The slug is claimed first, so a repeated or interrupted creation finds its conference."""
    body: bodies.NewConference = call.body
    parts = call.parts
    details = plans.details_of(body)
    organiser = call.parameters["o"]
    fresh = parts.ids.conference()
    claim_slug = parts.accounts.claim_slug
    match await parts.workers.run(claim_slug, body.slug, organiser, fresh, call.key, call.fingerprint):
        case Claimed(claim=claim):
            pass
        case Taken(claim=claim) if claim.organiser == organiser:
            pass  # Whether it names a conference already, that conference's own log says.
        case Taken():
            raise _slug_taken(body.slug)
        case KeyReused():
            raise Problem("key-reused", "This Idempotency-Key was used with another request.")
    parts.slugs.learn(claim)
    creation = CreateConference(claim.conference, organiser, body.slug, details)
    try:
        stands = await call.command_conference(conference_stream(claim.conference), creation, create=True)
    except Problem as problem:
        if problem.slug == "already-standing":
            raise _slug_taken(body.slug) from problem
        raise
    location = {"Location": f"{ROOT}/{body.slug}".replace("{o}", organiser)}
    return (await answer(call, stands, status=201))._replace(headers=location)


def _slug_taken(slug: str) -> Problem:
    return Problem("slug-taken", f"{slug} names another conference; slugs are unique in the whole installation.")


async def list_all(call: Call) -> Answer:
    """All of the organiser's conferences."""
    page = page_of(call.query)
    views = call.parts.views
    rows, place = views.conferences(call.parameters["o"], page.after, page.limit)
    people = await known(call.parts, [each.subject for row in rows for each in row.personnel])
    return listed(call, [plans.conference_of(row, row.taken, people) for row in rows], place)


async def own(call: Call) -> Claim:
    """The conference in the path, which the policy has found to be this organiser's."""
    claim = await call.parts.slugs.claim(call.parameters["slug"])
    if claim is None:
        raise not_found("conference")
    return claim


async def current(call: Call) -> ConferenceRow:
    """Its row, once the read models know what this gateway told of it. Raises ``Problem``."""
    views = call.parts.views
    conference = (await own(call)).conference
    stream = conference_stream(conference)
    asked = 0 if call.route.commands else min_version(call.request.headers.get("Min-Version"))
    least = max(asked, call.parts.acknowledged.version(stream))
    await until(lambda: views.position(stream) >= least, call.parts.settings.min_version_wait_ms / 1000)
    row = views.conference(conference)
    if row is None:  # Claimed, but its creation was never finished.
        raise not_found("conference")
    return row


async def read(call: Call) -> Answer:
    """The conference as its organiser sees it."""
    row = await current(call)
    people = await known(call.parts, [each.subject for each in row.personnel])
    return Answer(plans.conference_of(row, row.taken, people), version=row.version)


async def edit(call: Call) -> Answer:
    """Changes details."""
    return await command(call, EditConference(call.expected_version, plans.changes_of(call.body)))


async def publish(call: Call) -> Answer:
    """draft or unpublished → published."""
    return await command(call, Publish())


async def unpublish(call: Call) -> Answer:
    """No new reservations."""
    return await command(call, Unpublish())


async def cancel(call: Call) -> Answer:
    """It will not take place."""
    return await command(call, CancelConference())


async def archive(call: Call) -> Answer:
    """It is over."""
    return await command(call, Archive())


async def add_seat_type(call: Call) -> Answer:
    """A new kind of seat."""
    currency = (await current(call)).details.currency
    seat_type = plans.seat_type_of(call.body, call.parts.ids.seat_type(), currency)
    added = await command(call, AddSeatType(seat_type))
    location = f"{call.request.rel_url.raw_path}/{added.body.id}"
    return added._replace(status=201, headers={"Location": location})


async def edit_seat_type(call: Call) -> Answer:
    """Changes some of its terms."""
    currency = (await current(call)).details.currency
    changes = plans.seat_type_changes_of(call.body, currency)
    return await command(call, EditSeatType(call.expected_version, call.parameters["id"], changes))


async def retire_seat_type(call: Call) -> Answer:
    """Sells it no more."""
    return await command(call, RetireSeatType(call.expected_version, call.parameters["id"]))


async def command(call: Call, order: Any) -> Answer:
    """What the conference in the path says to a command. Raises ``Problem``."""
    stands = await call.command_conference(conference_stream((await own(call)).conference), order)
    return await answer(call, stands)


async def answer(call: Call, stands: ConferenceStands | SeatTypeStands, status: int = 200) -> Answer:
    row = call.parts.views.conference(stands.conference)
    taken = row.taken if row else {}
    if isinstance(stands, ConferenceStands):
        people = await known(call.parts, [each.subject for each in stands.personnel])
        return Answer(plans.conference_of(stands, taken, people), status=status, version=stands.version)
    assert row is not None, "a seat type's command has read the row"
    seat_type = stands.seat_type
    seat = plans.seat_of(seat_type, row.details.currency, taken.get(seat_type.id, 0), stands.version)
    return Answer(seat, status=status, version=stands.version)


def _state(name: str, handler: Any, summary: str) -> Route:
    return Route(
        "POST",
        f"{PATH}/{name}",
        handler,
        Member("manager"),
        summary,
        {200: replies.Conference},
        key="accepted",
        conflicts=("wrong-state",),
        commands=True,
    )


ROUTES = (
    Route("GET", ROOT, list_all, Member("viewer"), "Conferences", {200: Lists(replies.Conference)}, parameters=PAGE),
    Route(
        "POST",
        ROOT,
        create,
        Member("manager"),
        "Create a conference",
        {201: replies.Conference},
        body=bodies.NewConference,
        key="required",
        conflicts=("slug-taken",),
        commands=True,
    ),
    Route("GET", PATH, read, Member("viewer"), "A conference", {200: replies.Conference}),
    Route(
        "PATCH",
        PATH,
        edit,
        Member("manager"),
        "Edit a conference",
        {200: replies.Conference},
        body=bodies.ConferenceChanges,
        conflicts=("wrong-state",),
        if_match=True,
        commands=True,
    ),
    _state("publish", publish, "Put its seats on sale"),
    _state("unpublish", unpublish, "Stop new reservations"),
    _state("cancel", cancel, "Cancel the conference"),
    _state("archive", archive, "Archive the conference"),
    Route(
        "POST",
        SEAT_TYPES,
        add_seat_type,
        Member("manager"),
        "Add a seat type",
        {201: replies.SeatType},
        body=bodies.NewSeatType,
        key="required",
        conflicts=("wrong-state",),
        commands=True,
    ),
    Route(
        "PATCH",
        f"{SEAT_TYPES}/{{id}}",
        edit_seat_type,
        Member("manager"),
        "Edit a seat type",
        {200: replies.SeatType},
        body=bodies.SeatTypeChanges,
        conflicts=("quota-below-taken", "wrong-state"),
        if_match=True,
        commands=True,
    ),
    Route(
        "DELETE",
        f"{SEAT_TYPES}/{{id}}",
        retire_seat_type,
        Member("manager"),
        "Retire a seat type",
        {200: replies.SeatType},
        key="accepted",
        conflicts=("wrong-state",),
        if_match=True,
        commands=True,
    ),
)

"""Published conferences, for anyone."""

from actors.messages.conference import SeatType
from gateway import replies
from gateway.acknowledged import min_version, until
from gateway.calls import Answer, Call
from gateway.cursors import encode_cursor, link_next, page_of
from gateway.ids import conference_stream
from gateway.instants import to_time
from gateway.laid_down import public_characteristics_of, terms_of
from gateway.people import known
from gateway.problems import not_found
from gateway.reading import ConferenceRow
from gateway.routes import PAGE, Anyone, Lists, Parameter, Route

PATH = "/api/v1/conferences"


async def search(call: Call) -> Answer:
    """Published conferences, by date."""
    page = page_of(call.query)
    rows, place = call.parts.views.published(call.query.get("q", ""), page.after, page.limit)
    return listed(call, [in_list(row) for row in rows], place)


def listed(call: Call, items: list[object], place: str | None, parameter: str = "cursor") -> Answer:
    """A page of a list, with the way to the next."""
    if place is None:
        return Answer(replies.Listed(items, None))
    cursor = encode_cursor(place)
    link = link_next(call.request.rel_url.raw_path, call.query, cursor, parameter)
    return Answer(replies.Listed(items, cursor), headers={"Link": link})


def in_list(row: ConferenceRow) -> replies.ConferenceInList:
    """A conference as lists show it."""
    details = row.details
    return replies.ConferenceInList(
        slug=row.slug,
        name=details.name,
        tagline=details.tagline,
        location=details.location,
        starts_on=details.starts_on,
        ends_on=details.ends_on,
        time_zone=details.time_zone,
    )


def on_sale(seat_type: SeatType, currency: str) -> replies.SeatTypeOnSale:
    """A seat type as buyers see it."""
    opens, closes = seat_type.sale_opens_at_ms, seat_type.sale_closes_at_ms
    return replies.SeatTypeOnSale(
        id=seat_type.id,
        name=seat_type.name,
        kind=seat_type.kind,
        price=replies.Money(seat_type.price_minor, currency),
        sale_opens_at=None if opens is None else to_time(opens),
        sale_closes_at=None if closes is None else to_time(closes),
        max_per_reservation=seat_type.max_per_reservation,
        requires_admission=seat_type.requires_admission,
    )


async def read(call: Call) -> Answer:
    """One published conference."""
    parts = call.parts
    claim = await parts.slugs.claim(call.parameters["slug"])
    if claim is None:
        raise not_found("conference")
    stream = conference_stream(claim.conference)
    least = max(min_version(call.request.headers.get("Min-Version")), parts.acknowledged.version(stream))
    await until(lambda: parts.views.position(stream) >= least, parts.settings.min_version_wait_ms / 1000)
    row = await parts.slugs.published(claim.slug)
    details = row.details
    people = await known(parts, [each.subject for each in row.personnel])
    answer = replies.PublicConference(
        slug=row.slug,
        name=details.name,
        tagline=details.tagline,
        location=details.location,
        starts_on=details.starts_on,
        ends_on=details.ends_on,
        time_zone=details.time_zone,
        description=details.description,
        currency=details.currency,
        seat_types=[on_sale(each, details.currency) for each in row.seat_types if not each.retired],
        characteristics=public_characteristics_of(row, people),
        terms=terms_of(row),
        version=row.version,
    )
    return Answer(answer, version=row.version)


ROUTES = (
    Route(
        "GET",
        PATH,
        search,
        Anyone(),
        "Published conferences",
        {200: Lists(replies.ConferenceInList)},
        parameters=(Parameter("q", "words in name, tagline or location", {"type": "string"}), *PAGE),
    ),
    Route("GET", f"{PATH}/{{slug}}", read, Anyone(), "A published conference", {200: replies.PublicConference}),
)

"""Conferences and seat types between their three forms: what is sent, what is commanded, what is answered."""

import datetime
import functools
import zoneinfo
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from actors.messages.conference import (
    ConferenceStands,
    Details,
    DetailsChanges,
    SeatType,
    SeatTypeChanges,
)
from gateway import bodies, replies
from gateway.currencies import CURRENCIES
from gateway.instants import to_time
from gateway.laid_down import characteristics_of, terms_of
from gateway.persons import People
from gateway.problems import invalid
from gateway.reading import ConferenceRow
from gateway.times import to_ms


@functools.cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _check(time_zone: Any, currency: Any) -> None:
    """Raises ``Problem`` for a time zone or a currency that does not exist."""
    if isinstance(time_zone, str) and time_zone not in _time_zones():
        raise invalid("time_zone", "Expected an IANA time zone, as Europe/Berlin")
    if isinstance(currency, str) and currency not in CURRENCIES:
        raise invalid("currency", "Expected a currency of ISO 4217, as EUR")


def details_of(body: bodies.NewConference) -> Details:
    """What a new conference's body says. Raises ``Problem``."""
    _check(body.time_zone, body.currency)
    if body.ends_on < body.starts_on:
        raise invalid("ends_on", "Expected a day that is not before starts_on")
    fields = {name: _plain(getattr(body, name)) for name in Details.__struct_fields__}
    return Details(**fields)


def changes_of(body: bodies.ConferenceChanges) -> DetailsChanges:
    """What to change of a conference. Raises ``Problem``."""
    _check(body.time_zone, body.currency)
    fields = {name: _plain(getattr(body, name)) for name in DetailsChanges.__struct_fields__}
    return DetailsChanges(**fields)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def seat_type_of(body: bodies.NewSeatType, identity: str, currency: str) -> SeatType:
    """A new seat type. Raises ``Problem``."""
    opens, closes = _ms("sale_opens_at", body.sale_opens_at), _ms("sale_closes_at", body.sale_closes_at)
    _check_window(opens, closes)
    return SeatType(
        id=identity,
        name=body.name,
        kind=body.kind,
        price_minor=_minor(body.price, currency),
        quota=body.quota,
        sale_opens_at_ms=opens,
        sale_closes_at_ms=closes,
        max_per_reservation=body.max_per_reservation,
        requires_admission=body.requires_admission,
    )


def seat_type_changes_of(body: bodies.SeatTypeChanges, currency: str) -> SeatTypeChanges:
    """What to change of a seat type. Raises ``Problem``."""
    opens, closes = body.sale_opens_at, body.sale_closes_at
    changes = SeatTypeChanges(
        name=body.name,
        kind=body.kind,
        price_minor=body.price if isinstance(body.price, UnsetType) else _minor(body.price, currency),
        quota=body.quota,
        sale_opens_at_ms=UNSET if isinstance(opens, UnsetType) else _ms("sale_opens_at", opens),
        sale_closes_at_ms=UNSET if isinstance(closes, UnsetType) else _ms("sale_closes_at", closes),
        max_per_reservation=body.max_per_reservation,
        requires_admission=body.requires_admission,
    )
    _check_window(changes.sale_opens_at_ms, changes.sale_closes_at_ms)
    return changes


def _ms(field: str, time: datetime.datetime | None) -> int | None:
    return None if time is None else to_ms(field, time)


def _check_window(opens: int | UnsetType | None, closes: int | UnsetType | None) -> None:
    if isinstance(opens, int) and isinstance(closes, int) and closes <= opens:
        raise invalid("sale_closes_at", "Expected a time after sale_opens_at")


def _minor(price: bodies.Price, currency: str) -> int:
    if price.currency != currency:
        raise invalid("price.currency", f"Expected the conference's currency, {currency}")
    return price.amount


def conference_of(
    stands: ConferenceStands | ConferenceRow, taken: Mapping[str, int], people: People
) -> replies.Conference:
    """A conference as its organiser sees it; ``people`` are its personnel."""
    details = msgspec.structs.asdict(stands.details)
    currency = stands.details.currency
    seat_types = [seat_of(each, currency, taken.get(each.id, 0), stands.version) for each in stands.seat_types]
    identity = stands.id if isinstance(stands, ConferenceRow) else stands.conference
    return replies.Conference(
        id=identity,
        slug=stands.slug,
        status=stands.state,
        seat_types=seat_types,
        characteristics=characteristics_of(stands, people),
        terms=terms_of(stands),
        version=stands.version,
        **details,
    )


def seat_of(seat_type: SeatType, currency: str, taken: int, version: int) -> replies.SeatType:
    """A seat type as its organiser sees it."""
    opens, closes = seat_type.sale_opens_at_ms, seat_type.sale_closes_at_ms
    return replies.SeatType(
        id=seat_type.id,
        name=seat_type.name,
        kind=seat_type.kind,
        price=replies.Money(seat_type.price_minor, currency),
        sale_opens_at=None if opens is None else to_time(opens),
        sale_closes_at=None if closes is None else to_time(closes),
        max_per_reservation=seat_type.max_per_reservation,
        requires_admission=seat_type.requires_admission,
        quota=seat_type.quota,
        taken=taken,
        retired=seat_type.retired,
        version=version,
    )

"""What clients may send, and how it is parsed: strictly, and with an error that names the field.

Unknown fields, wrong types, duplicate names, control characters and numbers out of
bounds are 422 ``invalid``; what is no JSON is 400 ``malformed``.
"""

import functools
import json
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from actors.messages.seats import Kind, Policy
from gateway import fields
from gateway.expectations import explain
from gateway.problems import Problem, invalid


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """A request body; what is not named in it is refused."""


class Price(Body, frozen=True):
    """An amount in minor units with its currency."""

    amount: fields.Amount
    currency: fields.Currency


class WantedSeats(Body, frozen=True):
    """How many seats of one type."""

    seat_type: fields.Identifier
    quantity: fields.Quantity


class NewReservation(Body, frozen=True):
    """Seats to take, or to wait for: then an e-mail is needed."""

    items: Annotated[tuple[WantedSeats, ...], Meta(min_length=1, max_length=50)]
    accept_fewer: bool = False
    if_short: Literal["refuse", "wait"] = "refuse"
    keep_place: bool = False
    email: fields.Email | None = None


class NewOrganiser(Body, frozen=True):
    """An organiser and its first owner."""

    name: fields.Name
    email: fields.Email
    password: fields.Password


class NewConference(Body, frozen=True):
    """A conference to plan. Spans are seconds; both maxima: 0 = no limit."""

    slug: fields.Slug
    name: fields.Name
    description: fields.Description
    starts_on: fields.Day
    ends_on: fields.Day
    time_zone: fields.TimeZone
    currency: fields.Currency
    tagline: fields.ShortText = ""
    location: fields.ShortText = ""
    wait_list: Policy = "strict"
    hold_seconds: fields.Span = 900
    offer_seconds: fields.Span = 86_400
    seats_per_reservation_max: fields.Limit = 20
    holds_per_client_max: fields.Limit = 3


class ConferenceChanges(Body, frozen=True):
    """What to change of a conference; what is absent stays."""

    name: fields.Name | UnsetType = UNSET
    description: fields.Description | UnsetType = UNSET
    starts_on: fields.Day | UnsetType = UNSET
    ends_on: fields.Day | UnsetType = UNSET
    time_zone: fields.TimeZone | UnsetType = UNSET
    currency: fields.Currency | UnsetType = UNSET
    tagline: fields.ShortText | UnsetType = UNSET
    location: fields.ShortText | UnsetType = UNSET
    wait_list: Policy | UnsetType = UNSET
    hold_seconds: fields.Span | UnsetType = UNSET
    offer_seconds: fields.Span | UnsetType = UNSET
    seats_per_reservation_max: fields.Limit | UnsetType = UNSET
    holds_per_client_max: fields.Limit | UnsetType = UNSET


class NewSeatType(Body, frozen=True):
    """A kind of seat to sell."""

    name: fields.Name
    kind: Kind
    price: Price
    quota: fields.Quota
    sale_opens_at: fields.Time | None = None
    sale_closes_at: fields.Time | None = None
    max_per_reservation: fields.Quantity | None = None
    requires_admission: bool = False


class SeatTypeChanges(Body, frozen=True):
    """What to change of a seat type; what is absent stays, ``null`` lifts a limit."""

    name: fields.Name | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    price: Price | UnsetType = UNSET
    quota: fields.Quota | UnsetType = UNSET
    sale_opens_at: fields.Time | UnsetType | None = UNSET
    sale_closes_at: fields.Time | UnsetType | None = UNSET
    max_per_reservation: fields.Quantity | UnsetType | None = UNSET
    requires_admission: bool | UnsetType = UNSET


class _Doubled(Exception):
    """A name stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise _Doubled(next(name for name in names if names.count(name) > 1))


@functools.cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def parse(kind: type[Body], data: bytes) -> Any:
    """The body as a ``kind``. Raises ``Problem``: malformed or invalid."""
    try:
        body = _decoder(kind).decode(data)
        json.loads(data, object_pairs_hook=_once)  # Shallow by now: the shape has been checked.
    except msgspec.ValidationError as problem:
        raise explain(kind, str(problem)) from None
    except _Doubled as name:
        raise invalid(str(name), "stands twice in one object") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as problem:
        raise Problem("malformed", f"The body is not JSON: {problem}.") from None
    return body

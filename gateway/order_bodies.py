"""What clients may send about orders, seats and the day itself; see ``gateway.bodies`` for how it is parsed."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from actors.messages.fees import Bearer, OnRefund
from actors.messages.orders import Payment
from actors.messages.terms import Submission
from gateway import fields
from gateway.bodies import Body, Price

Percent = Annotated[float, Meta(ge=0, le=100, description="with at most two decimals")]
Words = Annotated[str, Meta(min_length=1, max_length=500, pattern=fields.NO_CONTROLS)]


class Buyer(Body, frozen=True):
    """Who buys, and where to write to."""

    name: fields.Name
    email: fields.Email


class NewOrder(Body, frozen=True):
    """An order of what a reservation holds; what it costs is the server's to say."""

    buyer: Buyer
    payment: Payment


class LookUp(Body, frozen=True):
    """An order by its buyer's e-mail and its access code."""

    email: fields.Email
    access_code: Annotated[str, Meta(min_length=1, max_length=64)]


class NewAttendee(Body, frozen=True):
    """Who will sit there; ``badge``: what the seat type asks for, by the field's name."""

    name: fields.Name
    email: fields.Email
    badge: Annotated[dict[fields.Identifier, fields.ShortText], Meta(max_length=20)] = {}  # noqa: RUF012  # msgspec copies a struct's default.


class NewCheckIn(Body, frozen=True):
    """A ticket's code, scanned or typed, and at which door."""

    code: Annotated[str, Meta(min_length=1, max_length=300)]
    where: Annotated[str, Meta(max_length=200, pattern=fields.NO_CONTROLS)] = ""


class NewRefund(Body, frozen=True):
    """Money back: an amount, and the seats stay; or all of it, and they go."""

    reason: Words
    amount: Price | None = None


class PapersBody(Body, frozen=True):
    """Whether papers are submitted, and how many reviewers each has."""

    submission: Submission
    reviewers_per_paper: Annotated[int, Meta(ge=0, le=20)] = 0


class FeeBody(Body, frozen=True):
    """Contoso's fee for each seat sold from ``starts_on`` on (today when absent); amounts are minor units."""

    borne_by: Bearer
    per_seat: fields.Amount = 0
    percent: Percent = 0.0
    minimum: fields.Amount | None = None
    maximum: fields.Amount | None = None
    on_refund: OnRefund = "given-back"
    starts_on: fields.Day | None = None


class KeyPersonBody(Body, frozen=True):
    """Somebody with a part in the conference, such as program chair."""

    role: fields.Name
    name: fields.Name
    email: fields.Email


class Characteristics(Body, frozen=True):
    """All three anew."""

    papers: PapersBody
    fee: FeeBody
    personnel: Annotated[tuple[KeyPersonBody, ...], Meta(max_length=100)]


class BadgeFieldBody(Body, frozen=True):
    """One thing that attendees are asked for their badge; ``choices`` of a choice."""

    name: fields.Identifier
    label: fields.Name
    kind: Literal["text", "choice"] = "text"
    required: bool = False
    choices: Annotated[tuple[fields.Name, ...], Meta(max_length=50)] = ()


class TermsBody(Body, frozen=True):
    """Terms to change; what is absent stays. ``refund_kept_percent`` of each price is kept when buyers cancel.

    ``refund_until`` ``null``: until the conference starts; ``naming_until`` ``null``: no end; ``invoice_days`` 0: no
    invoices. ``badge_fields`` by seat type, all of them anew.
    """

    refund_until: fields.Time | UnsetType | None = UNSET
    refund_kept_percent: Percent | UnsetType = UNSET
    naming_until: fields.Time | UnsetType | None = UNSET
    invoice_days: Annotated[int, Meta(ge=0, le=90)] | UnsetType = UNSET
    badge_fields: (
        Annotated[
            dict[fields.Identifier, Annotated[tuple[BadgeFieldBody, ...], Meta(max_length=20)]], Meta(max_length=200)
        ]
        | UnsetType
    ) = UNSET

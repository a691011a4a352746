"""Characteristics and terms of a conference as they are answered: the shapes, also of the schemas, and their making.

Amounts are minor units of the conference's currency. Strangers see what buyers need; e-mails are the organiser's.
"""

from typing import Protocol

from msgspec import UNSET, Struct, UnsetType

from actors.messages import terms
from actors.messages.fees import Bearer, FeeStructure, OnRefund
from gateway.fields import Time
from gateway.instants import to_time
from gateway.persons import People


class Papers(Struct, frozen=True):
    """Whether papers are submitted, and how many reviewers each has."""

    submission: terms.Submission
    reviewers_per_paper: int


class Fee(Struct, frozen=True):
    """Contoso's fee for each seat sold from ``starts_on`` on (``null``: from the beginning)."""

    per_seat: int
    percent: float
    minimum: int | None
    maximum: int | None
    borne_by: Bearer
    on_refund: OnRefund
    starts_on: str | None


class KeyPerson(Struct, frozen=True):
    """Somebody with a part in the conference; ``name`` is "" when they were erased, ``email`` is for organisers."""

    role: str
    name: str
    email: str | UnsetType = UNSET


class Characteristics(Struct, frozen=True):
    """``fee``: the one agreed last; ``fees``: all of them, as they were agreed, for the organiser."""

    papers: Papers
    fee: Fee | None
    personnel: list[KeyPerson]
    fees: list[Fee] | UnsetType = UNSET


class BadgeField(Struct, frozen=True):
    """One thing that attendees are asked for their badge."""

    name: str
    label: str
    kind: str
    required: bool
    choices: list[str]


class Terms(Struct, frozen=True):
    """Until when buyers may cancel (``null``: until the start) and what of each price is kept then; until when they
    may name attendees (``null``: no end); when invoices are due (0: there are none); what badges show, by seat type.
    """

    refund_until: Time | None
    refund_kept_percent: float
    naming_until: Time | None
    invoice_days: int
    badge_fields: dict[str, list[BadgeField]]


class Stands(Protocol):
    """A conference, as its row or as its reply says."""

    @property
    def papers(self) -> terms.Papers: ...
    @property
    def fees(self) -> tuple[FeeStructure, ...]: ...
    @property
    def personnel(self) -> tuple[terms.KeyPerson, ...]: ...
    @property
    def terms(self) -> terms.Terms: ...


def characteristics_of(stands: Stands, people: People) -> Characteristics:
    """For its organiser."""
    fees = [_fee(each) for each in stands.fees]
    return Characteristics(
        Papers(stands.papers.submission, stands.papers.reviewers_per_paper),
        fees[-1] if fees else None,
        [
            KeyPerson(each.role, _field(people, each, "name"), _field(people, each, "email"))
            for each in stands.personnel
        ],
        fees,
    )


def public_characteristics_of(stands: Stands, people: People) -> Characteristics:
    """For strangers: the fee only where they bear it, people without their e-mails."""
    last = stands.fees[-1] if stands.fees else None
    return Characteristics(
        Papers(stands.papers.submission, stands.papers.reviewers_per_paper),
        _fee(last) if last is not None and last.borne_by == "attendee" else None,
        [KeyPerson(each.role, _field(people, each, "name")) for each in stands.personnel],
    )


def terms_of(stands: Stands) -> Terms:
    """The same for everyone."""
    known = stands.terms
    return Terms(
        None if known.refund_until_ms is None else to_time(known.refund_until_ms),
        known.refund_kept_bp / 100,
        None if known.naming_until_ms is None else to_time(known.naming_until_ms),
        known.invoice_days,
        {
            seat_type: [
                BadgeField(each.name, each.label, each.kind, each.required, list(each.choices)) for each in fields
            ]
            for seat_type, fields in known.badge_fields.items()
        },
    )


def _fee(fee: FeeStructure) -> Fee:
    return Fee(
        fee.per_seat_minor,
        fee.percent_bp / 100,
        fee.minimum_minor,
        fee.maximum_minor,
        fee.borne_by,
        fee.on_refund,
        fee.starts_on or None,
    )


def _field(people: People, each: terms.KeyPerson, name: str) -> str:
    return people.get(each.subject, {}).get(name, "")

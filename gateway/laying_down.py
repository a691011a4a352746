"""What an organiser lays down beside the details: papers, fee and key personnel; refunds, invoices, names, badges."""

from collections.abc import Iterable
from typing import Any

from msgspec import UnsetType
from msgspec.structs import replace

from actors.messages.conference import EditTerms, SetCharacteristics
from actors.messages.fees import FeeStructure
from actors.messages.terms import BadgeField, KeyPerson, Papers, TermsChanges
from gateway import order_bodies, replies
from gateway.calls import Answer, Call
from gateway.instants import to_time
from gateway.planning import PATH, command, current
from gateway.problems import Problem, invalid
from gateway.reading import ConferenceRow
from gateway.routes import Member, Route
from gateway.times import to_ms


async def set_characteristics(call: Call) -> Answer:
    """All three anew. Key people stand in the vault; those of before who are gone are erased."""
    body: order_bodies.Characteristics = call.body
    parts, before = call.parts, await current(call)
    fee = fee_of(body.fee, before, to_time(parts.now_ms()).date().isoformat())
    personnel = []
    for number, each in enumerate(body.personnel):
        subject = parts.idempotency.subject(str(number).encode(), call.fingerprint)
        fields = {"name": each.name, "email": each.email}
        await parts.workers.run(parts.vault.keep, subject, fields, before.organiser)
        personnel.append(KeyPerson(each.role, subject))
    papers = Papers(body.papers.submission, body.papers.reviewers_per_paper)
    characteristics = SetCharacteristics(call.expected_version, papers, fee, tuple(personnel))
    fresh, old = {each.subject for each in personnel}, {each.subject for each in before.personnel}
    try:
        answer = await command(call, characteristics)
    except Problem as problem:
        if problem.status < 500:
            await _erase(call, fresh - old)
        raise
    await _erase(call, old - fresh)
    return answer


async def _erase(call: Call, subjects: Iterable[str]) -> None:
    for subject in sorted(subjects):
        await call.parts.workers.run(call.parts.vault.erase, subject)


def fee_of(body: order_bodies.FeeBody, before: ConferenceRow, today: str) -> FeeStructure:
    """The fee as agreed: from today on where no day is named, unless the last one says the same already."""
    fee = FeeStructure(
        per_seat_minor=body.per_seat,
        percent_bp=basis_points("fee.percent", body.percent),
        minimum_minor=body.minimum,
        maximum_minor=body.maximum,
        borne_by=body.borne_by,
        on_refund=body.on_refund,
        starts_on="" if body.starts_on is None else body.starts_on.isoformat(),
    )
    if fee.starts_on:
        return fee
    last = before.fees[-1] if before.fees else FeeStructure()
    return last if replace(last, starts_on="") == fee else replace(fee, starts_on=today)


def basis_points(field: str, percent: float) -> int:
    """Hundredths of a percent. Raises ``Problem`` for finer ones."""
    points = round(percent * 100)
    if abs(percent * 100 - points) > 1e-6:
        raise invalid(field, "Expected at most two decimals")
    return points


async def edit_terms(call: Call) -> Answer:
    """Changes terms; what was refunded or named stays."""
    body: order_bodies.TermsBody = call.body
    kept = body.refund_kept_percent
    asked = body.badge_fields
    changes = TermsChanges(
        refund_until_ms=_ms("refund_until", body.refund_until),
        refund_kept_bp=kept if isinstance(kept, UnsetType) else basis_points("refund_kept_percent", kept),
        naming_until_ms=_ms("naming_until", body.naming_until),
        invoice_days=body.invoice_days,
        badge_fields=asked if isinstance(asked, UnsetType) else _badge_fields(asked),
    )
    return await command(call, EditTerms(call.expected_version, changes))


def _ms(field: str, time: Any) -> Any:
    return time if time is None or isinstance(time, UnsetType) else to_ms(field, time)


def _badge_fields(
    asked: dict[str, tuple[order_bodies.BadgeFieldBody, ...]],
) -> dict[str, tuple[BadgeField, ...]]:
    return {
        seat_type: tuple(BadgeField(each.name, each.label, each.kind, each.required, each.choices) for each in fields)
        for seat_type, fields in asked.items()
    }


ROUTES = (
    Route(
        "PUT",
        f"{PATH}/characteristics",
        set_characteristics,
        Member("manager"),
        "Set papers, fee and key personnel",
        {200: replies.Conference},
        body=order_bodies.Characteristics,
        conflicts=("wrong-state",),
        if_match=True,
        commands=True,
    ),
    Route(
        "PATCH",
        f"{PATH}/terms",
        edit_terms,
        Member("manager"),
        "Change the terms of refunds, invoices, names and badges",
        {200: replies.Conference},
        body=order_bodies.TermsBody,
        conflicts=("unknown-seat-type", "wrong-state"),
        if_match=True,
        commands=True,
    ),
)

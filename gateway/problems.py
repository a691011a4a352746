"""Every "no" that HTTP clients can hear: RFC 9457 problem documents, from one table.

Handlers raise ``Problem``; refusals of entities and failures of the way to them become
problems here and nowhere else.
"""

from typing import Any, NamedTuple

import msgspec

from actors.messages.refusals import Reason, Refused
from gateway.instants import to_time
from gateway.ports import Busy, EntityFailure, OutcomeUnknown, Unavailable, UnknownStream

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 1


class Kind(NamedTuple):
    """One kind of problem; ``members`` are its extension members with what they hold."""

    status: int
    title: str
    members: tuple[str, ...] = ()


PROBLEMS: dict[str, Kind] = {
    "malformed": Kind(400, "The request is not well-formed."),
    "key-missing": Kind(400, "This call needs an Idempotency-Key header."),
    "key-too-short": Kind(400, "The Idempotency-Key is too short."),
    "not-authenticated": Kind(401, "A valid session or API token is needed."),
    "not-allowed": Kind(403, "Your role does not allow this."),
    "not-found": Kind(404, "There is no such thing."),
    "method-not-allowed": Kind(405, "This method is not served here."),
    "too-slow": Kind(408, "The request took too long to arrive."),
    "admission-required": Kind(409, "One of the seats needs an admission seat with it."),
    "already-checked-in": Kind(409, "This ticket was checked in before.", ("first_at", "first_where")),
    "already-ordered": Kind(409, "This reservation has an order."),
    "already-standing": Kind(409, "It exists already."),
    "hold-expired": Kind(409, "The hold has expired and its seats are taken."),
    "last-owner": Kind(409, "The organiser would have no owner any more."),
    "limit-reached": Kind(409, "There are as many as there may be.", ("limit",)),
    "not-extendable": Kind(409, "The hold can't be extended."),
    "not-on-sale": Kind(409, "The seats are not on sale."),
    "payment-not-offered": Kind(409, "This way of paying is not offered here."),
    "quota-below-taken": Kind(409, "More seats are taken than the new quota.", ("taken",)),
    "slug-taken": Kind(409, "Another conference has this slug."),
    "sold-out": Kind(409, "There are not enough seats left.", ("available",)),
    "too-late": Kind(409, "It is too late for this."),
    "wrong-state": Kind(409, "The conference's state does not allow this."),
    "stale-version": Kind(412, "Someone changed it since you read it.", ("version",)),
    "too-large": Kind(413, "The body is too large."),
    "unsupported-media-type": Kind(415, "The body is not plain JSON."),
    "invalid": Kind(422, "The request says something that can't be.", ("errors",)),
    "key-reused": Kind(422, "The Idempotency-Key was used for another request."),
    "too-many-seats": Kind(422, "That is more seats than one reservation may ask for.", ("limit",)),
    "unknown-seat-type": Kind(422, "The conference has no such seat type.", ("seat_type",)),
    "version-required": Kind(428, "This call needs an If-Match header."),
    "too-many-holds": Kind(429, "You have too many holds at the same time.", ("limit",)),
    "too-many-requests": Kind(429, "Too many requests."),
    "internal": Kind(500, "Something went wrong on our side."),
    "busy": Kind(503, "The service is busy."),
    "not-yet": Kind(503, "What you ask for is not known here yet."),
    "outcome-unknown": Kind(503, "It is not known whether this was done."),
}


class Problem(Exception):
    """An answer that is a problem document; ``members`` are its extension members."""

    def __init__(self, slug: str, detail: str, *, headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug, self.detail, self.members = slug, detail, members
        self.status = PROBLEMS[slug].status
        self.headers = dict(headers or ())
        if self.status in (429, 503):
            self.headers.setdefault("Retry-After", str(RETRY_AFTER_S))

    def body(self) -> bytes:
        """The document as JSON."""
        document = {"type": f"/problems/{self.slug}", "title": PROBLEMS[self.slug].title, "status": self.status}
        return msgspec.json.encode(document | {"detail": self.detail} | self.members)


def invalid(field: str, problem: str) -> Problem:
    """One field that says what can't be."""
    return Problem("invalid", f"{field}: {problem}", errors=[{"field": field, "problem": problem}])


def not_found(what: str) -> Problem:
    """No such thing, or none that the asker may know of."""
    return Problem("not-found", f"There is no such {what}.")


_SLUGS: dict[Reason, str] = {  # The others have their own names.
    "in-progress": "outcome-unknown",
    "no-room": "busy",
    "not-standing": "not-found",
}


def of_refusal(refused: Refused) -> Problem:
    """The problem that a refusal is to the client."""
    slug = _SLUGS.get(refused.reason, refused.reason)
    match refused.reason:
        case "sold-out":
            return Problem(slug, refused.detail, available=refused.available or {})
        case "quota-below-taken":
            return Problem(slug, refused.detail, taken=refused.number)
        case "stale-version":
            return Problem(slug, refused.detail, version=refused.number)
        case "too-many-seats" | "too-many-holds":
            return Problem(slug, refused.detail, limit=refused.number)
        case "unknown-seat-type":
            return Problem(slug, refused.detail, seat_type=refused.subject)
        case "already-checked-in":
            return Problem(slug, refused.detail, first_at=to_time(refused.number or 0), first_where=refused.subject)
        case "invalid":
            field = refused.subject or "body"
            return Problem(slug, refused.detail, errors=[{"field": field, "problem": refused.detail}])
        case _:
            return Problem(slug, refused.detail)


def of_failure(failure: EntityFailure) -> Problem:
    """The problem that a command without a reply is to the client; says whether it may have been done."""
    match failure:
        case OutcomeUnknown():
            return Problem("outcome-unknown", "Ask again with the same Idempotency-Key to learn whether it was done.")
        case UnknownStream():
            return not_found("conference")
        case Busy():
            return Problem("busy", "Nothing was done. Try again shortly.")
        case Unavailable():
            return Problem("busy", "Nothing was done. This conference can't be served at the moment.")
        case _:
            raise failure

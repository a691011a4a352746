"""Refusals: a definite "no" as a value. An unknown outcome is never one of these."""

from typing import Literal

from msgspec import Struct

Reason = Literal[
    "admission-required",
    "already-checked-in",
    "already-ordered",
    "already-standing",
    "hold-expired",
    "in-progress",
    "invalid",
    "key-reused",
    "no-room",
    "not-extendable",
    "not-on-sale",
    "not-standing",
    "payment-not-offered",
    "quota-below-taken",
    "sold-out",
    "stale-version",
    "too-late",
    "too-many-holds",
    "too-many-seats",
    "unknown-seat-type",
    "wrong-state",
]

REMEMBERED: frozenset[str] = frozenset(
    {
        "admission-required",
        "already-checked-in",
        "already-ordered",
        "hold-expired",
        "not-extendable",
        "not-on-sale",
        "payment-not-offered",
        "quota-below-taken",
        "sold-out",
        "too-late",
        "wrong-state",
    }
)
"""Those a repeated key gets again for at least 24 hours (HTTP 409); the others are decided anew."""


class Refused(Struct, frozen=True, array_like=True, tag="refused.1"):
    """Why not, in one word and one sentence.

    ``available``: what is left of each seat type asked for (sold-out); ``number``: the limit, the
    taken seats or the current version that the reason speaks of; ``subject``: the field or id it is about.
    ``already-checked-in``: ``number`` is when it was the first time (Unix milliseconds), ``subject`` where.
    ``in-progress``: undecided for a moment; the same request has an answer soon.
    """

    reason: Reason
    detail: str
    available: dict[str, int] | None = None
    number: int | None = None
    subject: str | None = None

"""What an organiser lays down beside the details: refunds, invoices, names, badges, papers and who is responsible.

Times are Unix milliseconds, shares basis points. People are subjects of the vault.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

Submission = Literal["none", "open", "reviewed"]


class Papers(Struct, frozen=True, array_like=True):
    """Whether papers are submitted, and how many reviewers each has (``reviewed`` only, else 0)."""

    submission: Submission = "none"
    reviewers_per_paper: int = 0


class KeyPerson(Struct, frozen=True, array_like=True):
    """Somebody with a part in the conference, such as program chair; name and address are the subject's."""

    role: str
    subject: str


class BadgeField(Struct, frozen=True, array_like=True):
    """One thing that attendees are asked for their badge. ``choices``: what may be answered, of a choice."""

    name: str
    label: str
    kind: Literal["text", "choice"] = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


class Terms(Struct, frozen=True, array_like=True):
    """All that an organiser may edit here.

    ``refund_until_ms``: buyers may cancel until then (``None``: until the conference starts); they get all but
    ``refund_kept_bp`` of each price back. ``naming_until_ms``: buyers may name attendees until then (``None``: no
    end). ``invoice_days``: when an invoice is due, after the day of the order; 0 = no invoices. ``badge_fields`` by
    seat type.
    """

    refund_until_ms: int | None = None
    refund_kept_bp: int = 0
    naming_until_ms: int | None = None
    invoice_days: int = 14
    badge_fields: dict[str, tuple[BadgeField, ...]] = {}


class TermsChanges(Struct, frozen=True, omit_defaults=True):
    """The fields of ``Terms`` to change (a map on the wire: what is absent stays)."""

    refund_until_ms: int | UnsetType | None = UNSET
    refund_kept_bp: int | UnsetType = UNSET
    naming_until_ms: int | UnsetType | None = UNSET
    invoice_days: int | UnsetType = UNSET
    badge_fields: dict[str, tuple[BadgeField, ...]] | UnsetType = UNSET

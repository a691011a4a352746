"""The port for webhooks: where organisers' own systems are told of what happened, and how each try to tell them went.

Secrets are not stored: they are derived from the webhook's id. Every method may raise ``storage.failures.Unavailable``.
"""

from typing import NamedTuple, Protocol

WEBHOOKS_PER_ORGANISER_MAX = 20
EXCERPT_CHARACTERS_MAX = 1_000


class Webhook(NamedTuple):
    """A receiver and the events it wants; ``off_at_ms``: since when nothing is sent, for it said so."""

    id: str
    organiser: str
    url: str
    events: tuple[str, ...]
    created_at_ms: int
    off_at_ms: int | None = None


class Delivery(NamedTuple):
    """One try to deliver one message. ``status``: the receiver's answer, if there was one; ``problem``: "" for none."""

    webhook: str
    message: str
    event: str
    at_ms: int
    attempt: int
    status: int | None
    took_ms: int
    problem: str = ""
    excerpt: str = ""


class TooMany(NamedTuple):
    """Refused: the organiser has as many as are allowed."""

    limit: int


class Webhooks(Protocol):
    def add(self, webhook: Webhook) -> TooMany | None: ...

    def of(self, organiser: str) -> list[Webhook]:
        """All of an organiser's, oldest first."""
        ...

    def find(self, webhook: str) -> Webhook | None: ...

    def remove(self, organiser: str, webhook: str) -> bool:
        """Also its delivery log; False when the organiser has no such webhook."""
        ...

    def switch_off(self, webhook: str, at_ms: int) -> None:
        """Its receiver wants no more messages."""
        ...

    def note(self, delivery: Delivery, kept_max: int) -> None:
        """Adds to the delivery log, which keeps the latest ``kept_max`` of each webhook."""
        ...

    def deliveries(self, webhook: str, before: int = 0, limit: int = 50) -> list[tuple[int, Delivery]]:
        """The latest first, each with its number: those before a number, or all."""
        ...

    def close(self) -> None: ...

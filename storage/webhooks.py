"""The port for organisers' webhooks: where their systems hear of events, and how telling them went.

A secret is sealed under a key per webhook, as in the vault: it is shown once and needed at every attempt. Every method
may raise ``storage.failures.Unavailable``.
"""

from typing import NamedTuple, Protocol

from storage.accounts import TooMany

WEBHOOKS_PER_ORGANISER_MAX = 20
ATTEMPTS_PER_WEBHOOK_MAX = 1_000
"""Attempts remembered of one webhook, unless told otherwise; the oldest goes first."""
REASON_CHARACTERS_MAX = 300


class Webhook(NamedTuple):
    """A receiver; ``active`` until it says that it wants no more (410)."""

    id: str
    organiser: str
    url: str
    events: tuple[str, ...]
    created_at_ms: int
    active: bool = True


class Subscription(NamedTuple):
    """A webhook, and the secret that its messages are signed with."""

    webhook: Webhook
    secret: str


class Attempt(NamedTuple):
    """One try to tell one webhook of one event. ``message``: its id, the same at each try of it.

    ``status``: what the receiver answered, if it did. ``next_at_ms``: when it is tried again, if it is.
    """

    message: str
    event: str
    number: int
    at_ms: int
    took_ms: int
    delivered: bool
    status: int | None = None
    reason: str = ""
    next_at_ms: int | None = None


class Noted(NamedTuple):
    """An attempt with its place in the webhook's log: later ones have higher places."""

    place: int
    attempt: Attempt


class Webhooks(Protocol):
    def add(self, webhook: Webhook, secret: str) -> TooMany | None: ...

    def of(self, organiser: str) -> list[Webhook]:
        """By the time they were made."""
        ...

    def remove(self, organiser: str, webhook: str) -> bool:
        """Also forgets its log; False when the organiser has no such webhook."""
        ...

    def subscribed(self, organiser: str, event: str) -> list[Webhook]:
        """The organiser's active webhooks that want to hear of this kind of event."""
        ...

    def subscription(self, webhook: str) -> Subscription | None:
        """None when it was removed. Raises ``storage.vault.Unreadable``."""
        ...

    def switch(self, webhook: str, *, active: bool) -> None: ...

    def note(self, webhook: str, attempt: Attempt, kept_max: int = ATTEMPTS_PER_WEBHOOK_MAX) -> None:
        """One more attempt; nothing when the webhook was removed."""
        ...

    def attempts(self, webhook: str, before: int | None = None, limit: int = 50) -> list[Noted]:
        """The newest first, those before a place."""
        ...

    def last_attempt(self, webhook: str, message: str) -> Attempt | None: ...
    def close(self) -> None: ...

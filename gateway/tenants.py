"""Accounts and the vault as the gateway needs them: organisers, members, sessions, slugs; people's addresses."""

from collections.abc import Mapping
from typing import Protocol

from storage.accounts import Account, Claim, Membership, Principal


__all__ = ["Account", "Accounts", "Claim", "Membership", "Principal", "Vault"]


class Accounts(Protocol):
    """Low-rate facts in ordinary transactions; may take milliseconds, so called from a worker thread."""

    def register(self, name: str, email: str, password_hash: str, token_hash: bytes, expires_at_ms: int) -> str | None:
        """A new organiser with its owner and the owner's session; its id, or ``None`` when the e-mail is known."""
        ...

    def find(self, email: str) -> Account | None: ...

    def memberships(self, account: str) -> list[Membership]: ...

    def open_session(self, account: str, token_hash: bytes, expires_at_ms: int) -> None: ...

    def close_session(self, token_hash: bytes) -> None: ...

    def principal(self, token_hash: bytes, now_ms: int) -> Principal | None:
        """Who this token stands for, unless it is unknown, revoked or over."""
        ...

    def claim(self, slug: str, organiser: str, conference: str) -> Claim:
        """Takes the slug for the conference, unless it is taken: answers whose it is now."""
        ...

    def claimed(self, slug: str) -> Claim | None: ...


class Vault(Protocol):
    """Personal data under opaque subject ids; called from a worker thread."""

    def keep(self, subject: str, person: Mapping[str, str]) -> None: ...

    def erase(self, subject: str) -> bool: ...

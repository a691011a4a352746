"""Accounts and the vault as the gateway needs them: organisers, members, sessions, slugs; people's addresses."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from storage.accounts import Account, Accounts, Claim, Membership, Principal
from storage.vault import Kept

__all__ = ["Account", "Accounts", "Claim", "Kept", "Membership", "Principal", "Vault"]


class Vault(Protocol):
    """Personal data under opaque subject ids; called from a worker thread."""

    def keep(self, subject: str, person: Mapping[str, str], organiser: str = "") -> None: ...

    def keep_all(self, people: Sequence[Kept]) -> None: ...

    def get_many(self, subjects: Iterable[str]) -> dict[str, dict[str, str]]:
        """Those that are known."""
        ...

    def erase(self, subject: str) -> bool: ...

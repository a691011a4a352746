"""Mails with a link to be used once, for people who sign in: asked for here, sent by whoever works the outbox off.

Neither the address nor the link's token stands in the outbox: the vault holds the one under the account's id, and the
other is derived from the link's id by a keyed hash (``LINKS``).
"""

from typing import Final, NamedTuple, Protocol

from actors.messages.codec import encode
from actors.messages.effects import LinkMail
from gateway.tenants import Vault
from storage.outbox import Entry, Full, Outbox

LINKS: Final = b"mailed link"
"""The purpose of the keyed hash that a link's token is of its id."""


class NoRoom(Exception):
    """The outbox takes no more now."""


class Letter(NamedTuple):
    """A mail to an account's address; ``key`` names what it is about, and ``mail.subject`` is the account."""

    mail: LinkMail
    email: str
    key: str


class Letters(Protocol):
    def post(self, letter: Letter, now_ms: int) -> bool:
        """Has it sent, once for each key; False when it was asked for before. Raises ``NoRoom``.

        May take milliseconds: called from a worker thread.
        """
        ...


class OutboxLetters:
    """Letters by way of the outbox and the vault."""

    def __init__(self, outbox: Outbox, vault: Vault) -> None:
        self._outbox, self._vault = outbox, vault

    def post(self, letter: Letter, now_ms: int) -> bool:
        self._vault.keep(letter.mail.subject, {"email": letter.email})
        group = letter.mail.organiser
        added = self._outbox.enqueue([Entry(letter.key, "mail", encode(letter.mail), now_ms, group)])
        if isinstance(added, Full):
            raise NoRoom(f"{added.limit:,} effects wait in the outbox")
        return added == 1

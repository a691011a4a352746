"""The small writes that many buyers make at the same time, gathered: each kind has a thread of its own."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.gathering import Gathering
from gateway.payments.ledger import Press
from gateway.payments.sandbox import Sandbox
from gateway.tenants import Kept, Vault
from gateway.workers import Workers
from storage.outbox import Entry, Full, Outbox


class Writes(NamedTuple):
    """``people`` into the vault; ``presses`` of the sandbox's buttons (whether they changed anything); ``notices``.

    A notice's entries go into the outbox, or all of the gathered do not: ``False`` when it is full.
    """

    people: Gathering[Kept, None]
    presses: Gathering[Press, bool]
    notices: Gathering[Sequence[Entry], bool]

    def close(self) -> None:
        """Lets what is being written end."""
        self.people.close()
        self.presses.close()
        self.notices.close()


def gathered(vault: Vault, sandbox: Sandbox, outbox: Outbox) -> Writes:
    """One gateway's."""

    def keep(people: Sequence[Kept]) -> list[None]:
        vault.keep_all(people)
        return [None] * len(people)

    def enqueue(notices: Sequence[Sequence[Entry]]) -> list[bool]:
        added = outbox.enqueue([entry for entries in notices for entry in entries])
        return [not isinstance(added, Full)] * len(notices)

    return Writes(
        Gathering(Workers("people", 1, 1), keep),
        Gathering(Workers("presses", 1, 1), sandbox.press),
        Gathering(Workers("notices", 1, 1), enqueue),
    )

"""The port for personal data: names and addresses under opaque subject ids, encrypted under a key per subject.

Erasing a subject destroys its key with the row, so what a backup still holds of it can't be read without that
backup's key. Every method may raise ``storage.failures.Unavailable``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

FIELDS_BYTES_MAX = 64 * 1024
"""All fields of one subject together, encoded."""


class Unreadable(Exception):
    """A subject's row can't be decrypted: it is damaged, or was encrypted under another key. Names the subject."""


class Kept(NamedTuple):
    """What is to be known of a subject from now on; see ``Vault.keep``."""

    subject: str
    person: Mapping[str, str]
    organiser: str = ""


class Vault(Protocol):
    """``organiser`` is whose customer the person is: the scope in which they are found by address."""

    def keep(self, subject: str, person: Mapping[str, str], organiser: str = "") -> None:
        """Replaces what is known of a subject. A field ``email`` makes it found by that address."""
        ...

    def keep_all(self, people: Sequence[Kept]) -> None:
        """As ``keep`` for each, all in one transaction."""
        ...

    def get(self, subject: str) -> dict[str, str] | None:
        """None when unknown or erased. Raises ``Unreadable``."""
        ...

    def get_many(self, subjects: Iterable[str]) -> dict[str, dict[str, str]]:
        """Those that are known. Raises ``Unreadable``."""
        ...

    def erase(self, subject: str) -> bool:
        """Destroys the subject's key and row; False when there was none."""
        ...

    def find_by_email(self, organiser: str, email: str) -> list[str]:
        """The organiser's subjects with this address, however it is spelled; sorted."""
        ...

    def close(self) -> None: ...

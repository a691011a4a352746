"""Ways for a mail to leave: by SMTP, into a folder where nothing is configured, into memory in tests.

A sender tries once and says how it went; whoever keeps the outbox decides about the next try. A mail that was sent
twice has the same Message-ID both times.
"""

import asyncio
import os
import ssl
from email.message import EmailMessage
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal, Protocol

import aiosmtplib
from msgspec import Struct

FILES_MAX: Final = 100_000
REASON_LENGTH_MAX: Final = 300


class Sent(Struct, frozen=True):
    """The next one on the way has it."""


class Deferred(Struct, frozen=True):
    """Not now (no connection, or the server said "later"): worth another try."""

    reason: str


class Rejected(Struct, frozen=True):
    """Not this mail (the server said "never"): another try changes nothing."""

    reason: str


Outcome = Sent | Deferred | Rejected


class Sender(Protocol):
    """The port: one try for one mail. Raises nothing that a server, a network or a disk can cause."""

    async def send(self, mail: EmailMessage) -> Outcome: ...


class SmtpSettings(Struct, frozen=True):
    """Where and how. ``security``: TLS from the first byte, by STARTTLS, or none (a relay on the same machine)."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"] = "starttls"
    username: str | None = None
    password: str | None = None
    timeout_s: float = 30.0


class SmtpSender:
    """Hands a mail to an SMTP server, on a connection of its own.

    ``trusted``: whose certificates are accepted, where the system's own list is not meant.
    """

    def __init__(self, settings: SmtpSettings, trusted: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._trusted = trusted

    async def send(self, mail: EmailMessage) -> Outcome:
        settings = self._settings
        try:
            await aiosmtplib.send(
                mail,
                hostname=settings.host,
                port=settings.port,
                username=settings.username,
                password=settings.password,
                use_tls=settings.security == "tls",
                start_tls=settings.security == "starttls",
                tls_context=self._trusted if settings.security != "none" else None,
                timeout=settings.timeout_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as problem:
            # One mail has one recipient: theirs is the answer.
            return _answered(problem.recipients[0].code, problem.recipients[0].message)
        except aiosmtplib.SMTPAuthenticationError as problem:
            # Our configuration, not this mail, is wrong: once it is put right, the mail can go.
            return Deferred(_short(f"the mail server does not know us: {problem.code} {problem.message}"))
        except aiosmtplib.SMTPResponseException as problem:
            return _answered(problem.code, problem.message)
        except (aiosmtplib.SMTPException, OSError) as problem:
            return Deferred(_short(f"{type(problem).__name__}: {problem}"))
        return Sent()


class FolderSender:
    """Writes each mail as an .eml file, named by its Message-ID: a mail sent twice is there once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: EmailMessage) -> Outcome:
        try:
            return await asyncio.to_thread(self._write, mail)
        except OSError as problem:
            return Deferred(_short(f"{type(problem).__name__}: {problem.strerror}"))

    def _write(self, mail: EmailMessage) -> Outcome:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if len(os.listdir(self._folder)) >= FILES_MAX:
            return Deferred(f"the mail folder holds {FILES_MAX} files")
        name = blake2b(str(mail["Message-ID"]).encode(), digest_size=12).hexdigest()
        unfinished = self._folder / f".{name}.unfinished"
        unfinished.write_bytes(mail.as_bytes())
        unfinished.replace(self._folder / f"{name}.eml")
        return Sent()


class MemorySender:
    """Keeps what was sent, for tests; ``outcomes`` are answered first, one for each try."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.sent: list[EmailMessage] = []
        self.tries = 0
        self._outcomes = list(outcomes)

    async def send(self, mail: EmailMessage) -> Outcome:
        self.tries += 1
        outcome = self._outcomes.pop(0) if self._outcomes else Sent()
        if isinstance(outcome, Sent):
            self.sent.append(mail)
        return outcome


def _answered(code: int, message: str) -> Outcome:
    """What a server's answer means (RFC 5321, 4.2.1): 4xx is "later", 5xx is "never"."""
    reason = _short(f"{code} {message}")
    return Rejected(reason) if code >= 500 else Deferred(reason)


def _short(reason: str) -> str:
    return " ".join(reason.split())[:REASON_LENGTH_MAX]

"""A letter to somebody becomes a mail: text and HTML, attachments, and headers that nobody's name can break."""

from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import blake2b
from typing import Final

from msgspec import Struct

from gateway.documents.plain_text import one_line
from gateway.languages.catalogues import Language
from gateway.mail.letters import Letter
from gateway.mail.texts import texts_of

NAME_LENGTH_MAX: Final = 80
ADDRESS_LENGTH_MAX: Final = 254
FILE_NAME_LENGTH_MAX: Final = 100
ATTACHMENTS_MAX: Final = 10
ATTACHED_BYTES_MAX: Final = 15 * 2**20


class BadAddress(ValueError):
    """A text that is no mail address we can write to."""


class Mailbox(Struct, frozen=True):
    """A mail address, and the name shown with it."""

    address: str
    name: str = ""


class Attachment(Struct, frozen=True):
    """A file in a mail. ``media_type`` like ``application/pdf``."""

    file_name: str
    media_type: str
    content: bytes


class Envelope(Struct, frozen=True):
    """To whom and from whom. ``at_ms``: the mail's date.

    ``key`` names the mail in the outbox: sent a second time, it has the same Message-ID.
    """

    key: str
    at_ms: int
    sender: Mailbox
    to: Mailbox
    reply_to: Mailbox | None = None


def compose(
    letter: Letter, language: Language, envelope: Envelope, attachments: tuple[Attachment, ...] = ()
) -> EmailMessage:
    """The mail, ready for a sender. Raises BadAddress, and ValueError for a bad link or too much attached."""
    if len(attachments) > ATTACHMENTS_MAX or sum(len(file.content) for file in attachments) > ATTACHED_BYTES_MAX:
        raise ValueError(f"more than {ATTACHMENTS_MAX} files or {ATTACHED_BYTES_MAX} bytes attached")
    texts = texts_of(letter, language)
    sender = header_address(envelope.sender)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = header_address(envelope.to)
    if envelope.reply_to is not None:
        mail["Reply-To"] = header_address(envelope.reply_to)
    mail["Subject"] = texts.subject
    mail["Date"] = datetime.fromtimestamp(envelope.at_ms // 1000, UTC)
    mail["Message-ID"] = f"<{blake2b(envelope.key.encode(), digest_size=20).hexdigest()}@{sender.domain}>"
    # So that out-of-office robots stay silent (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(texts.plain, cte="quoted-printable")
    mail.add_alternative(texts.html, subtype="html", cte="quoted-printable")
    for file in attachments:
        main, _, sub = file.media_type.partition("/")
        name = one_line(file.file_name, FILE_NAME_LENGTH_MAX)
        mail.add_attachment(file.content, maintype=main, subtype=sub, filename=name)
    # Last, for the content above brings its own headers of this kind.
    mail["Content-Language"] = language
    return mail


def header_address(mailbox: Mailbox) -> Address:
    """The mailbox as a header writes it: the name as plain text, an international domain in its ASCII form."""
    local, at, domain = mailbox.address.strip().rpartition("@")
    if not (local and at and domain) or len(mailbox.address) > ADDRESS_LENGTH_MAX:
        raise BadAddress("a mail address has the form name@domain")
    if not local.isascii() or not local.isprintable():
        raise BadAddress("the part of a mail address before the @ must be ASCII")
    try:
        name = one_line(mailbox.name, NAME_LENGTH_MAX)
        return Address(name, addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (HeaderParseError, UnicodeError, ValueError, IndexError) as problem:
        raise BadAddress("this is no mail address") from problem

"""A letter becomes a mail that any program reads and nobody's name can break."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.compose import Attachment, BadAddress, Envelope, Mailbox, compose, header_address
from gateway.mail.letters import PasswordReset

LETTER = PasswordReset(1_795_000_000_000, "UTC", "https://contoso.example/reset?t=1")
ENVELOPE = Envelope(
    key="reset/ana/1",
    at_ms=1_795_000_000_000,
    sender=Mailbox("no-reply@contoso.example", "Contoso"),
    to=Mailbox("ana@example.com", "Ana"),
)


def arrived(mail: EmailMessage) -> EmailMessage:
    """The mail as its reader's program sees it."""
    read = message_from_bytes(mail.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def test_a_mail_has_text_and_html_and_its_attachments() -> None:
    tickets = Attachment("tickets Köln.pdf", "application/pdf", b"%PDF-1.7")
    mail = arrived(compose(LETTER, "de", ENVELOPE, (tickets,)))
    assert mail["Subject"] == "Neues Passwort wählen"
    assert mail["Content-Language"] == "de"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "für Ihr Konto" in plain.get_content()
    assert "für Ihr Konto" in html.get_content()
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (
        "tickets Köln.pdf",
        "application/pdf",
        b"%PDF-1.7",
    )


def test_the_same_outbox_row_has_the_same_message_id_and_another_row_another() -> None:
    again, other = compose(LETTER, "en", ENVELOPE), msgspec.structs.replace(ENVELOPE, key="reset/ana/2")
    assert compose(LETTER, "en", ENVELOPE)["Message-ID"] == again["Message-ID"]
    assert compose(LETTER, "en", other)["Message-ID"] != again["Message-ID"]


@given(st.text(max_size=200))
def test_no_name_adds_or_breaks_a_header(name: str) -> None:
    envelope = msgspec.structs.replace(
        ENVELOPE, to=Mailbox("ana@example.com", name), reply_to=Mailbox("org@example.com", name)
    )
    mail = arrived(compose(LETTER, "en", envelope))
    assert [address.addr_spec for address in mail["To"].addresses] == ["ana@example.com"]
    assert [address.addr_spec for address in mail["Reply-To"].addresses] == ["org@example.com"]
    assert mail["Bcc"] is None
    assert mail.get_body(("html",)) is not None


@pytest.mark.parametrize(
    "name",
    [
        "Ana\r\nBcc: eve@example.com",
        '"Ana" <eve@example.com>,',
        "Müller, Jürgen",
        "王小明",
        "x" * 5_000,
        "=?utf-8?q?x?=",
    ],
)
def test_an_odd_name_is_a_name(name: str) -> None:
    address = header_address(Mailbox("ana@example.com", name))
    assert address.addr_spec == "ana@example.com"
    assert "\n" not in str(address)


def test_an_international_domain_travels_in_its_ascii_form() -> None:
    assert header_address(Mailbox("ana@bücher.example")).addr_spec == "ana@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address",
    ["", "ana", "@example.com", "ana@", "ana@exa mple.com", "ana@example.com\r\nBcc: x@y.example", "a b@example.com",
     "ana@example.com, eve@example.com", "änä@example.com", "a" * 300 + "@example.com", "<ana@example.com>"],
)  # fmt: skip
def test_a_text_that_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        header_address(Mailbox(address))


def test_too_much_attached_is_refused() -> None:
    with pytest.raises(ValueError, match="attached"):
        compose(LETTER, "en", ENVELOPE, (Attachment("a", "text/plain", b""),) * 11)

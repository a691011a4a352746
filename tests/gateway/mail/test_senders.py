"""Mail leaves: over a real SMTP connection, into a folder, into memory."""

import asyncio
import socket
import ssl
from collections.abc import Coroutine
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Literal

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.mail import senders
from gateway.mail.compose import compose
from gateway.mail.senders import (
    Deferred,
    FolderSender,
    MemorySender,
    Outcome,
    Rejected,
    Sent,
    SmtpSender,
    SmtpSettings,
)
from tests.gateway.mail.test_compose import ENVELOPE, LETTER

MAIL = compose(LETTER, "de", ENVELOPE)


class Desk:
    """The receiving side: keeps what came, and answers as it was told."""

    def __init__(self, recipient: str = "250 OK", content: str = "250 OK") -> None:
        self.came: list[bytes] = []
        self._recipient = recipient
        self._content = content

    async def handle_RCPT(self, _s: SMTP, _session: Session, envelope: Envelope, to: str, _options: list[str]) -> str:
        envelope.rcpt_tos.append(to)
        return self._recipient

    async def handle_DATA(self, _s: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.came.append(envelope.content)
        return self._content


async def sent_to(desk: Desk, **settings: Any) -> Outcome:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(desk, hostname="localhost"), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return await SmtpSender(SmtpSettings("127.0.0.1", port, "none", **settings)).send(MAIL)


def run(send: Coroutine[Any, Any, Outcome]) -> Outcome:
    return asyncio.run(send)


def test_a_mail_arrives_whole_over_smtp() -> None:
    desk = Desk()
    assert run(sent_to(desk)) == Sent()
    (content,) = desk.came
    mail = message_from_bytes(content, policy=default)
    assert mail["Subject"] == "Neues Passwort wählen"
    assert mail["Message-ID"] == MAIL["Message-ID"]


@pytest.mark.parametrize(
    ("desk", "outcome"),
    [
        (Desk(recipient="550 no such person"), Rejected("550 no such person")),
        (Desk(recipient="451 try again"), Deferred("451 try again")),
        (Desk(content="554 spam"), Rejected("554 spam")),
        (Desk(content="452 full"), Deferred("452 full")),
    ],
)
def test_later_and_never_are_told_apart(desk: Desk, outcome: Outcome) -> None:
    assert run(sent_to(desk)) == outcome


def test_a_server_that_does_not_know_us_is_no_fault_of_the_mail() -> None:
    assert isinstance(run(sent_to(Desk(), username="contoso", password="wrong")), Deferred)


def test_nobody_listening_means_later() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        settings = SmtpSettings("127.0.0.1", bound.getsockname()[1], "none")
        assert isinstance(run(SmtpSender(settings).send(MAIL)), Deferred)


def test_a_server_that_says_nothing_means_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = SmtpSettings("127.0.0.1", silent.getsockname()[1], "none", timeout_s=0.2)
        assert isinstance(run(SmtpSender(settings).send(MAIL)), Deferred)


def test_without_encryption_nothing_goes_to_a_server_that_was_to_encrypt() -> None:
    desk = Desk()

    async def send() -> Outcome:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(desk, hostname="localhost"), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await SmtpSender(SmtpSettings("127.0.0.1", port, "starttls")).send(MAIL)

    assert isinstance(run(send()), Deferred)
    assert desk.came == []


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate made for 127.0.0.1, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of a test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(plain + made.public_bytes(Encoding.PEM))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "server.pem")
    return server, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("known", [True, False])
def test_over_tls_a_mail_goes_to_a_server_with_a_trusted_certificate_only(
    tmp_path: Path, security: Literal["starttls", "tls"], known: bool
) -> None:
    desk = Desk()
    servers, clients = certificate(tmp_path)

    async def send() -> Outcome:
        loop = asyncio.get_running_loop()
        starting = servers if security == "starttls" else None
        at_once = servers if security == "tls" else None
        server = await loop.create_server(
            lambda: SMTP(desk, hostname="localhost", tls_context=starting), "127.0.0.1", 0, ssl=at_once
        )
        async with server:
            settings = SmtpSettings("127.0.0.1", server.sockets[0].getsockname()[1], security)
            return await SmtpSender(settings, clients if known else None).send(MAIL)

    assert isinstance(run(send()), Sent if known else Deferred)
    assert len(desk.came) == known


def test_the_folder_holds_a_mail_once_however_often_it_is_sent(tmp_path: Path) -> None:
    sender = FolderSender(tmp_path / "mail")
    assert [run(sender.send(MAIL)), run(sender.send(MAIL))] == [Sent(), Sent()]
    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert message_from_bytes(file.read_bytes(), policy=default)["Subject"] == "Neues Passwort wählen"


def test_a_full_or_forbidden_folder_means_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    assert isinstance(run(FolderSender(tmp_path / "file").send(MAIL)), Deferred)
    monkeypatch.setattr(senders, "FILES_MAX", 1)
    assert isinstance(run(FolderSender(tmp_path).send(MAIL)), Deferred)


def test_memory_answers_what_it_was_told_and_keeps_what_was_sent() -> None:
    sender = MemorySender(Deferred("later"))
    assert [run(sender.send(EmailMessage())), run(sender.send(MAIL))] == [Deferred("later"), Sent()]
    assert sender.sent == [MAIL]
    assert sender.tries == 2

"""Mail leaves: over a real SMTP connection, into a folder, into memory."""

import asyncio
import socket
from collections.abc import Coroutine
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

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

"""A letter with a link goes into the outbox once for each key, without its address."""

from collections.abc import Iterator

import pytest

from actors.messages.codec import Decoder
from actors.messages.effects import LinkMail
from gateway.mail.posting import Letter, NoRoom, OutboxLetters
from storage.sqlite.outbox import SqliteOutbox
from tests.gateway.fakes import FakeVault

MAIL = LinkMail("invitation", "a1", "the-links-id", 5_000, "", "o1", "viewer")
LETTER = Letter(MAIL, "ana@example.org", "invitation/o1/a1/7")
_decode: Decoder[LinkMail] = Decoder(LinkMail)


@pytest.fixture
def outbox() -> Iterator[SqliteOutbox]:
    outbox = SqliteOutbox(None, waiting_max=2)
    yield outbox
    outbox.close()


def test_a_letter_is_posted_once_for_each_key(outbox: SqliteOutbox) -> None:
    letters = OutboxLetters(outbox, FakeVault())
    assert letters.post(LETTER, 1_000) is True
    assert letters.post(LETTER, 2_000) is False
    assert letters.post(LETTER._replace(key="invitation/o1/a1/8"), 2_000) is True
    first, _second = outbox.take_due(2_000, 10, 0)
    assert (first.kind, first.group, _decode(first.payload)) == ("mail", "o1", MAIL)


def test_its_address_is_the_vaults_to_keep(outbox: SqliteOutbox) -> None:
    vault = FakeVault()
    OutboxLetters(outbox, vault).post(LETTER, 1_000)
    assert vault.people == {"a1": {"email": "ana@example.org"}}
    assert "ana@" not in repr(outbox.take_due(1_000, 10, 0))


def test_a_full_outbox_takes_none(outbox: SqliteOutbox) -> None:
    letters = OutboxLetters(outbox, FakeVault())
    for number in range(2):
        letters.post(LETTER._replace(key=f"{number}"), 1_000)
    with pytest.raises(NoRoom):
        letters.post(LETTER, 1_000)

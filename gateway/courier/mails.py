"""Carries mails: writes each from what is known by now, and hands it to whoever sends it."""

import random
import re
from collections.abc import Callable
from typing import Final, assert_never

from actors.messages.codec import Decoder, Malformed
from actors.messages.effects import Mail
from config.sections import Mail as MailSettings
from gateway.courier.carriers import Again, Done, GivenUp, NotYet, Outcome, pause_ms, version_of, waited_ms
from gateway.courier.facts import Facts
from gateway.courier.letters import Later, Nobody, Writer, Written
from gateway.mail.compose import BadAddress, Envelope, Mailbox, compose
from gateway.mail.senders import Deferred, Rejected, Sender, Sent
from storage.outbox import Due
from storage.vault import Unreadable

READ_MODELS_MS: Final = 100
"""How long to wait for read models that do not know the mail's event yet."""

_ADDRESS: Final = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")

_decode: Decoder[Mail] = Decoder(Mail)


class Mails:
    """Satisfies ``carriers.Carrier``."""

    def __init__(
        self,
        facts: Facts,
        writer: Writer,
        sender: Sender,
        settings: MailSettings,
        give_up_ms: int,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._facts, self._writer, self._sender = facts, writer, sender
        self._from = Mailbox(settings.sender, settings.sender_name)
        self._give_up_ms, self._spread = give_up_ms, spread

    async def carry(self, due: Due, now_ms: int) -> Outcome:
        stream, version = version_of(due)
        if stream and self._facts.position(stream) < version:
            return NotYet(now_ms + READ_MODELS_MS)
        try:
            written = await self._writer.write(_decode(due.payload), now_ms)
        except Malformed as problem:
            return GivenUp(f"of a newer release: {problem}")
        except Unreadable as problem:
            return GivenUp(str(problem))
        match written:
            case Nobody():
                return Done()
            case Later(at_ms=at_ms):
                return NotYet(at_ms)
            case Written():
                return await self._send(due, written, now_ms)
            case unreachable:
                assert_never(unreachable)

    async def _send(self, due: Due, written: Written, now_ms: int) -> Outcome:
        to = Mailbox(written.to.get("email", ""), written.to.get("name", ""))
        try:
            mail = compose(
                written.letter, written.language, Envelope(due.key, now_ms, self._from, to), written.attachments
            )
        except BadAddress as bad:  # Its words name nobody.
            return GivenUp(str(bad))
        match await self._sender.send(mail):
            case Sent():
                return Done()
            case Rejected(reason=reason):
                return GivenUp(_without_addresses(reason))
            case Deferred(reason=reason):
                problem = _without_addresses(reason)
                if waited_ms(due.attempt) >= self._give_up_ms:
                    return GivenUp(problem)
                return Again(now_ms + pause_ms(due.attempt, self._spread()), problem)
            case unreachable:
                assert_never(unreachable)


def _without_addresses(reason: str) -> str:
    """Servers like to repeat to whom they do not deliver; the outbox is no place for that."""
    return _ADDRESS.sub("[withheld]", reason)

"""Links that are mailed to be used once: made with their letter, and looked up by their token.

A token is a keyed hash of its link's id; the accounts keep a hash of the token only. In the mail it stands behind the
``#`` of a page's address, which browsers send to nobody.
"""

import secrets
from typing import Final

from actors.messages.effects import LinkMail
from gateway.authority import hash_of
from gateway.calls import Call, Parts
from gateway.mail.posting import Letter, NoRoom
from gateway.ordering import language_of
from gateway.problems import Problem, not_found
from gateway.replies import Role
from storage.accounts import Link, LinkKind

LINK_BYTES: Final = 16
INVITATION_MS: Final = 7 * 86_400_000
RESET_MS: Final = 3_600_000
AGAIN_MS: Final = 5 * 60_000
"""Whoever asks for the same mail again within so long gets no other."""


def send(parts: Parts, link: Link, mail: LinkMail, email: str) -> None:
    """Adds the link and has its letter sent, unless that was just done. In a worker thread. Raises ``Problem``."""
    now_ms = parts.now_ms()
    key = f"{link.kind}/{link.organiser or ''}/{link.account}/{now_ms // AGAIN_MS}"
    try:
        if parts.letters.post(Letter(mail, email, key), now_ms):
            parts.accounts.add_link(link, hash_of(parts.links.of(mail.link)))
    except NoRoom as problem:
        raise Problem("busy", "No mail can be sent now. Try again shortly.") from problem


def invitation(now_ms: int, account: str, organiser: str, role: Role, language: str) -> tuple[Link, LinkMail]:
    """A link, and the mail that brings it."""
    link = Link("invitation", account, organiser, now_ms + INVITATION_MS)
    return link, LinkMail("invitation", account, _fresh_id(), link.expires_at_ms, language, organiser, role)


def reset(now_ms: int, account: str, language: str) -> tuple[Link, LinkMail]:
    """The same for a new password."""
    link = Link("reset", account, None, now_ms + RESET_MS)
    return link, LinkMail("password-reset", account, _fresh_id(), link.expires_at_ms, language)


def language(call: Call) -> str:
    """In which language to write to whoever this call is about; "" for the installation's own."""
    accepted = call.request.headers.get("Accept-Language")
    return language_of(accepted) if accepted else ""


def _fresh_id() -> str:
    return secrets.token_hex(LINK_BYTES)


async def found(parts: Parts, token: str, kind: LinkKind) -> Link:
    """The link that a token opens, still to be used. Raises ``Problem`` (not-found)."""
    link = await parts.workers.run(parts.accounts.find_link, hash_of(token), kind, parts.now_ms())
    if link is None:
        raise not_found("link, or it was used, or its time is over")
    return link


async def used(parts: Parts, token: str, kind: LinkKind) -> Link:
    """The same; it works no more afterwards. Raises ``Problem`` (not-found)."""
    link = await parts.workers.run(parts.accounts.use_link, hash_of(token), kind, parts.now_ms())
    if link is None:
        raise not_found("link, or it was used, or its time is over")
    return link

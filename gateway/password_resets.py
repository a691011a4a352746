"""A forgotten password: a link by mail, and a new password by the link.

Whoever asks learns nothing of whether there is such an account: neither from the answer, nor from its time.
"""

from gateway import mailed_links
from gateway.bodies import Body
from gateway.calls import Answer, Call, Parts
from gateway.fields import Email, Password
from gateway.routes import Anyone, Route
from gateway.throttling import count, names_of

PATH = "/api/v1/password-resets"


class Forgotten(Body, frozen=True):
    """Whose password is forgotten."""

    email: Email


class ChosenPassword(Body, frozen=True):
    """The password that is to be."""

    password: Password


async def ask(call: Call) -> Answer:
    """Answers at once; if there is such an account, its link follows by mail."""
    body: Forgotten = call.body
    count(call.parts.attempts, *(f"reset {name}" for name in names_of(call, body.email)))
    call.parts.afterwards.run(_send(call.parts, body.email, mailed_links.language(call)))
    return Answer(status=202)


async def _send(parts: Parts, email: str, language: str) -> None:
    await parts.workers.run(_post, parts, email, language)


def _post(parts: Parts, email: str, language: str) -> None:
    account = parts.accounts.find(email)
    if account is not None:
        link, mail = mailed_links.reset(parts.now_ms(), account.id, language)
        mailed_links.send(parts, link, mail, account.email)


async def choose(call: Call) -> Answer:
    """A new password; all sessions end, and the link works no more. A second factor stays."""
    body: ChosenPassword = call.body
    parts, token = call.parts, call.parameters["token"]
    await mailed_links.found(parts, token, "reset")  # Before the costly part.
    password_hash = await parts.passwords.hash(body.password)
    link = await mailed_links.used(parts, token, "reset")
    await parts.workers.run(parts.accounts.set_password, link.account, password_hash)
    parts.authority.forget()
    return Answer(status=204)


ROUTES = (
    Route(
        "POST",
        PATH,
        ask,
        Anyone(),
        "Ask for a new password",
        {202: None},
        body=Forgotten,
        conflicts=("too-many-requests",),
    ),
    Route(
        "PUT",
        PATH + "/{token}",
        choose,
        Anyone(),
        "Choose a new password by a mailed link",
        {204: None},
        body=ChosenPassword,
    ),
)

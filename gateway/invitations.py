"""Accepting an invitation: by the mailed link, with the password that one has or chooses now."""

from gateway import mailed_links, replies
from gateway.bodies import Body
from gateway.calls import Answer, Call, Parts
from gateway.fields import Password
from gateway.problems import Problem, not_found
from gateway.routes import Anyone, Route
from gateway.tenants import Account
from gateway.throttling import attempt, names_of

PATH = "/api/v1/invitations/{token}"


class Acceptance(Body, frozen=True):
    """The password of the invited address's account; for a new account, the one that it is to have."""

    password: Password


async def accept(call: Call) -> Answer:
    """A member from now on, who can sign in."""
    body: Acceptance = call.body
    parts, token = call.parts, call.parameters["token"]
    link = await mailed_links.found(parts, token, "invitation")
    account = await parts.workers.run(parts.accounts.account, link.account)
    assert account is not None, "an account that is erased takes its links along"
    assert link.organiser is not None, "an invitation is to an organiser"
    password_hash = await _password_hash(call, account, body.password)
    await mailed_links.used(parts, token, "invitation")
    name = await parts.workers.run(_accept, parts, link.organiser, account, password_hash)
    parts.authority.forget()
    roles = {each.organiser: each.role for each in await parts.workers.run(parts.accounts.memberships, account.id)}
    return Answer(replies.Membership(link.organiser, name, roles[link.organiser]))


async def _password_hash(call: Call, account: Account, password: str) -> str | None:
    """What to store for a new account; ``None`` for one whose password this is. Raises ``Problem``."""
    if account.password_hash is None:
        return await call.parts.passwords.hash(password)
    with attempt(call, *names_of(call, account.email)):
        if not await call.parts.passwords.fits(account.password_hash, password):
            raise Problem("not-authenticated", "There is an account with this address: give its password.")
    return None


def _accept(parts: Parts, organiser: str, account: Account, password_hash: str | None) -> str:
    if password_hash is not None:
        parts.accounts.set_password(account.id, password_hash)
    if not parts.accounts.accept_member(organiser, account.id):
        raise not_found("invitation")
    return parts.accounts.organiser(organiser) or ""


ROUTES = (
    Route(
        "PUT",
        PATH,
        accept,
        Anyone(),
        "Accept an invitation",
        {200: replies.Membership},
        body=Acceptance,
        conflicts=("not-authenticated", "too-many-requests"),
    ),
)

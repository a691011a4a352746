"""One's own account: who one is, changing the password, and the second factor.

Each change of what lets somebody in asks for the password again, ends all sessions and answers a new one.
"""

from msgspec import UNSET, Struct, UnsetType

from gateway import replies
from gateway.bodies import Body
from gateway.calls import Answer, Call
from gateway.fields import AnyPassword, OneTimeCode, Password
from gateway.problems import Problem, invalid, not_found
from gateway.routes import Route, SignedIn
from gateway.second_factors import address_of, fresh_secret, passes, step_of, uses
from gateway.sessions import opened
from gateway.tenants import Account
from gateway.throttling import attempt, names_of

PATH = "/api/v1/accounts/current"
ONESELF = SignedIn(person=True)


class NewPassword(Body, frozen=True):
    """The password that is, and the one that is to be."""

    password: AnyPassword
    new_password: Password


class Proof(Body, frozen=True):
    """The password once more, and the second factor's code where there is one."""

    password: AnyPassword
    code: OneTimeCode | UnsetType = UNSET


class Code(Body, frozen=True):
    """A code of the second factor that was offered."""

    code: OneTimeCode


class OwnAccount(Struct, frozen=True):
    """Who one is. ``second_factor``: whether signing in asks for a code."""

    id: str
    email: str
    second_factor: bool
    organisers: list[replies.Membership]


class OfferedSecondFactor(Struct, frozen=True):
    """A second factor, to be confirmed by a code of it; ``uri`` is what authenticator apps read. Shown once."""

    secret: str
    uri: str


async def oneself(call: Call) -> Account:
    """The account that asks. Raises ``Problem``."""
    account = await call.parts.workers.run(call.parts.accounts.account, call.account)
    if account is None:
        raise Problem("not-authenticated", "This account was removed.")
    return account


async def _proven(call: Call, password: str, code: str | None = None) -> Account:
    """The account that asks, whose password (and code, if it has a second factor) this is. Raises ``Problem``."""
    account = await oneself(call)
    with attempt(call, *names_of(call, account.email)):
        if not await call.parts.passwords.fits(account.password_hash, password):
            raise invalid("password", "is not yours")
        if code is not None and not await passes(call.parts, account, code):
            raise invalid("code", "is not the code of now, or was used before")
    return account


async def show(call: Call) -> Answer:
    account = await oneself(call)
    memberships = await call.parts.workers.run(call.parts.accounts.memberships, account.id)
    organisers = [replies.Membership(each.organiser, each.name, each.role) for each in memberships]
    return Answer(OwnAccount(account.id, account.email, account.totp_secret is not None, organisers))


async def change_password(call: Call) -> Answer:
    """A new password; all other sessions end."""
    body: NewPassword = call.body
    account = await _proven(call, body.password)
    password_hash = await call.parts.passwords.hash(body.new_password)
    await call.parts.workers.run(call.parts.accounts.set_password, account.id, password_hash)
    call.parts.authority.forget()
    return Answer(await opened(call.parts, account.id))


async def offer_second_factor(call: Call) -> Answer:
    """A fresh secret; it counts when it is confirmed."""
    body: Proof = call.body
    account = await _proven(call, body.password)
    if account.totp_secret is not None:
        raise Problem("already-standing", "There is a second factor; disable it first.")
    secret = fresh_secret()
    await call.parts.workers.run(call.parts.accounts.offer_totp, account.id, secret)
    return Answer(OfferedSecondFactor(secret, address_of(secret, account.email)), status=201)


async def confirm_second_factor(call: Call) -> Answer:
    """From now on signing in asks for a code; all other sessions end."""
    body: Code = call.body
    parts, account = call.parts, await oneself(call)
    secret = account.totp_offered
    if secret is None:
        raise not_found("second factor to confirm")
    with attempt(call, *names_of(call, account.email)):
        if step_of(secret, body.code, parts.now_ms()) is None:
            raise invalid("code", "is not the code of now")
    await parts.workers.run(parts.accounts.set_totp, account.id, secret)
    await uses(parts, account.id, secret, body.code)  # This very code opens no session.
    parts.authority.forget()
    return Answer(await opened(parts, account.id))


async def disable_second_factor(call: Call) -> Answer:
    """From now on the password is enough; all other sessions end."""
    body: Proof = call.body
    if body.code is UNSET:
        raise invalid("code", "is required")
    account = await _proven(call, body.password, body.code)
    await call.parts.workers.run(call.parts.accounts.set_totp, account.id, None)
    call.parts.authority.forget()
    return Answer(await opened(call.parts, account.id))


_GUESSED = ("too-many-requests",)
ROUTES = (
    Route("GET", PATH, show, ONESELF, "Who one is", {200: OwnAccount}),
    Route(
        "PUT",
        f"{PATH}/password",
        change_password,
        ONESELF,
        "Change the password",
        {200: replies.Session},
        body=NewPassword,
        conflicts=_GUESSED,
    ),
    Route(
        "POST",
        f"{PATH}/second-factor",
        offer_second_factor,
        ONESELF,
        "Begin with a second factor",
        {201: OfferedSecondFactor},
        body=Proof,
        conflicts=(*_GUESSED, "already-standing"),
    ),
    Route(
        "PUT",
        f"{PATH}/second-factor",
        confirm_second_factor,
        ONESELF,
        "Confirm the second factor",
        {200: replies.Session},
        body=Code,
        conflicts=(*_GUESSED, "not-found"),
    ),
    Route(
        "POST",
        f"{PATH}/second-factor/disable",
        disable_second_factor,
        ONESELF,
        "Do without the second factor",
        {200: replies.Session},
        body=Proof,
        conflicts=_GUESSED,
    ),
)

"""Sessions: signing in and out, here or everywhere.

Whoever signs in with a wrong e-mail, password or code hears the same words after the same time.
"""

from msgspec import UNSET, UnsetType

from gateway import replies
from gateway.authority import bearer, fresh_token, hash_of
from gateway.bodies import Body
from gateway.calls import Answer, Call, Parts
from gateway.fields import AnyPassword, Email, OneTimeCode
from gateway.instants import to_time
from gateway.problems import Problem
from gateway.routes import Anyone, Route, SignedIn
from gateway.second_factors import passes
from gateway.tenants import Account, Accounts, Membership
from gateway.throttling import attempt, names_of

WRONG = "The e-mail, the password or the code is wrong."


class SignIn(Body, frozen=True):
    """Who signs in; ``code`` is that of the second factor, where there is one."""

    email: Email
    password: AnyPassword
    code: OneTimeCode | UnsetType = UNSET


async def sign_in(call: Call) -> Answer:
    """A session."""
    body: SignIn = call.body
    code = None if body.code is UNSET else body.code
    with attempt(call, *names_of(call, body.email)):
        account = await known(call.parts, body.email, body.password, code)
    return Answer(await opened(call.parts, account.id), status=201)


async def known(parts: Parts, email: str, password: str, code: str | None) -> Account:
    """The account that all three are of. Raises ``Problem`` (not-authenticated)."""
    account = await parts.workers.run(parts.accounts.find, email)
    fits = await parts.passwords.fits(account.password_hash if account else None, password)
    if not fits or account is None or not await passes(parts, account, code):
        raise Problem("not-authenticated", WRONG, headers={"WWW-Authenticate": "Bearer"})
    return account


async def opened(parts: Parts, account: str) -> replies.Session:
    """A new session of the account."""
    token, now_ms = fresh_token(), parts.now_ms()
    expires_at_ms = now_ms + parts.account_settings.session_ms
    memberships = await parts.workers.run(_open, parts.accounts, account, hash_of(token), expires_at_ms, now_ms)
    organisers = [replies.Membership(each.organiser, each.name, each.role) for each in memberships]
    return replies.Session(token, to_time(expires_at_ms), organisers)


def _open(accounts: Accounts, account: str, token_hash: bytes, expires_at_ms: int, now_ms: int) -> list[Membership]:
    accounts.drop_expired(now_ms)
    accounts.open_session(account, token_hash, expires_at_ms)
    return accounts.memberships(account)


async def sign_out(call: Call) -> Answer:
    """Ends the session whose token was sent."""
    token_hash = hash_of(bearer(call.request.headers.get("Authorization")) or "")
    await call.parts.workers.run(call.parts.accounts.close_session, token_hash)
    call.parts.authority.forget(token_hash)
    return Answer(status=204)


async def sign_out_everywhere(call: Call) -> Answer:
    """Ends all sessions of the account, the one that asks too."""
    await call.parts.workers.run(call.parts.accounts.close_sessions, call.account)
    call.parts.authority.forget()
    return Answer(status=204)


ROUTES = (
    Route(
        "POST",
        "/api/v1/sessions",
        sign_in,
        Anyone(),
        "Sign in",
        {201: replies.Session},
        body=SignIn,
        conflicts=("not-authenticated", "too-many-requests"),
    ),
    Route("DELETE", "/api/v1/sessions/current", sign_out, SignedIn(person=True), "Sign out", {204: None}),
    Route("DELETE", "/api/v1/sessions", sign_out_everywhere, SignedIn(person=True), "Sign out everywhere", {204: None}),
)

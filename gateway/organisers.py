"""Organisers and their members' sessions: registering, signing in, signing out."""

from gateway import replies
from gateway.authority import bearer, fresh_token, hash_of
from gateway.bodies import NewOrganiser, SignIn
from gateway.calls import Answer, Call
from gateway.instants import to_time
from gateway.problems import Problem, invalid
from gateway.reservations import client_of
from gateway.routes import Anyone, Route, SignedIn

WRONG = "The e-mail or the password is wrong."


async def register(call: Call) -> Answer:
    """A new organiser; the answer's token is its owner's session."""
    body: NewOrganiser = call.body
    parts = call.parts
    _slow_down(call, "register " + client_of(call))
    token = fresh_token()
    password_hash = await parts.passwords.hash(body.password)
    organiser = await parts.workers.run(
        parts.accounts.register,
        body.name,
        body.email.lower(),
        password_hash,
        hash_of(token),
        parts.now_ms() + parts.account_settings.session_ms,
    )
    if organiser is None:
        parts.attempts.failed("register " + client_of(call))
        raise invalid("email", "can't be used: it may be registered already; sign in instead")
    return Answer(
        replies.RegisteredOrganiser(organiser, body.name, token),
        status=201,
        headers={"Location": f"/api/v1/organisers/{organiser}/conferences"},
    )


async def sign_in(call: Call) -> Answer:
    """A session; a wrong e-mail and a wrong password cost the same time and hear the same words."""
    body: SignIn = call.body
    parts = call.parts
    email = body.email.lower()
    names = ("client " + client_of(call), "e-mail " + email)
    _slow_down(call, *names)
    account = await parts.workers.run(parts.accounts.find, email)
    if not await parts.passwords.fits(account.password_hash if account else None, body.password) or account is None:
        for name in names:
            parts.attempts.failed(name)
        raise Problem("not-authenticated", WRONG, headers={"WWW-Authenticate": "Bearer"})
    token, expires_at_ms = fresh_token(), parts.now_ms() + parts.account_settings.session_ms
    await parts.workers.run(parts.accounts.open_session, account.id, hash_of(token), expires_at_ms)
    memberships = await parts.workers.run(parts.accounts.memberships, account.id)
    organisers = [replies.Membership(each.organiser, each.name, each.role) for each in memberships]
    return Answer(replies.Session(token, to_time(expires_at_ms), organisers), status=201)


def _slow_down(call: Call, *names: str) -> None:
    """Refuses whoever failed too often lately. Raises ``Problem`` (too-many-requests)."""
    if wait_s := max(call.parts.attempts.wait_s(name) for name in names):
        raise Problem(
            "too-many-requests",
            f"Too many attempts failed. Try again in {wait_s} s.",
            headers={"Retry-After": str(wait_s)},
        )


async def sign_out(call: Call) -> Answer:
    """Ends the session whose token was sent."""
    token_hash = hash_of(bearer(call.request.headers.get("Authorization")) or "")
    await call.parts.workers.run(call.parts.accounts.close_session, token_hash)
    call.parts.authority.forget(token_hash)
    return Answer(status=204)


ROUTES = (
    Route(
        "POST",
        "/api/v1/organisers",
        register,
        Anyone(),
        "Register an organiser",
        {201: replies.RegisteredOrganiser},
        body=NewOrganiser,
        conflicts=("too-many-requests",),
    ),
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
    Route("DELETE", "/api/v1/sessions/current", sign_out, SignedIn(), "Sign out", {204: None}),
)

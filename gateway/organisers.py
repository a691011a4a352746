"""Organisers register."""

from gateway import replies
from gateway.authority import fresh_token, hash_of
from gateway.bodies import NewOrganiser
from gateway.calls import Answer, Call
from gateway.problems import invalid
from gateway.routes import Anyone, Route
from gateway.throttling import client_of, count, slow_down


async def register(call: Call) -> Answer:
    """A new organiser; the answer's token is its owner's session."""
    body: NewOrganiser = call.body
    parts = call.parts
    client = client_of(call)
    slow_down(call, "register " + client)
    count(parts.registrations, client)
    token = fresh_token()
    password_hash = await parts.passwords.hash(body.password)
    organiser = await parts.workers.run(
        parts.accounts.register,
        body.name,
        body.email,
        password_hash,
        hash_of(token),
        parts.now_ms() + parts.account_settings.session_ms,
    )
    if organiser is None:
        parts.attempts.failed("register " + client)
        raise invalid("email", "can't be used: it may be registered already; sign in instead")
    return Answer(
        replies.RegisteredOrganiser(organiser, body.name, token),
        status=201,
        headers={"Location": f"/api/v1/organisers/{organiser}/conferences"},
    )


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
)

"""API tokens of an organiser, for its own programs: with roles like members, shown once, revoked at once."""

import secrets
from bisect import bisect_right

from msgspec import Struct

from gateway.authority import fresh_api_token, hash_of
from gateway.bodies import Body
from gateway.calls import Answer, Call
from gateway.cursors import encode_cursor, link_next, page_of
from gateway.fields import Name, Time
from gateway.instants import to_time
from gateway.members import may_give
from gateway.problems import Problem, not_found
from gateway.replies import Listed, Role
from gateway.routes import PAGE, Lists, Member, Route
from storage.accounts import ApiToken

PATH = "/api/v1/organisers/{o}/tokens"
ID_BYTES = 10


class NewToken(Body, frozen=True):
    """What the token is for, and what it may do."""

    name: Name
    role: Role


class Token(Struct, frozen=True):
    """An API token; ``last_used_at`` is exact to a minute."""

    id: str
    name: str
    role: Role
    created_at: Time
    last_used_at: Time | None


class FreshToken(Struct, frozen=True):
    """An API token with what lets it in: shown this once."""

    id: str
    name: str
    role: Role
    token: str


async def list_tokens(call: Call) -> Answer:
    """By id."""
    page = page_of(call.query)
    tokens = sorted(await call.parts.workers.run(call.parts.accounts.tokens, call.parameters["o"]))
    rest = tokens[bisect_right(tokens, page.after, key=lambda token: token.id) :]
    items = [shown(token) for token in rest[: page.limit]]
    following = encode_cursor(items[-1].id) if len(rest) > page.limit else None
    link = {} if following is None else {"Link": link_next(call.request.rel_url.raw_path, call.query, following)}
    return Answer(Listed(items, following), headers=link)


def shown(token: ApiToken) -> Token:
    used_at = None if token.last_used_at_ms is None else to_time(token.last_used_at_ms)
    return Token(token.id, token.name, token.role, to_time(token.created_at_ms), used_at)


async def make(call: Call) -> Answer:
    """A new token."""
    body: NewToken = call.body
    may_give(call, body.role)
    parts, organiser = call.parts, call.parameters["o"]
    secret = fresh_api_token()
    token = ApiToken("t" + secrets.token_hex(ID_BYTES), body.name, body.role, parts.now_ms(), None)
    refused = await parts.workers.run(parts.accounts.add_token, organiser, token, hash_of(secret))
    if refused is not None:
        raise Problem("limit-reached", f"An organiser has at most {refused.limit} tokens.", limit=refused.limit)
    place = {"Location": f"/api/v1/organisers/{organiser}/tokens/{token.id}"}
    return Answer(FreshToken(token.id, token.name, token.role, secret), status=201, headers=place)


async def revoke(call: Call) -> Answer:
    """Lets nobody in any more, at once (at the other gateways within a second)."""
    parts = call.parts
    if not await parts.workers.run(parts.accounts.revoke_token, call.parameters["o"], call.parameters["id"]):
        raise not_found("token")
    parts.authority.forget()
    return Answer(status=204)


_OWNER = Member("owner")
ROUTES = (
    Route("GET", PATH, list_tokens, _OWNER, "The API tokens", {200: Lists(Token)}, parameters=PAGE),
    Route(
        "POST",
        PATH,
        make,
        _OWNER,
        "Make an API token",
        {201: FreshToken},
        body=NewToken,
        conflicts=("limit-reached",),
    ),
    Route("DELETE", PATH + "/{id}", revoke, _OWNER, "Revoke an API token", {204: None}),
)

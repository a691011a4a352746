"""Members of an organiser: invited by mail, given roles, removed. There is always an owner."""

from bisect import bisect_right
from functools import partial

from msgspec import Struct

from gateway import mailed_links
from gateway.authority import RANK
from gateway.bodies import Body
from gateway.calls import Answer, Call, Parts
from gateway.cursors import encode_cursor, link_next, page_of
from gateway.fields import Email
from gateway.problems import Problem, not_found
from gateway.replies import Listed, Role
from gateway.routes import PAGE, Lists, Member, Route
from storage.accounts import LastOwner, TooMany
from storage.accounts import Member as StoredMember

PATH = "/api/v1/organisers/{o}/members"


class NewMember(Body, frozen=True):
    """Who is invited, and to which role."""

    email: Email
    role: Role


class NewRole(Body, frozen=True):
    """The role that a member is to have."""

    role: Role


class OrganisersMember(Struct, frozen=True):
    """A member; ``pending`` until the invitation is accepted."""

    id: str
    email: str
    role: Role
    pending: bool


def may_give(call: Call, role: Role) -> None:
    """Nobody gives a role above their own. Raises ``Problem`` (not-allowed)."""
    assert call.principal is not None, "the route's policy asks for a member"
    own = call.principal.roles[call.parameters["o"]]
    if RANK[role] > RANK[own]:
        raise Problem("not-allowed", f"Your role is {own}; you can't give the role {role}.")


def shown(member: StoredMember) -> OrganisersMember:
    return OrganisersMember(member.account, member.email, member.role, member.pending)


async def list_members(call: Call) -> Answer:
    """By address; a page's cursor is an account's id."""
    page = page_of(call.query)
    members = await call.parts.workers.run(call.parts.accounts.members, call.parameters["o"])
    members.sort(key=lambda member: member.account)
    rest = members[bisect_right(members, page.after, key=lambda member: member.account) :]
    items = [shown(member) for member in rest[: page.limit]]
    following = encode_cursor(items[-1].id) if len(rest) > page.limit else None
    link = {} if following is None else {"Link": link_next(call.request.rel_url.raw_path, call.query, following)}
    return Answer(Listed(items, following), headers=link)


async def invite(call: Call) -> Answer:
    """Adds a member who is pending, and sends the invitation; the same answer whether there is such an account."""
    body: NewMember = call.body
    may_give(call, body.role)
    organiser = call.parameters["o"]
    added = await call.parts.workers.run(_invite, call.parts, organiser, body, mailed_links.language(call))
    if isinstance(added, TooMany):
        raise Problem("limit-reached", f"An organiser has at most {added.limit} members.", limit=added.limit)
    return Answer(shown(added), status=201, headers={"Location": f"/api/v1/organisers/{organiser}/members"})


def _invite(parts: Parts, organiser: str, body: NewMember, language: str) -> StoredMember | TooMany:
    added = parts.accounts.add_member(organiser, body.email, body.role)
    if isinstance(added, StoredMember) and added.pending:
        link, mail = mailed_links.invitation(parts.now_ms(), added.account, organiser, added.role, language)
        mailed_links.send(parts, link, mail, added.email)
    return added


async def give_role(call: Call) -> Answer:
    """Another role, in force at once (at the other gateways within a second)."""
    body: NewRole = call.body
    may_give(call, body.role)
    organiser, account = call.parameters["o"], call.parameters["id"]
    changed = await call.parts.workers.run(call.parts.accounts.set_role, organiser, account, body.role)
    _check(changed)
    call.parts.authority.forget()
    members = await call.parts.workers.run(call.parts.accounts.members, organiser)
    return Answer(next((shown(member) for member in members if member.account == account), None))


async def remove(call: Call) -> Answer:
    """No member any more, at once; an invitation that is still open works no more."""
    remove_member = partial(call.parts.accounts.remove_member, call.parameters["o"], call.parameters["id"])
    _check(await call.parts.workers.run(remove_member))
    call.parts.authority.forget()
    return Answer(status=204)


def _check(outcome: bool | LastOwner) -> None:
    if isinstance(outcome, LastOwner):
        raise Problem("last-owner", "Give somebody else the role owner first.")
    if not outcome:
        raise not_found("member")


_OWNER = Member("owner")
ROUTES = (
    Route("GET", PATH, list_members, _OWNER, "The members", {200: Lists(OrganisersMember)}, parameters=PAGE),
    Route(
        "POST",
        PATH,
        invite,
        _OWNER,
        "Invite a member by mail",
        {201: OrganisersMember},
        body=NewMember,
        conflicts=("limit-reached",),
    ),
    Route(
        "PATCH",
        PATH + "/{id}",
        give_role,
        _OWNER,
        "Give a member another role",
        {200: OrganisersMember},
        body=NewRole,
        conflicts=("last-owner",),
    ),
    Route("DELETE", PATH + "/{id}", remove, _OWNER, "Remove a member", {204: None}, conflicts=("last-owner",)),
)

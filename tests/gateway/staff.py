"""People of an organiser in the tests: invited, accepted and signed in; API tokens of any role."""

from typing import Any

from gateway.replies import Role
from tests.gateway.mailbox import last_link
from tests.gateway.world import World, bearer

PASSWORD = "correct horse battery"


async def hired(
    world: World, organiser: str, owner: dict[str, str], email: str, role: Role
) -> tuple[str, dict[str, str]]:
    """A member who has accepted: the account's id, and a session."""
    invited = await world.ask("POST", f"/api/v1/organisers/{organiser}/members", {"email": email, "role": role}, owner)
    assert invited.status == 201, invited
    accepted = await world.ask("PUT", f"/api/v1/invitations/{await last_link(world)}", {"password": PASSWORD})
    assert accepted.status == 200, accepted
    return invited.json["id"], bearer((await signed_in(world, email))["token"])


async def signed_in(world: World, email: str, password: str = PASSWORD, **more: Any) -> Any:
    """The answer to signing in."""
    reply = await world.ask("POST", "/api/v1/sessions", {"email": email, "password": password} | more)
    assert reply.status == 201, reply
    return reply.json


async def api_token(world: World, organiser: str, owner: dict[str, str], role: Role) -> dict[str, str]:
    """A fresh API token's authorisation."""
    body = {"name": f"for {role}", "role": role}
    made = await world.ask("POST", f"/api/v1/organisers/{organiser}/tokens", body, owner)
    assert made.status == 201, made
    return bearer(made.json["token"])

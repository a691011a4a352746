"""Attendees are named seat by seat, with what the seat type's badge asks for, until the deadline."""

from typing import Any

from actors.messages.orders import NameAttendee
from tests.gateway.test_orders import Bought, placed
from tests.gateway.world import Reply, World

ANA = {"name": "Ana", "email": "ana@example.org"}
FIELDS = [
    {"name": "company", "label": "Company", "required": True},
    {"name": "shirt", "label": "Shirt", "kind": "choice", "choices": ["S", "M"]},
]


async def named(world: World, bought: Bought, body: dict[str, Any], seat: str = "1") -> Reply:
    return await world.ask("PUT", f"{bought.at}/seats/{seat}/attendee", body, bought.token)


async def asking(world: World, bought: Bought) -> None:
    """The conference's badges ask for ``FIELDS``."""
    conference = (await world.ask("GET", bought.path, None, bought.owner)).json
    terms = {"badge_fields": {bought.order["seats"][0]["seat_type"]: FIELDS}}
    match = {"If-Match": f'"{conference["version"]}"'}
    reply = await world.ask("PATCH", f"{bought.path}/terms", terms, bought.owner | match)
    assert reply.status == 200, reply


async def test_a_named_seat_is_answered_with_its_attendee(world: World) -> None:
    bought = await placed(world, pay=True)
    reply = await named(world, bought, ANA)
    seat = reply.json
    assert (reply.status, seat["id"], seat["attendee"]) == (200, "1", ANA | {"badge": {}})
    assert seat["version"] > bought.order["version"]
    read = (await world.ask("GET", bought.at, None, bought.token)).json
    assert [each["attendee"] for each in read["seats"]] == [ANA | {"badge": {}}, None]


async def test_names_go_into_the_vault_alone(world: World) -> None:
    bought = await placed(world, pay=True)
    await named(world, bought, ANA)
    command = world.entities.commands[-1][2]
    assert isinstance(command, NameAttendee)
    assert world.vault.people[command.subject] == ANA
    assert "ana" not in repr(command).lower()


async def test_somebody_else_on_the_seat_is_another_subject_and_the_first_is_erased(world: World) -> None:
    bought = await placed(world, pay=True)
    await named(world, bought, ANA)
    first = world.entities.commands[-1][2].subject
    await named(world, bought, ANA | {"name": "Bob"})
    second = world.entities.commands[-1][2].subject
    assert first not in world.vault.people
    assert world.vault.people[second]["name"] == "Bob"


async def test_saying_it_twice_changes_nothing(world: World) -> None:
    bought = await placed(world, pay=True)
    first, second = [(await named(world, bought, ANA)).json for _ in range(2)]
    assert first == second
    assert len(world.vault.people) == 2  # And the buyer.


async def test_badges_ask_for_fields_by_seat_type(world: World) -> None:
    bought = await placed(world, pay=True)
    await asking(world, bought)
    reply = await named(world, bought, ANA | {"badge": {"company": "X & Y", "shirt": "M"}})
    assert reply.json["attendee"]["badge"] == {"company": "X & Y", "shirt": "M"}
    for badge, field in (
        ({}, "badge.company"),
        ({"company": "  "}, "badge.company"),
        ({"company": "X", "shirt": "XXL"}, "badge.shirt"),
        ({"company": "X", "diet": "none"}, "badge.diet"),
    ):
        refused = await named(world, bought, ANA | {"badge": badge})
        assert (refused.slug, refused.json["errors"][0]["field"]) == ("invalid", field)
    assert (await named(world, bought, ANA | {"badge": {"company": "a\x00"}})).slug == "invalid"
    assert (await named(world, bought, ANA | {"badge": {"company": "a" * 301}})).slug == "invalid"


async def test_markup_is_text(world: World) -> None:
    bought = await placed(world, pay=True)
    name = "<script>alert(1)</script>"
    assert (await named(world, bought, ANA | {"name": name})).json["attendee"]["name"] == name


async def test_there_are_no_names_before_the_order_is_confirmed_nor_after_the_deadline(world: World) -> None:
    bought = await placed(world)
    assert (await named(world, bought, ANA)).slug == "wrong-state"
    orders = world.entities.orders[bought.order["id"].partition("-")[0]]
    orders.pay(bought.order["id"])
    conference = (await world.ask("GET", bought.path, None, bought.owner)).json
    match = {"If-Match": f'"{conference["version"]}"'}
    await world.ask("PATCH", f"{bought.path}/terms", {"naming_until": "2020-01-01T00:00:00Z"}, bought.owner | match)
    assert (await named(world, bought, ANA)).slug == "too-late"
    assert all(person["name"] == "Ana" for person in world.vault.people.values())
    assert len(world.vault.people) == 1  # The buyer alone: what was refused is not kept.


async def test_the_desk_names_after_the_deadline_too_and_gets_no_code(world: World) -> None:
    bought = await placed(world, pay=True)
    conference = (await world.ask("GET", bought.path, None, bought.owner)).json
    match = {"If-Match": f'"{conference["version"]}"'}
    await world.ask("PATCH", f"{bought.path}/terms", {"naming_until": "2020-01-01T00:00:00Z"}, bought.owner | match)
    path = f"{bought.path}/orders/{bought.order['id']}/seats/1/attendee"
    reply = await world.ask("PUT", path, ANA, bought.owner)
    assert (reply.status, reply.json["attendee"]["name"]) == (200, "Ana")
    assert "ticket_code" not in reply.json
    assert (await world.ask("PUT", path, ANA, bought.token)).slug == "not-authenticated"


async def test_a_seat_that_is_not_there_can_t_be_named(world: World) -> None:
    bought = await placed(world, pay=True)
    assert (await named(world, bought, ANA, seat="7")).slug == "not-found"
    assert (await named(world, bought, ANA, seat="x")).slug == "not-found"

"""Orders over a socket: placed from a hold, looked at, found again, given back; and whom they do not exist for."""

from typing import Any, NamedTuple

from msgspec.structs import replace

from tests.gateway.world import RESERVE, Reply, World, bearer, key, wish

BUYER = {"name": "Ana", "email": "Ana@Example.org"}


class Bought(NamedTuple):
    """An order that was just placed, and what it was placed with."""

    order: dict[str, Any]
    token: dict[str, str]
    owner: dict[str, str]
    path: str
    """The organiser's path of the conference."""
    reservation: dict[str, Any]

    @property
    def at(self) -> str:
        return f"/api/v1/orders/{self.order['id']}"


async def placed(world: World, *, quantity: int = 2, pay: bool = False, **body: Any) -> Bought:
    """An order of a new conference."""
    path, owner, seat_type = await world.conference()
    reservation = (await world.ask("POST", RESERVE, wish(seat_type, quantity), key())).json
    reply = await order(world, reservation, **body)
    assert reply.status == 201, reply
    made = reply.json
    if pay:
        world.entities.orders[made["id"].partition("-")[0]].pay(made["id"])
    return Bought(made, bearer(made["token"]), owner, path, reservation)


async def order(world: World, reservation: dict[str, Any], headers: dict[str, str] | None = None, **body: Any) -> Reply:
    asked = {"buyer": BUYER, "payment": "sandbox"} | body
    path = f"/api/v1/reservations/{reservation['id']}/order"
    return await world.ask("POST", path, asked, bearer(reservation["token"]) | (headers or key()))


async def test_an_order_costs_what_its_seats_were_held_for_and_is_paid_on_its_own_page(world: World) -> None:
    bought = await placed(world)
    made = bought.order
    assert made["status"] == "awaiting_payment"
    assert made["total"] == {"amount": 25_000, "currency": "EUR"}
    assert [seat["id"] for seat in made["seats"]] == ["1", "2"]
    assert all("ticket_code" not in seat and seat["attendee"] is None for seat in made["seats"])
    assert f"/pay/sandbox/{made['id']}/" in made["payment_url"]
    assert made["pay_by"].endswith("Z")
    read = await world.ask("GET", bought.at, None, bought.token)
    assert read.json == {name: value for name, value in made.items() if name != "token"}
    assert read.headers["etag"] == f'"{made["version"]}"'
    assert read.headers["cache-control"] == "no-store"


async def test_the_buyer_stands_in_the_vault_and_nowhere_else(world: World) -> None:
    bought = await placed(world)
    assert list(world.vault.people.values()) == [{"name": "Ana", "email": "Ana@Example.org"}]
    assert list(world.vault.organisers.values()) == [bought.path.split("/")[4]]
    assert "Ana" not in repr(world.entities.commands)


async def test_a_repeated_key_gets_the_same_order_and_token(world: World) -> None:
    _, _, seat_type = await world.conference()
    reservation = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
    same = key()
    first, second = [(await order(world, reservation, same)).json for _ in range(2)]
    assert first == second
    assert (await order(world, reservation)).slug == "already-ordered"
    assert len(world.vault.people) == 1


async def test_an_order_of_an_expired_hold_is_told_what_to_do(world: World) -> None:
    _, _, seat_type = await world.conference()
    reservation = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
    path = f"/api/v1/reservations/{reservation['id']}"
    await world.ask("DELETE", path, None, bearer(reservation["token"]) | key())
    reply = await order(world, reservation)
    assert (reply.status, reply.slug) == (409, "hold-expired")
    assert "reserve again" in reply.json["detail"]
    assert world.vault.people == {}


async def test_amounts_of_the_client_are_refused(world: World) -> None:
    _, _, seat_type = await world.conference()
    reservation = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
    assert (await order(world, reservation, total={"amount": 1, "currency": "EUR"})).slug == "invalid"
    assert (await order(world, reservation, buyer=BUYER | {"discount": 1})).slug == "invalid"
    assert (await order(world, reservation, payment="cheque")).slug == "invalid"


async def test_too_long_names_and_control_characters_are_refused(world: World) -> None:
    _, _, seat_type = await world.conference()
    reservation = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
    for name in ("", "a" * 201, "a\x00b", "a\nb", "\u2028"):
        assert (await order(world, reservation, buyer={"name": name, "email": "a@b"})).slug == "invalid", name
    assert (await order(world, reservation, buyer={"name": "A", "email": "no address"})).slug == "invalid"


async def test_only_the_holder_of_the_reservation_orders(world: World) -> None:
    _, owner, seat_type = await world.conference()
    reservation = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
    path = f"/api/v1/reservations/{reservation['id']}/order"
    body = {"buyer": BUYER, "payment": "sandbox"}
    for headers in ({}, owner, bearer("x" * 32)):
        assert (await world.ask("POST", path, body, headers | key())).slug == "not-found"
    assert (await world.ask("POST", path, body, bearer(reservation["token"]))).slug == "key-missing"


async def test_an_order_does_not_exist_without_its_token(world: World) -> None:
    bought = await placed(world)
    wrong: tuple[dict[str, str], ...] = ({}, bought.owner, bearer("x" * 32), bearer(bought.reservation["token"]))
    for headers in wrong:
        for path in ("", "/tickets.pdf", "/calendar.ics"):
            assert (await world.ask("GET", bought.at + path, None, headers)).slug == "not-found"
        assert (await world.ask("DELETE", bought.at, None, headers | key())).slug == "not-found"
        assert (await world.ask("DELETE", f"{bought.at}/seats/1", None, headers | key())).slug == "not-found"
    other = bought.at[:-1] + ("a" if bought.at[-1] != "a" else "b")
    assert (await world.ask("GET", other, None, bought.token)).slug == "not-found"


async def test_the_signed_link_reads_and_does_nothing_else(world: World) -> None:
    bought = await placed(world)
    link = world.parts.order_keys.path(bought.order["id"])
    assert (await world.ask("GET", link)).json["id"] == bought.order["id"]
    signature = link.partition("?")[2]
    assert (await world.ask("GET", f"{bought.at}/calendar.ics?{signature}")).status == 200
    assert (await world.ask("DELETE", link, None, key())).slug == "not-found"
    assert (await world.ask("GET", link[:-1] + ("A" if link[-1] != "A" else "B"))).slug == "not-found"
    assert (await world.ask("GET", f"{bought.at}?link={bought.order['token']}")).slug == "not-found"


async def test_a_confirmed_order_has_a_signed_code_for_each_seat(world: World) -> None:
    bought = await placed(world, pay=True)
    read = (await world.ask("GET", bought.at, None, bought.token)).json
    assert read["status"] == "confirmed"
    assert "payment_url" not in read
    codes = [seat["ticket_code"] for seat in read["seats"]]
    assert [code.partition(".")[0] for code in codes] == ["CT1", "CT1"]
    assert len(set(codes)) == 2


async def test_a_cancelled_seat_is_refunded_and_the_order_goes_on(world: World) -> None:
    bought = await placed(world, pay=True)
    reply = await world.ask("DELETE", f"{bought.at}/seats/2", None, bought.token | key())
    assert reply.status == 200
    given_back = reply.json
    assert given_back["status"] == "confirmed"
    assert [seat["status"] for seat in given_back["seats"]] == ["valid", "cancelled"]
    assert "ticket_code" not in given_back["seats"][1]
    assert given_back["refunds"] == [
        {"amount": {"amount": 12_500, "currency": "EUR"}, "status": "pending", "reason": "seat-cancelled"}
    ]
    assert (await world.ask("DELETE", f"{bought.at}/seats/9", None, bought.token | key())).status in (404, 422)


async def test_a_cancelled_order_is_refunded_as_a_whole(world: World) -> None:
    bought = await placed(world, pay=True)
    assert (await world.ask("DELETE", bought.at, None, bought.token)).slug == "key-missing"
    reply = await world.ask("DELETE", bought.at, None, bought.token | key())
    assert (reply.json["status"], reply.json["refunds"][0]["amount"]["amount"]) == ("refunding", 25_000)
    assert reply.headers["etag"] == f'"{reply.json["version"]}"'


async def test_seats_that_had_gone_are_refunded_by_themselves(world: World) -> None:
    bought = await placed(world)
    orders = world.entities.orders[bought.order["id"].partition("-")[0]]
    orders.secure = False
    orders.pay(bought.order["id"])
    read = (await world.ask("GET", bought.at, None, bought.token)).json
    assert (read["status"], read["refunds"][0]["reason"]) == ("refunding", "not-secured")


async def test_what_a_refusal_says_is_a_problem(world: World) -> None:
    bought = await placed(world, pay=True)
    orders = world.entities.orders[bought.order["id"].partition("-")[0]]
    orders.now_ms = 1_950_000_000_000
    assert (await world.ask("DELETE", bought.at, None, bought.token | key())).slug == "too-late"


async def test_an_order_is_found_by_email_and_code_however_they_are_typed(world: World) -> None:
    bought = await placed(world)
    code = bought.order["access_code"]
    assert len(code.replace("-", "")) * 5 >= 40
    for email, typed in (("ana@example.org", code), (" ANA@example.org".strip(), code.lower().replace("-", " "))):
        found = await world.ask("POST", "/api/v1/orders/find", {"email": email, "access_code": typed})
        assert (found.status, found.json["token"]) == (200, bought.order["token"])


async def test_a_wrong_code_and_a_wrong_address_are_the_same_miss(world: World) -> None:
    bought = await placed(world)
    code = bought.order["access_code"]
    asked = (
        {"email": "ana@example.org", "access_code": "AAAAA-AAAAA"},
        {"email": "bob@example.org", "access_code": code},
        {"email": "bob@example.org", "access_code": "?"},
    )
    replies = [await world.ask("POST", "/api/v1/orders/find", body) for body in asked]
    assert {reply.slug for reply in replies} == {"not-found"}
    assert len({reply.body for reply in replies}) == 1


async def test_guessing_codes_is_slowed_down(world: World) -> None:
    await placed(world)
    most = world.settings.accounts.sign_ins_per_minute_max
    wrong = {"email": "ana@example.org", "access_code": "AAAAA-AAAAA"}
    slugs = [(await world.ask("POST", "/api/v1/orders/find", wrong)).slug for _ in range(most + 1)]
    assert slugs == ["not-found"] * most + ["too-many-requests"]


async def test_an_order_that_costs_nothing_is_confirmed_when_it_is_answered(world: World) -> None:
    _, _, seat_type = await world.conference()
    reservation = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
    held = world.entities.reservations[reservation["id"]]
    free = tuple(replace(line, price_minor=0) for line in held.lines)
    world.entities.reservations[reservation["id"]] = replace(held, lines=free)
    made = (await order(world, reservation)).json
    assert (made["status"], made["total"]["amount"]) == ("confirmed", 0)
    assert made["seats"][0]["ticket_code"]

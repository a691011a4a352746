"""What an organiser does with orders: looks, marks as paid, gives back, counts, prints, admits."""

from io import BytesIO

from pypdf import PdfReader

from tests.gateway.test_naming import ANA, asking, named
from tests.gateway.test_orders import BUYER, Bought, placed
from tests.gateway.world import World, key


async def scan(world: World, bought: Bought, code: str, where: str = "") -> object:
    return await world.ask("POST", f"{bought.path}/check-ins", {"code": code, "where": where}, bought.owner | key())


async def code_of(world: World, bought: Bought, seat: int = 0) -> str:
    return str((await world.ask("GET", bought.at, None, bought.token)).json["seats"][seat]["ticket_code"])


async def test_orders_are_listed_with_their_buyers_and_without_what_opens_them(world: World) -> None:
    bought = await placed(world, pay=True)
    reply = await world.ask("GET", f"{bought.path}/orders", None, bought.owner)
    (listed,) = reply.json["items"]
    assert (listed["id"], listed["buyer"]) == (bought.order["id"], BUYER)
    assert not {"token", "access_code", "payment_url"} & set(listed)
    assert all("ticket_code" not in seat for seat in listed["seats"])
    none = await world.ask("GET", f"{bought.path}/orders?status=lapsed", None, bought.owner)
    assert none.json == {"items": [], "next": None}
    assert (await world.ask("GET", f"{bought.path}/orders?status=x", None, bought.owner)).slug == "invalid"


async def test_an_invoice_is_marked_as_paid(world: World) -> None:
    bought = await placed(world, payment="invoice")
    assert "payment_url" not in bought.order
    path = f"{bought.path}/orders/{bought.order['id']}/mark-paid"
    await world.ask("POST", path, None, bought.owner)
    assert (await world.ask("GET", bought.at, None, bought.token)).json["status"] == "confirmed"


async def test_another_way_of_paying_is_not_marked_as_paid(world: World) -> None:
    bought = await placed(world)
    path = f"{bought.path}/orders/{bought.order['id']}/mark-paid"
    assert (await world.ask("POST", path, None, bought.owner)).slug == "wrong-state"


async def test_an_amount_goes_back_and_the_seats_stay(world: World) -> None:
    bought = await placed(world, pay=True)
    path = f"{bought.path}/orders/{bought.order['id']}/refund"
    body = {"amount": {"amount": 500, "currency": "EUR"}, "reason": "Sorry, Ana"}
    same = bought.owner | key()
    first, second = [(await world.ask("POST", path, body, same)).json for _ in range(2)]
    assert first["refunds"] == second["refunds"]
    assert first["refunds"][0]["amount"]["amount"] == 500
    assert (first["refunds"][0]["note"], first["status"]) == ("Sorry, Ana", "confirmed")
    assert "Sorry" not in repr(world.entities.commands)
    for amount in (
        {"amount": 0, "currency": "EUR"},
        {"amount": 99_999, "currency": "EUR"},
        {"amount": 1, "currency": "USD"},
    ):
        refused = await world.ask("POST", path, body | {"amount": amount}, bought.owner | key())
        assert refused.slug == "invalid", amount


async def test_without_an_amount_all_goes_back_and_the_seats_go(world: World) -> None:
    bought = await placed(world, pay=True)
    path = f"{bought.path}/orders/{bought.order['id']}/refund"
    reply = (await world.ask("POST", path, {"reason": "Ill"}, bought.owner | key())).json
    assert (reply["status"], reply["refunds"][0]["amount"]["amount"]) == ("refunding", 25_000)


async def test_another_conference_s_orders_are_not_there(world: World) -> None:
    bought = await placed(world, pay=True)
    other, owner, _ = await world.conference("other", "Bob")
    order = bought.order["id"]
    code = await code_of(world, bought)
    assert (await world.ask("POST", f"{other}/orders/{order}/mark-paid", None, owner)).slug == "not-found"
    assert (await world.ask("POST", f"{other}/orders/{order}/refund", {"reason": "x"}, owner)).slug == "not-found"
    assert (await world.ask("DELETE", f"{other}/check-ins/{order}/1", None, owner)).slug == "not-found"
    asked = len(world.entities.commands)
    assert (await world.ask("POST", f"{other}/check-ins", {"code": code}, owner)).slug == "not-found"
    assert len(world.entities.commands) == asked
    assert (await world.ask("GET", f"{bought.path}/orders", None, owner)).slug == "not-found"


async def test_sales_count_seats_and_money(world: World) -> None:
    bought = await placed(world, pay=True)
    (line,) = (await world.ask("GET", f"{bought.path}/sales", None, bought.owner)).json["items"]
    assert (line["seats"], line["turnover"]) == (2, {"amount": 25_000, "currency": "EUR"})


async def test_the_attendee_list_comes_as_json_and_as_csv_that_runs_nothing(world: World) -> None:
    bought = await placed(world, pay=True)
    await asking(world, bought)
    await named(world, bought, {"name": "=1+1", "email": "ana@example.org", "badge": {"company": "@X"}})
    path = f"{bought.path}/attendees"
    listed = (await world.ask("GET", path, None, bought.owner)).json["items"]
    assert [each["attendee"] and each["attendee"]["name"] for each in listed] == ["=1+1", None]
    page = (await world.ask("GET", f"{path}?limit=1", None, bought.owner)).json
    assert (len(page["items"]), page["next"] is None) == (1, False)
    table = await world.ask("GET", path, None, bought.owner | {"Accept": "text/csv, application/json;q=0.5"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    header, first, second = table.body.decode().splitlines()
    assert header == "order,seat,seat_type,status,name,email,checked_in_at,company,shirt"
    assert ",'=1+1," in first
    assert ",'@X," in first
    assert second.startswith(f"{bought.order['id']},2,Regular,valid,,")


async def test_badges_are_printed_for_everybody_who_is_named(world: World) -> None:
    bought = await placed(world, pay=True)
    path = f"{bought.path}/badges.pdf"
    assert (await world.ask("GET", path, None, bought.owner)).slug == "not-found"
    await named(world, bought, ANA)
    await named(world, bought, ANA | {"name": "Bob"}, seat="2")
    reply = await world.ask("GET", f"{path}?sort=name", None, bought.owner)
    assert reply.headers["content-type"] == "application/pdf"
    assert len(PdfReader(BytesIO(reply.body)).pages) == 1
    progress = await world.ask("GET", f"{bought.path}/badges/progress", None, bought.owner)
    assert progress.json == {"done": 2, "total": 2}
    one = await world.ask("GET", f"{path}?order={bought.order['id']}&seat=2", None, bought.owner)
    assert one.status == 200
    assert (await world.ask("GET", f"{path}?sort=age", None, bought.owner)).slug == "invalid"


async def test_a_ticket_admits_once_and_a_second_scan_is_told_when_and_where(world: World) -> None:
    bought = await placed(world, pay=True)
    await named(world, bought, ANA)
    code = await code_of(world, bought)
    path = f"{bought.path}/check-ins"
    first = await world.ask("POST", path, {"code": code.lower(), "where": "North"}, bought.owner)
    assert (first.status, first.json["attendee"]["name"], first.json["where"]) == (201, "Ana", "North")
    again = await world.ask("POST", path, {"code": code, "where": "South"}, bought.owner)
    assert (again.status, again.slug) == (409, "already-checked-in")
    assert (again.json["first_at"], again.json["first_where"]) == (first.json["at"], "North")
    counts = (await world.ask("GET", path, None, bought.owner)).json["seat_types"]
    assert list(counts.values()) == [{"valid": 2, "named": 1, "checked_in": 1}]
    undone = await world.ask("DELETE", f"{path}/{bought.order['id']}/1", None, bought.owner)
    assert undone.status == 200
    assert "checked_in_at" not in undone.json
    assert (await world.ask("POST", path, {"code": code}, bought.owner)).status == 201


async def test_a_repeated_scan_under_its_key_is_the_same_scan(world: World) -> None:
    bought = await placed(world, pay=True)
    body, same = {"code": await code_of(world, bought)}, bought.owner | key()
    first, second = [await world.ask("POST", f"{bought.path}/check-ins", body, same) for _ in range(2)]
    assert (first.status, second.status, first.json) == (201, 201, second.json)


async def test_codes_that_were_not_signed_here_do_not_exist(world: World) -> None:
    bought = await placed(world, pay=True)
    code = await code_of(world, bought)
    order, seat, signature = code.split(".")[1:]
    forged = (
        "x",
        f"CT1.{order}.2.{signature}",
        f"CT2.{order}.{seat}.{signature}",
        code[:-1],
        "CT1." + "A" * 290,
    )
    for text in forged:
        reply = await world.ask("POST", f"{bought.path}/check-ins", {"code": text}, bought.owner)
        assert reply.slug == "not-found", text


async def test_tickets_and_calendar_are_files(world: World) -> None:
    bought = await placed(world)
    assert (await world.ask("GET", f"{bought.at}/tickets.pdf", None, bought.token)).slug == "wrong-state"
    world.entities.orders[bought.order["id"].partition("-")[0]].pay(bought.order["id"])
    tickets = await world.ask("GET", f"{bought.at}/tickets.pdf", None, bought.token)
    assert tickets.headers["content-disposition"] == 'attachment; filename="pycon-tickets.pdf"'
    assert len(PdfReader(BytesIO(tickets.body)).pages) == 2
    calendar = await world.ask("GET", f"{bought.at}/calendar.ics", None, bought.token)
    assert calendar.headers["content-type"] == "text/calendar; charset=utf-8"
    text = calendar.body.decode().replace("\r\n ", "")
    assert f"UID:{bought.order['id']}@contoso-conference" in text
    assert "STATUS:CONFIRMED" in text
    await world.ask("DELETE", bought.at, None, bought.token | key())
    later = (await world.ask("GET", f"{bought.at}/calendar.ics", None, bought.token)).body.decode()
    assert "STATUS:CANCELLED" in later
    assert _sequence(later) > _sequence(text)


def _sequence(calendar: str) -> int:
    return int(calendar.partition("SEQUENCE:")[2].split()[0])

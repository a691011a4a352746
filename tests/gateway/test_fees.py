"""An organiser's monthly statement: the same lines as JSON, CSV and PDF."""

from io import BytesIO

from pypdf import PdfReader

from tests.gateway.test_laying_down import LAID_DOWN, put
from tests.gateway.test_orders import Bought, order
from tests.gateway.world import RESERVE, World, bearer, key, wish

MONTH = "2027-01"  # Of the fake orders' clock.


async def sold(world: World) -> Bought:
    """Two seats sold for 250.00 under a fee, and one of them given back."""
    path, owner, seat_type = await world.conference()
    fee = {"per_seat": 50, "percent": 2, "borne_by": "organiser", "starts_on": "2020-01-01"}
    assert (await put(world, path, owner, LAID_DOWN | {"fee": fee})).status == 200
    reservation = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
    made = (await order(world, reservation)).json
    world.entities.orders[made["id"].partition("-")[0]].pay(made["id"])
    bought = Bought(made, bearer(made["token"]), owner, path, reservation)
    await world.ask("DELETE", f"{bought.at}/seats/2", None, bought.token | key())
    return bought


def statement(bought: Bought, month: str = MONTH) -> str:
    return bought.path.partition("/conferences")[0] + f"/fees/{month}"


async def test_a_statement_adds_up(world: World) -> None:
    bought = await sold(world)
    told = (await world.ask("GET", statement(bought), None, bought.owner)).json
    assert [(line["seats"], line["turnover"]["amount"], line["fee"]["amount"]) for line in told["lines"]] == [
        (2, 25_000, 600),
        (-1, -12_500, -300),
    ]
    assert told["total"] == {"amount": 300, "currency": "EUR"}
    assert (told["month"], told["totals"]) == (MONTH, [told["total"]])


async def test_a_statement_comes_as_csv_and_pdf_too(world: World) -> None:
    bought = await sold(world)
    table = await world.ask("GET", statement(bought), None, bought.owner | {"Accept": "text/csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.body.decode().splitlines()[-1] == "total,,,,300,EUR"
    pages = await world.ask("GET", statement(bought), None, bought.owner | {"Accept": "application/pdf"})
    assert pages.headers["content-type"] == "application/pdf"
    assert len(PdfReader(BytesIO(pages.body)).pages) == 1


async def test_a_month_without_orders_is_empty_and_no_month_is_not_there(world: World) -> None:
    bought = await sold(world)
    empty = (await world.ask("GET", statement(bought, "2020-02"), None, bought.owner)).json
    assert (empty["lines"], empty["total"]) == ([], {"amount": 0, "currency": "EUR"})
    for month in ("2027-13", "2027-1", "x", "2027-01-01"):
        assert (await world.ask("GET", statement(bought, month), None, bought.owner)).slug == "not-found"


async def test_another_tenant_s_statement_is_not_there(world: World) -> None:
    bought = await sold(world)
    _, stranger = await world.organiser("Bob")
    assert (await world.ask("GET", statement(bought), None, stranger)).slug == "not-found"

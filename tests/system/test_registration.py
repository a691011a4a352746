"""A day of registration against the running product: bought, paid, named, printed, admitted, given back, billed."""

import os
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from pypdf import PdfReader

from tests.support.product import ROOT, Organiser, Product, Reply, register, running, wait_until

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system")]

NAME = "Zoë Quastel-Überlinger"
EMAIL = "zoe.quastel@example.org"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("registration") / "data") as product:
        yield product


class Sold(NamedTuple):
    """An order and what opens it."""

    product: Product
    id: str
    token: str
    answer: dict[str, Any]

    def call(self, method: str, path: str = "", body: Any = None, **more: Any) -> Reply:
        return self.product.call(method, f"/api/v1/orders/{self.id}{path}", body, token=self.token, **more)

    def until(self, status: str) -> dict[str, Any]:
        """The order when it has come to a status."""
        wait_until(lambda: self.call("GET").body["status"] == status, what=status)
        found: dict[str, Any] = self.call("GET").body
        return found

    def press(self, outcome: str, **more: str) -> None:
        """Presses a button of the sandbox's page."""
        form = urllib.parse.urlencode({"outcome": outcome, **more}).encode()
        with urllib.request.urlopen(self.answer["payment_url"], form, timeout=30) as page:  # noqa: S310  # Our own page.
            assert page.status == 200


def reserved(product: Product, slug: str, seat_type: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    body = {"items": [{"seat_type": seat_type, "quantity": quantity}], **more}
    made = product.call("POST", f"/api/v1/conferences/{slug}/reservations", body, key=str(uuid4()))
    assert made.status in (201, 202), made
    found: dict[str, Any] = made.body
    return found


def ordered(product: Product, reservation: dict[str, Any], payment: str = "sandbox") -> Sold:
    body = {"buyer": {"name": NAME, "email": EMAIL}, "payment": payment}
    path = f"/api/v1/reservations/{reservation['id']}/order"
    made = product.call("POST", path, body, token=reservation["token"], key=str(uuid4()))
    assert made.status == 201, made
    return Sold(product, made.body["id"], made.body["token"], made.body)


def bought(product: Product, slug: str, seat_type: str, quantity: int = 1) -> Sold:
    """A confirmed order."""
    sold = ordered(product, reserved(product, slug, seat_type, quantity))
    sold.press("pay")
    sold.until("confirmed")
    return sold


def conference(product: Product, slug: str, quota: int, **details: Any) -> tuple[Organiser, str]:
    organiser = register(product)
    return organiser, organiser.conference(slug, {"Regular": quota}, **details)["Regular"]


def raw(product: Product, path: str, token: str) -> bytes:
    asked = urllib.request.Request(  # Our own server.
        f"http://127.0.0.1:{product.port}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
        return bytes(answer.read())


def test_a_seat_is_bought_named_printed_admitted_once_and_billed(product: Product) -> None:
    organiser, seat_type = conference(product, "summit", 2)
    version = organiser.call("GET", "/summit").body["version"]
    fee = {"per_seat": 50, "percent": 2, "borne_by": "organiser"}
    laid_down = {"papers": {"submission": "none"}, "fee": fee, "personnel": []}
    match = {"If-Match": f'"{version}"'}
    assert organiser.call("PUT", "/summit/characteristics", laid_down, headers=match).status == 200
    sold = bought(product, "summit", seat_type, 2)
    named = sold.call("PUT", "/seats/1/attendee", {"name": NAME, "email": EMAIL})
    assert named.body["attendee"]["name"] == NAME

    tickets = raw(product, f"/api/v1/orders/{sold.id}/tickets.pdf", sold.token)
    assert len(PdfReader(BytesIO(tickets)).pages) == 2
    root = f"/api/v1/organisers/{organiser.id}/conferences/summit"
    wait_until(lambda: organiser.call("GET", "/summit/attendees").body["items"][0]["attendee"], what="the name")
    assert raw(product, f"{root}/badges.pdf?sort=name", organiser.token).startswith(b"%PDF-")

    code = sold.call("GET").body["seats"][0]["ticket_code"]
    first = organiser.call("POST", "/summit/check-ins", {"code": code, "where": "North"})
    second = organiser.call("POST", "/summit/check-ins", {"code": code, "where": "South"})
    assert (first.status, first.body["attendee"]["name"]) == (201, NAME)
    assert (second.status, second.body["first_where"]) == (409, "North")

    bob = reserved(product, "summit", seat_type, if_short="wait", email="bob@example.org")
    given_back = sold.call("DELETE", "/seats/2", key=str(uuid4()))
    assert [seat["status"] for seat in given_back.body["seats"]] == ["valid", "cancelled"]
    status = f"/api/v1/reservations/{bob['id']}"
    wait_until(lambda: product.call("GET", status, token=bob["token"]).body["status"] == "offered", what="the offer")
    wait_until(lambda: sold.call("GET").body["refunds"][0]["status"] == "done", what="the refund")

    month = datetime.now(UTC).strftime("%Y-%m")
    path = f"/api/v1/organisers/{organiser.id}/fees/{month}"
    wait_until(lambda: len(product.call("GET", path, token=organiser.token).body["lines"]) == 2, what="the lines")
    bill = product.call("GET", path, token=organiser.token).body
    assert [(line["seats"], line["fee"]["amount"]) for line in bill["lines"]] == [(2, 600), (-1, -300)]
    assert bill["total"]["amount"] == 300


def test_a_notice_that_comes_twice_ends_in_one_order(product: Product) -> None:
    _, seat_type = conference(product, "twice", 1)
    sold = ordered(product, reserved(product, "twice", seat_type))
    sold.press("twice")
    assert sold.until("confirmed")["refunds"] == []


def test_a_payment_whose_notice_never_comes_is_found_by_reconciling(product: Product) -> None:
    _, seat_type = conference(product, "never", 1)
    sold = ordered(product, reserved(product, "never", seat_type))
    sold.press("never")
    reconciled = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "payments", "reconcile"],
        env={**os.environ, "CONTOSO_DATA": str(product.data)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert sold.id in reconciled.stdout, reconciled
    assert sold.until("confirmed")["refunds"] == []


def test_a_declined_payment_can_be_tried_again(product: Product) -> None:
    _, seat_type = conference(product, "decline", 1)
    sold = ordered(product, reserved(product, "decline", seat_type))
    sold.press("decline")
    assert sold.call("GET").body["status"] == "awaiting_payment"
    sold.press("pay")
    sold.until("confirmed")


def test_money_that_comes_too_late_goes_back_when_the_seats_are_gone(product: Product) -> None:
    _, seat_type = conference(product, "late", 1, hold_seconds=5)
    sold = ordered(product, reserved(product, "late", seat_type))
    sold.until("lapsed")
    assert bought(product, "late", seat_type)
    sold.press("pay")
    refunded = sold.until("refunded")
    assert [(each["reason"], each["amount"]["amount"]) for each in refunded["refunds"]] == [("not-secured", 12_500)]


def test_money_that_comes_late_takes_the_seats_again_when_they_are_free(product: Product) -> None:
    _, seat_type = conference(product, "again", 1, hold_seconds=5)
    sold = ordered(product, reserved(product, "again", seat_type))
    sold.until("lapsed")
    sold.press("pay")
    assert sold.until("confirmed")["refunds"] == []


def test_an_invoice_is_confirmed_when_the_organiser_has_seen_the_money(product: Product) -> None:
    organiser, seat_type = conference(product, "invoice", 1)
    sold = ordered(product, reserved(product, "invoice", seat_type), payment="invoice")
    assert "payment_url" not in sold.answer
    assert organiser.call("POST", f"/invoice/orders/{sold.id}/mark-paid").status == 200
    sold.until("confirmed")
    back = organiser.call("POST", f"/invoice/orders/{sold.id}/refund", {"reason": "Ill"}, key=str(uuid4()))
    assert back.body["refunds"][0]["amount"]["amount"] == 12_500
    sold.until("refunded")


def test_a_cancelled_conference_gives_everybody_everything_back(product: Product) -> None:
    organiser, seat_type = conference(product, "cancelled", 10)
    orders = [bought(product, "cancelled", seat_type) for _ in range(3)]
    assert organiser.call("POST", "/cancelled/cancel").status == 200
    for sold in orders:
        refunded = sold.until("refunded")
        assert [(each["reason"], each["amount"]["amount"]) for each in refunded["refunds"]] == [
            ("conference-cancelled", 12_500)
        ]


def test_a_conference_is_shown_as_it_stood(product: Product) -> None:
    organiser, seat_type = conference(product, "then", 5)
    sold = bought(product, "then", seat_type, 2)
    newest = organiser.call("GET", "/then/events?limit=200").body["items"][-1]["at"]
    sold.call("DELETE", key=str(uuid4()))
    sold.until("refunded")
    told = organiser.call("GET", f"/then/state?at={newest}").body
    assert told["inventory"]["seat_types"][seat_type]["confirmed"] == 2
    assert [order["status"] for order in told["orders"]] == ["confirmed"]
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    later = organiser.call("GET", f"/then/state?at={now}").body
    assert later["inventory"]["seat_types"][seat_type]["confirmed"] == 0
    assert [order["status"] for order in later["orders"]] == ["refunded"]
    assert NAME not in str(told)


def test_nobody_s_name_stands_anywhere_but_in_the_vault(product: Product) -> None:
    organiser, seat_type = conference(product, "vault", 5)
    sold = bought(product, "vault", seat_type)
    sold.call("PUT", "/seats/1/attendee", {"name": NAME, "email": EMAIL})
    organiser.call("POST", f"/vault/orders/{sold.id}/refund", {"reason": f"For {NAME}"}, key=str(uuid4()))
    events = organiser.call("GET", "/vault/events?limit=200")
    assert NAME not in str(events.body)
    assert EMAIL not in str(events.body)
    for found in _planted(product.data):
        assert found.relative_to(product.data).parts[0] == "mail", found
    assert NAME.encode() not in product.log.read_bytes()


def _planted(data: Path) -> list[Path]:
    """Files that hold the name or the address as they are."""
    marks = (NAME.encode(), EMAIL.encode(), EMAIL.upper().encode())
    files = [path for path in data.rglob("*") if path.is_file()]
    return [path for path in files if any(mark in path.read_bytes() for mark in marks)]

"""The whole product after the fact: paid in the sandbox, mailed over SMTP, told to webhooks, refunded, reconciled.

Whatever happens to the courier meanwhile, each effect takes place, and whoever gets it twice can tell.
"""

import asyncio
import email
import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

from tests.support.product import ROOT, Organiser, Product, Reply, kill, register, running, wait_until

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system"), pytest.mark.timeout(240)]


class PostOffice:
    """An SMTP server in a thread, which keeps what comes."""

    def __init__(self) -> None:
        self.came: list[Any] = []
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: SMTP(self, hostname="localhost", loop=self._loop), "127.0.0.1", 0)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def handle_DATA(self, _s: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.came.append(email.message_from_bytes(envelope.content))
        return "250 OK"

    def subjects(self) -> list[str]:
        """Of the mails that came, those sent twice once."""
        return sorted({mail["Message-ID"]: str(mail["Subject"]) for mail in self.came}.values())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._server.close()
        self._loop.close()


class Receiver:
    """A webhook's receiver on a free port; ``hold`` makes it take a message and answer nothing."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.hold = threading.Event()
        self.hold.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append((dict(self.headers.items()), body))
                outer.hold.wait(30)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def events(self) -> list[str]:
        return sorted({headers["webhook-id"]: json.loads(body)["type"] for headers, body in self.came}.values())

    def close(self) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    yield office
    office.close()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, post_office: PostOffice) -> Iterator[Product]:
    settings = {
        "CONTOSO_MAIL_HOST": "127.0.0.1",
        "CONTOSO_MAIL_PORT": str(post_office.port),
        "CONTOSO_MAIL_SECURITY": "none",
        "CONTOSO_WEBHOOKS_ALLOW_PRIVATE": "1",
        "CONTOSO_COURIER_LEASE_MS": "16000",
        "CONTOSO_MAIL_TIMEOUT_MS": "10000",
        "CONTOSO_PAYMENTS_STRIPE_TIMEOUT_MS": "10000",
        "CONTOSO_COURIER_POLL_MS": "50",
        "CONTOSO_COURIER_MISSED_NOTICES_MS": "0",
    }
    with running(tmp_path_factory.mktemp("courier") / "data", **settings) as product:
        yield product


class Sale:
    """A conference, and orders of it."""

    def __init__(self, product: Product) -> None:
        self.product, self.slug = product, f"s{uuid4().hex[:10]}"
        self.organiser: Organiser = register(product)
        self.seats = self.organiser.conference(self.slug, {"Standard": 100}, holds_per_client_max=0)

    def order(self, name: str = "Ann") -> dict[str, Any]:
        items = [{"seat_type": self.seats["Standard"], "quantity": 1}]
        path = f"/api/v1/conferences/{self.slug}/reservations"
        held = self.product.call("POST", path, {"items": items}, key=str(uuid4()))
        assert held.status == 201, held
        buyer = {"name": name, "email": f"{name.lower()}@example.org"}
        body = {"buyer": buyer, "payment": "sandbox"}
        path = f"/api/v1/reservations/{held.body['id']}/order"
        made = self.product.call("POST", path, body, key=str(uuid4()), token=held.body["token"])
        assert made.status == 201, made
        return dict(made.body)

    def press(self, order: dict[str, Any], outcome: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.product.port, timeout=30)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", urlsplit(order["payment_url"]).path, urlencode({"outcome": outcome}), form)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 303

    def read(self, order: dict[str, Any]) -> dict[str, Any]:
        return dict(self.product.call("GET", f"/api/v1/orders/{order['id']}", token=order["token"]).body)

    def until(self, order: dict[str, Any], status: str, seconds: float = 20) -> dict[str, Any]:
        def stands() -> dict[str, Any] | None:
            found = self.read(order)
            return found if found["status"] == status else None

        return dict(wait_until(stands, seconds, f"{status} of an order that is {self.read(order)['status']}"))

    def cancel(self, order: dict[str, Any]) -> Reply:
        return self.product.call("DELETE", f"/api/v1/orders/{order['id']}", token=order["token"], key=str(uuid4()))

    def webhook(self, url: str, *events: str) -> dict[str, Any]:
        made = self.product.call(
            "POST",
            f"/api/v1/organisers/{self.organiser.id}/webhooks",
            {"url": url, "events": events},
            token=self.organiser.token,
        )
        assert made.status == 201, made
        return dict(made.body)


@pytest.fixture
def sale(product: Product) -> Sale:
    return Sale(product)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def reconcile(product: Product, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "payments", "reconcile", *arguments],
        env={**os.environ, "CONTOSO_DATA": str(product.data)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode < 2, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_a_paid_order_is_mailed_and_told_and_a_cancelled_one_refunded(
    sale: Sale, post_office: PostOffice, receiver: Receiver
) -> None:
    secret = sale.webhook(receiver.url, "order.confirmed", "order.cancelled", "order.refunded")["secret"]
    order = sale.order()
    sale.press(order, "twice")
    sale.until(order, "confirmed")
    assert sale.cancel(order).status == 200
    found = sale.until(order, "refunded")
    assert [refund["status"] for refund in found["refunds"]] == ["done"]
    wait_until(lambda: len(receiver.events()) == 3, 20, "three messages")
    assert receiver.events() == ["order.cancelled", "order.confirmed", "order.refunded"]
    for headers, body in receiver.came:
        assert Webhook(secret).verify(body, headers)["data"]["order"] == order["id"]
        assert b"Ann" not in body
    mails = [mail for mail in post_office.came if order["id"] in str(mail)]
    assert mails, "the order stands in its mails"
    assert {mail["To"] for mail in mails} == {"Ann <ann@example.org>"}


def test_a_target_that_hangs_holds_up_nobody(sale: Sale, receiver: Receiver) -> None:
    hanging = Receiver()
    hanging.hold.clear()
    try:
        sale.webhook(hanging.url, "order.placed")
        sale.webhook(receiver.url, "order.confirmed")
        orders = [sale.order(f"Buyer{number}") for number in range(6)]
        wait_until(lambda: hanging.came, 20, "a message that hangs")
        for order in orders:
            sale.press(order, "pay")
        for order in orders:
            sale.until(order, "confirmed")
        wait_until(lambda: len(receiver.events()) == 6, 20, "messages to the other one")
        assert len(hanging.came) <= 2
    finally:
        hanging.close()


def test_a_courier_killed_between_sending_and_noting_sends_once_more_at_most_and_the_same(
    sale: Sale, receiver: Receiver
) -> None:
    sale.webhook(receiver.url, "order.confirmed")
    receiver.hold.clear()
    order = sale.order()
    sale.press(order, "pay")
    wait_until(lambda: receiver.came, 20, "the message")
    (courier,) = sale.product.pids_of("Courier")
    kill(courier)
    receiver.hold.set()
    wait_until(lambda: len(receiver.came) == 2, 60, "the message once more, when its lease has ended")
    first, second = receiver.came
    assert (first[0]["webhook-id"], first[1]) == (second[0]["webhook-id"], second[1])
    assert sale.product.pids_of("Courier") != [courier]
    sale.until(order, "confirmed")


def test_a_payment_whose_notice_is_never_sent_is_found_by_reconciling(sale: Sale) -> None:
    order = sale.order()
    sale.press(order, "never")
    status, lines = reconcile(sale.product, "--list")
    assert status == 1
    assert [line["kind"] for line in lines if line.get("order") == order["id"]] == ["notice-missing"]
    assert sale.read(order)["status"] == "awaiting_payment"
    status, lines = reconcile(sale.product)
    assert status == 0
    sale.until(order, "confirmed")
    status, lines = reconcile(sale.product)
    assert (status, lines[-1]["differences"]) == (0, 0)


def test_read_models_made_anew_send_nothing_again(sale: Sale, post_office: PostOffice, tmp_path: Path) -> None:
    product = sale.product
    order = sale.order("Zoe")
    sale.press(order, "pay")
    sale.until(order, "confirmed")
    wait_until(lambda: any("Zoe" in str(mail["To"]) for mail in post_office.came), 20, "the tickets")
    assert product.stop() == 0
    environment = {**os.environ, "CONTOSO_DATA": str(product.data)}
    rebuilt = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "rebuild"], env=environment, cwd=ROOT, capture_output=True, timeout=120
    )
    assert rebuilt.returncode == 0, rebuilt.stdout
    before = len(post_office.came)
    product.start()
    marker = sale.order("Marker")
    sale.press(marker, "pay")
    wait_until(lambda: any("Marker" in str(mail["To"]) for mail in post_office.came), 30, "a new mail")
    assert {mail["To"] for mail in post_office.came[before:]} == {"Marker <marker@example.org>"}


def test_nobodys_name_stands_in_the_outbox_or_the_logs(product: Product) -> None:
    for folder in (product.data, product.data / "logs"):
        for path in folder.glob("*"):
            if path.is_file() and path.name not in ("vault.db", "vault.db-wal", "demo-sign-in.txt"):
                content = path.read_bytes()
                assert b"@example.org" not in content, path.name
                assert b"Marker" not in content, path.name
    assert "@example.org" not in product.log.read_text()

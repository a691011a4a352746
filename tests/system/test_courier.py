"""The whole product after the fact: paid in the sandbox, mailed over SMTP, told to webhooks, refunded, reconciled.

Whatever happens to the courier meanwhile, each effect takes place, and whoever gets it twice can tell.
"""

import asyncio
import email
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

from tests.support.product import ROOT, Product, kill, running, wait_until
from tests.support.sales import Sale, reconcile

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


@pytest.fixture
def sale(product: Product) -> Sale:
    return Sale(product)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


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

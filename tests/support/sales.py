"""Orders of a running product, paid in the sandbox; and its reconciliation command."""

import http.client
import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from tests.support.product import ROOT, Organiser, Product, Reply, register, wait_until


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

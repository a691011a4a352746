"""Orders under kill -9 of every process at every step: each ends in seats or in its money back, and the books agree."""

import http.client
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import uuid4

import pytest

from tests.support.product import Product, Reply, kill, running, wait_until
from tests.support.sales import Sale, reconcile

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system"), pytest.mark.timeout(600)]

ROLES: Final = ("Gateway", "Courier", "Projector", "OrderBook", "SeatInventory")
STEPS: Final = ("ordered", "paid", "confirmed", "cancelled")
OUTCOMES: Final = ("pay", "twice", "never")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    settings = {"CONTOSO_COURIER_POLL_MS": "20", "CONTOSO_COURIER_MISSED_NOTICES_MS": "1000"}
    with running(tmp_path_factory.mktemp("saga") / "data", **settings) as product:
        yield product


def patiently(call: Callable[[], Reply]) -> Reply:
    """Asks again while nobody is there, or nothing is certain: every call carries its key."""

    def certain() -> Reply | None:
        try:
            reply = call()
        except (OSError, http.client.HTTPException):
            return None
        return None if reply.status == 503 else reply

    return wait_until(certain, 60, "a certain answer")  # type: ignore[no-any-return]


class Journey:
    """One order from hold to refund, with one process killed at one step."""

    def __init__(self, sale: Sale, role: str, step: str, outcome: str) -> None:
        self.sale, self.role, self.step, self.outcome = sale, role, step, outcome
        self.order: dict[str, Any] = {}

    def at(self, step: str) -> None:
        if step == self.step:
            for pid in self.sale.product.pids_of(self.role):
                kill(pid)

    def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> Reply:
        key = str(uuid4()) if method in ("POST", "DELETE") else None
        return patiently(lambda: self.sale.product.call(method, path, body, key=key, token=token))

    def go(self) -> None:
        items = [{"seat_type": self.sale.seats["Standard"], "quantity": 1}]
        held = self.call("POST", f"/api/v1/conferences/{self.sale.slug}/reservations", {"items": items})
        assert held.status == 201, held
        body = {"buyer": {"name": "Ann", "email": "ann@example.org"}, "payment": "sandbox"}
        path = f"/api/v1/reservations/{held.body['id']}/order"
        made = self.call("POST", path, body, held.body["token"])
        assert made.status == 201, made
        self.order = made.body
        self.at("ordered")
        self._pay()
        self.at("paid")
        self._until("confirmed")
        self.at("confirmed")
        gone = self.call("DELETE", f"/api/v1/orders/{self.order['id']}", token=self.order["token"])
        assert gone.status == 200, gone
        self.at("cancelled")
        self._until("refunded")

    def _pay(self) -> None:
        """A press that got no answer is pressed again: the sandbox takes the money once."""

        def pressed() -> bool:
            try:
                self.sale.press(self.order, self.outcome)
            except (OSError, http.client.HTTPException, AssertionError):
                return False
            return True

        wait_until(pressed, 60, "the payment")

    def _until(self, status: str) -> None:
        def stands() -> bool:
            found = self.call("GET", f"/api/v1/orders/{self.order['id']}", token=self.order["token"])
            return bool(found.status == 200 and found.body["status"] == status)

        wait_until(stands, 60, f"{status} after {self.role} was killed at {self.step} ({self.outcome})")


@pytest.mark.parametrize("role", ROLES)
def test_an_order_ends_in_seats_and_its_cancellation_in_money_whoever_dies(product: Product, role: str) -> None:
    sale = Sale(product)
    for number, step in enumerate(STEPS):
        Journey(sale, role, step, OUTCOMES[number % len(OUTCOMES)]).go()
    path = f"/api/v1/conferences/{sale.slug}/availability"
    patiently(lambda: product.call("GET", path))
    wait_until(
        lambda: (
            patiently(lambda: product.call("GET", path)).body["seat_types"][sale.seats["Standard"]]["available"] == 100
        ),
        30,
        "all seats free again",
    )


def test_afterwards_the_books_agree(product: Product) -> None:
    status, lines = reconcile(product)
    assert (status, lines[-1]["differences"]) == (0, 0), lines
    assert lines[-1]["payments"] == lines[-1]["refunds"] == len(ROLES) * len(STEPS)

"""A process that is stopped (SIGSTOP) and goes on later, or never: others are unharmed, and nothing is told wrongly."""

import http.client
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from uuid import uuid4

import pytest

from tests.support.product import Organiser, Product, register, running, wait_until

pytestmark = pytest.mark.system

ASK_MS = 1_000
REPLACED_S_MAX = 40.0  # ask_timeout_ms, then residents.SILENT_MS, then a start; a starved machine gets longer.
HARMED_S = 3.0
NO_LIMITS = {"holds_per_client_max": 0}


class Sale(NamedTuple):
    """A conference on sale, and its inventory's process."""

    slug: str
    seat_type: str
    pid: int


def on_sale(product: Product, organiser: Organiser, slug: str, **details: int) -> Sale:
    before = set(product.pids_of("SeatInventory"))
    seat_type = organiser.conference(slug, {"Standard": 20}, **NO_LIMITS, **details)["Standard"]
    (pid,) = set(product.pids_of("SeatInventory")) - before
    return Sale(slug, seat_type, pid)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    data = tmp_path_factory.mktemp("stopped") / "data"
    with running(data, CONTOSO_GATEWAY_ASK_TIMEOUT_MS=str(ASK_MS)) as product:
        wait_until((data / "demo-sign-in.txt").exists, what="the demo")
        yield product


def test_a_stopped_inventory_is_replaced_and_harms_no_other_conference(product: Product) -> None:
    organiser = register(product)
    still, busy = on_sale(product, organiser, "still"), on_sale(product, organiser, "busy")
    key = str(uuid4())
    with stopped(still.pid):
        unknown = product.reserve("still", still.seat_type, key=key)
        assert (unknown.status, unknown.body["type"]) == (503, "/problems/outcome-unknown")
        for _ in range(10):
            began = time.monotonic()
            assert product.reserve("busy", busy.seat_type).status == 201
            assert time.monotonic() - began < HARMED_S
        refused = product.reserve("still", still.seat_type)
        assert (refused.status, refused.body["type"]) == (503, "/problems/busy")
        told = wait_until(
            lambda: (r := product.reserve("still", still.seat_type, key=key)).status == 201 and r,
            REPLACED_S_MAX,
            "the next life",
        )
    assert still.pid not in product.pids_of("SeatInventory")
    assert product.reserve("still", still.seat_type, key=key).body["id"] == told.body["id"]
    page = organiser.call("GET", "/still/reservations")
    assert [each["id"] for each in page.body["items"]] == [told.body["id"]]


def test_one_that_goes_on_in_time_answers_late_and_its_work_is_found_by_the_key(product: Product) -> None:
    organiser = register(product)
    sale = on_sale(product, organiser, "late")
    key = str(uuid4())
    with stopped(sale.pid):
        assert product.reserve("late", sale.seat_type, key=key).status == 503
    told = wait_until(lambda: (r := product.reserve("late", sale.seat_type, key=key)).status == 201 and r)
    assert sale.pid in product.pids_of("SeatInventory")
    page = organiser.call("GET", "/late/reservations")
    assert [each["id"] for each in page.body["items"]] == [told.body["id"]]


def test_a_stopped_inventory_that_nobody_asks_is_found_by_its_overdue_hold(product: Product) -> None:
    organiser = register(product)
    sale = on_sale(product, organiser, "unasked", hold_seconds=5)
    held = product.reserve("unasked", sale.seat_type).body
    wait_until(lambda: product.reservation(held).status == 200, what="the read models")  # They are what the sweep sees.
    with stopped(sale.pid):
        wait_until(lambda: product.reservation(held).body["status"] == "expired", REPLACED_S_MAX, "the release")
    assert sale.pid not in product.pids_of("SeatInventory")


@pytest.mark.parametrize("name", ["ReservationTimer", "Projector"])
def test_sales_go_on_while_timer_or_projector_stand_still_and_both_catch_up(product: Product, name: str) -> None:
    organiser = register(product)
    slug = f"without-{name.lower()}"
    sale = on_sale(product, organiser, slug, hold_seconds=5)
    (pid,) = product.pids_of(name)
    with stopped(pid):
        held = product.reserve(slug, sale.seat_type)
        assert held.status == 201
        assert product.reserve(slug, sale.seat_type).status == 201
    wait_until(lambda: product.reservation(held.body).status == 200, what="the read models")
    wait_until(lambda: product.reservation(held.body).body["status"] == "expired", what="the release")


@pytest.mark.parametrize("name", ["ReservationTimer", "Gateway"])
def test_a_service_that_stands_still_for_good_is_replaced(product: Product, name: str) -> None:
    organiser = register(product)
    slug = f"replaced-{name.lower()}"
    sale = on_sale(product, organiser, slug, hold_seconds=5)
    held = product.reserve(slug, sale.seat_type).body
    (pid,) = product.pids_of(name)
    with stopped(pid):
        wait_until(lambda: pid not in product.pids_of(name), REPLACED_S_MAX, "its end")
        wait_until(lambda: len(product.pids_of(name)) == 1, REPLACED_S_MAX, f"another {name}")
        wait_until(expired(product, held), REPLACED_S_MAX, "the release")


def expired(product: Product, told: dict[str, str]) -> Callable[[], bool]:
    def asked() -> bool:
        try:
            return bool(product.reservation(told).body["status"] == "expired")
        except (OSError, http.client.HTTPException):  # The next gateway is not there yet.
            return False

    return asked

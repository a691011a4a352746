"""The whole product under buyers: nothing is sold twice, every retry gets the first answer, the list is served."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.buyers import rush, statuses
from tests.support.product import Product, register, running, wait_until

pytestmark = pytest.mark.xdist_group("system")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("selling") / "data") as product:
        yield product


NO_LIMITS = {"holds_per_client_max": 0, "seats_per_reservation_max": 0}


def test_of_two_thousand_buyers_for_fifty_seats_exactly_fifty_hold_one(product: Product) -> None:
    organiser = register(product)
    seats = organiser.conference("rush", {"Standard": 50}, **NO_LIMITS)
    outcomes = asyncio.run(rush(product.port, "rush", seats["Standard"], 2_000))
    assert statuses(outcomes) == {201: 50, 409: 1_950}
    assert len({o.body["id"] for o in outcomes if o.status == 201}) == 50
    refused = next(o for o in outcomes if o.status == 409)
    assert refused.body["type"] == "/problems/sold-out"
    assert refused.body["available"] == {seats["Standard"]: 0}


def test_a_request_that_is_sent_twice_gets_one_answer_and_one_seat(product: Product) -> None:
    organiser = register(product)
    seats = organiser.conference("twice", {"Standard": 30}, **NO_LIMITS)
    outcomes = asyncio.run(rush(product.port, "twice", seats["Standard"], 60, sends=2))
    by_key: dict[str, list[object]] = {}
    for outcome in outcomes:
        by_key.setdefault(outcome.key, []).append((outcome.status, outcome.body.get("id"), outcome.body.get("token")))
    assert all(first == second for first, second in by_key.values())
    assert statuses(outcomes) == {201: 60, 409: 60}


def test_an_expired_hold_is_offered_to_whoever_waits(product: Product) -> None:
    organiser = register(product)
    seats = organiser.conference("expiry", {"Standard": 1}, hold_seconds=5, **NO_LIMITS)
    path = "/api/v1/conferences/expiry/reservations"
    items = [{"seat_type": seats["Standard"], "quantity": 1}]
    held = product.call("POST", path, {"items": items}, key=str(uuid4()))
    assert (held.status, held.body["status"]) == (201, "held")
    waiting = product.call(
        "POST", path, {"items": items, "if_short": "wait", "email": "waiter@example.org"}, key=str(uuid4())
    )
    assert (waiting.status, waiting.body["status"], waiting.body["position"]) == (202, "waiting", 1)

    def status(reservation: dict[str, str]) -> str:
        found = product.call("GET", f"/api/v1/reservations/{reservation['id']}", token=reservation["token"])
        assert found.status == 200, found
        return str(found.body["status"])

    wait_until(lambda: status(waiting.body) == "offered", 11, "the offer")
    assert status(held.body) == "expired"


def test_a_cancelled_hold_goes_to_the_list_in_the_same_moment(product: Product) -> None:
    organiser = register(product)
    seats = organiser.conference("cancelled", {"Standard": 1}, **NO_LIMITS)
    path = "/api/v1/conferences/cancelled/reservations"
    items = [{"seat_type": seats["Standard"], "quantity": 1}]
    held = product.call("POST", path, {"items": items}, key=str(uuid4())).body
    waiting = product.call(
        "POST", path, {"items": items, "if_short": "wait", "email": "w@example.org"}, key=str(uuid4())
    ).body
    given_back = product.call("DELETE", f"/api/v1/reservations/{held['id']}", token=held["token"], key=str(uuid4()))
    assert (given_back.status, given_back.body["status"]) == (200, "cancelled")
    version = {"Min-Version": str(given_back.body["version"])}
    found = product.call("GET", f"/api/v1/reservations/{waiting['id']}", token=waiting["token"], headers=version)
    assert (found.status, found.body["status"]) == (200, "offered")
    newcomer = product.call("POST", path, {"items": items}, key=str(uuid4()))
    assert newcomer.status == 409

"""kill -9 of every kind of process, and of all at once, while buyers buy: nothing acknowledged is lost or doubled."""

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from tests.support.audit import feed, judge
from tests.support.buyers import Outcome, rush
from tests.support.product import Organiser, Product, kill, register, running, wait_until

pytestmark = pytest.mark.xdist_group("system")

BUYERS, QUOTA = 3_000, 2_000
NO_LIMITS = {"holds_per_client_max": 0, "seats_per_reservation_max": 0}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("kills") / "data") as product:
        yield product


def rush_with(product: Product, slug: str, seat_type: str, disturb: Callable[[], None]) -> list[Outcome]:
    """A rush during which ``disturb`` runs once."""
    outcomes: list[Outcome] = []
    buyers = threading.Thread(target=lambda: outcomes.extend(asyncio.run(rush(product.port, slug, seat_type, BUYERS))))
    buyers.start()
    disturb()
    buyers.join()
    return outcomes


def serves_again(product: Product, slug: str, seat_type: str, outcomes: list[Outcome]) -> Callable[[], bool]:
    """Whether a reservation gets a definite answer; it joins the ``outcomes``."""

    def asked() -> bool:
        path = f"/api/v1/conferences/{slug}/reservations"
        key = str(uuid4())
        try:
            reply = product.call("POST", path, {"items": [{"seat_type": seat_type, "quantity": 1}]}, key=key)
        except (OSError, http.client.HTTPException):
            outcomes.append(Outcome(key, 0, None))
            return False
        outcomes.append(Outcome(key, reply.status, reply.body))
        return reply.status in (201, 409)

    return asked


@pytest.mark.parametrize("victim", ["SeatInventory", "Conference", "ReservationTimer", "Projector", "Gateway"])
def test_a_killed_process_is_replaced_and_nothing_acknowledged_is_lost(product: Product, victim: str) -> None:
    organiser = register(product)
    slug = f"kill-{victim.lower()}"
    seats = organiser.conference(slug, {"Standard": QUOTA}, **NO_LIMITS)
    before = product.pids_of(victim)
    assert before
    probes: list[Outcome] = []

    def disturb() -> None:
        for pid in before:
            kill(pid)
        wait_until(lambda: set(product.pids_of(victim)) - set(before), 10, f"another {victim}")
        wait_until(serves_again(product, slug, seats["Standard"], probes), 10, "a definite answer")

    outcomes = rush_with(product, slug, seats["Standard"], disturb)
    judge(organiser, slug, [*outcomes, *probes])


def test_of_entities_that_die_in_the_same_moment_each_is_replaced(product: Product) -> None:
    organiser = register(product)
    for slug in ("together-a", "together-b"):
        organiser.conference(slug, {"Standard": 5})
    for pid in product.pids_of("Conference"):
        kill(pid)
    for slug in ("together-a", "together-b"):
        assert feed(organiser, slug)


def test_a_killed_directory_or_admin_brings_the_whole_node_back(product: Product) -> None:
    organiser = register(product)
    seats = organiser.conference("kill-node", {"Standard": QUOTA}, **NO_LIMITS)
    for victim in ("Directory", "admin"):
        before = product.pids_of(victim)
        assert before, victim

        def disturb(before: list[int] = before, victim: str = victim) -> None:
            for pid in before:
                kill(pid)
            wait_until(lambda: set(product.pids_of(victim)) - set(before), 20, f"another {victim}")
            wait_until(serves_again(product, "kill-node", seats["Standard"], []), 20, "a definite answer")

        outcomes = rush_with(product, "kill-node", seats["Standard"], disturb)
        acknowledged = [o for o in outcomes if o.status == 201]
        assert_all_stand(organiser, "kill-node", acknowledged)


def test_everything_killed_at_once_comes_back_with_all_that_was_acknowledged(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running(tmp_path_factory.mktemp("power") / "data") as product:
        organiser = register(product)
        seats = organiser.conference("power", {"Standard": QUOTA}, **NO_LIMITS)
        outcomes = rush_with(product, "power", seats["Standard"], product.kill_all)
        assert any(o.status == 0 for o in outcomes), "the kill came too late to disturb anybody"
        product.start()
        judge(organiser, "power", outcomes)


def assert_all_stand(organiser: Organiser, slug: str, acknowledged: list[Outcome]) -> None:
    """Every acknowledged reservation is there."""
    listed: set[str] = set()
    cursor = ""
    while True:
        page = organiser.call("GET", f"/{slug}/reservations?limit=200" + (f"&cursor={cursor}" if cursor else ""))
        assert page.status == 200, page
        listed |= {item["id"] for item in page.body["items"]}
        if page.body["next"] is None:
            break
        cursor = page.body["next"]
    assert {o.body["id"] for o in acknowledged} <= listed

"""Many conferences, few processes: whoever is asked is woken, and holds expire on time while their inventory sleeps."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from tests.support.audit import feed
from tests.support.product import Product, register, running, wait_until

pytestmark = pytest.mark.system

CONFERENCES, AWAKE_MAX = 30, 6
HOLD_S = 20
# The promise of five seconds is not kept here: thirty deadlines at once, ninety streams and six processes. That none is
# forgotten is what this shows; see docs/safety.md.
LATE_S_MAX = 120.0
BUSY_S_MAX = 120.0


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    data = tmp_path_factory.mktemp("passivation") / "data"
    with running(data, CONTOSO_ENTITIES_AWAKE_MAX=str(AWAKE_MAX)) as product:
        yield product


def seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def offered(product: Product, told: dict[str, str]) -> Callable[[], bool]:
    return lambda: bool(product.reservation(told).body["status"] == "offered")


@pytest.mark.timeout(400)
def test_thirty_conferences_take_turns_in_six_processes(product: Product) -> None:
    organiser = register(product)
    details = {"hold_seconds": HOLD_S, "holds_per_client_max": 0}
    seats = {f"turn-{n}": organiser.conference(f"turn-{n}", {"Standard": 1}, **details) for n in range(CONFERENCES)}
    held, waiting = {}, {}
    for slug, ids in seats.items():
        held[slug] = product.reserve(slug, ids["Standard"]).body
        waiting[slug] = product.reserve(slug, ids["Standard"], if_short="wait", email="w@example.org").body
    for slug in seats:
        assert held[slug]["status"] == "held", held[slug]
        assert waiting[slug]["status"] == "waiting", waiting[slug]
        assert product.reservation(held[slug]).status == 200

    def awake() -> int:
        return sum(len(product.pids_of(name)) for name in ("Conference", "SeatInventory", "OrderBook"))

    wait_until(lambda: awake() <= AWAKE_MAX, BUSY_S_MAX, "rest")
    for slug in seats:
        wait_until(offered(product, waiting[slug]), BUSY_S_MAX, f"{slug}'s offer")
        assert product.reservation(held[slug]).body["status"] == "expired"
        released = [event for event in feed(organiser, slug) if event["type"] == "seats-released"]
        assert [event["data"]["reservation"] for event in released] == [held[slug]["id"]]
        late_s = seconds(released[0]["at"]) - seconds(held[slug]["expires_at"])
        assert 0 <= late_s <= LATE_S_MAX, f"{slug} was {late_s} s late"
    wait_until(lambda: awake() <= AWAKE_MAX, BUSY_S_MAX, "rest")

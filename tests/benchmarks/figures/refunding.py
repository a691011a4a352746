"""A conference with ten thousand orders is cancelled: how long until all the money is back."""

import time
from collections.abc import Iterator
from typing import Any

import uvloop

from gateway.loadtest.venues import Venue
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench, Product, product
from tests.benchmarks.shopping import Shopper, shop
from tests.benchmarks.stage import venues

ORDERS = 10_000
REFUNDED_S_MAX = 600.0
LOOK_AGAIN_S = 0.5
OPEN = ("confirmed", "refunding", "awaiting_payment")


@figure("refunds", "a conference of 10,000 orders is cancelled: all of them refunded")
def refunds(bench: Bench) -> Iterator[Row]:
    with product(bench.root) as sold:
        (place,) = venues(sold)
        shop(sold.target, 16, lambda shopper: shopper.buy(place, 1, "invoice"), count=ORDERS)
        begun = time.monotonic()
        uvloop.run(_cancel(sold, place))
        while (left := uvloop.run(_left(sold, place))) and time.monotonic() - begun < REFUNDED_S_MAX:
            time.sleep(LOOK_AGAIN_S)
        took_s = time.monotonic() - begun
        assert not left, f"after {took_s:.0f} s there are orders that are {left}"
        yield Row("10,000 orders refunded", [took_s], "s", most=120.0, note=f"{ORDERS / took_s:,.0f} a second")


async def _cancel(sold: Product, place: Venue) -> None:
    shopper = Shopper(sold.target)
    await shopper.post(f"{place.path}/cancel", None, 200, place.token)
    shopper.close()


async def _left(sold: Product, place: Venue) -> list[str]:
    """In which states there still are orders whose money is not back."""
    shopper = Shopper(sold.target)
    found: list[str] = []
    for status in OPEN:
        page: Any = await shopper.get(f"{place.path}/orders?status={status}&limit=1", place.token)
        found += [status] if page["items"] else []
    shopper.close()
    return found

"""Whole journeys against the yardstick, others' reservations beside them, and looking an order up."""

import asyncio
from collections.abc import Iterator

import uvloop

from gateway.loadtest.venues import BASE, Venue, plain_request
from tests.benchmarks.loading import Load, Numbers, load
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench, Product, echo, per_s, product, ratios
from tests.benchmarks.shopping import JOURNEY_REQUESTS, Shopper, paced, shop, shopping
from tests.benchmarks.stage import echo_gets, echo_posts, reserving, venues

CONNECTIONS = 64
WARM_UP = 64
OTHERS_PER_S = 300.0
"""What others want meanwhile: a brisk sale, far from all that the gateway could."""


@figure("journeys", "reserve, order, pay in the sandbox, confirmed: 64 connections, against echo in journeys")
def journeys(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold, echo() as bare:
        (place,) = venues(sold)
        shop(sold.target, CONNECTIONS, lambda shopper: shopper.buy(place), count=WARM_UP)
        done: list[Load] = []

        def ours() -> float:
            done.append(shop(sold.target, CONNECTIONS, lambda shopper: shopper.buy(place), bench.seconds)[0])
            return done[-1].rate_per_s

        def theirs() -> float:
            sent = load(bare, CONNECTIONS, echo_posts([place]), numbers, bench.seconds)
            return sent.rate_per_s / JOURNEY_REQUESTS

        rounds = bench.in_turns(ours, theirs)
        yield Row("journeys to echo in journeys", ratios(rounds), least=0.10, note=per_s(rounds))
        yield Row("journeys: p50", [each.percentile_ms(50) for each in done], "ms")
        yield Row("journeys: p99", [each.percentile_ms(99) for each in done], "ms")


@figure("beside", "others' reservations, 300 a second, while 64 connections make journeys")
def beside(bench: Bench) -> Iterator[Row]:
    with product(bench.root) as sold:
        busy, other = venues(sold, conferences=2)
        shop(sold.target, CONNECTIONS, lambda shopper: shopper.buy(busy), count=WARM_UP)
        rounds = bench.in_turns(
            lambda: uvloop.run(_others(sold, other, bench.seconds, None)),
            lambda: uvloop.run(_others(sold, other, bench.seconds, busy)),
        )
        yield Row(
            "others' reservations beside journeys, of their rate alone",
            [meanwhile / alone for alone, meanwhile in rounds],
            least=0.80,
            note=per_s([(meanwhile, alone) for alone, meanwhile in rounds]),
        )


async def _others(sold: Product, other: Venue, seconds: float, busy: Venue | None) -> float:
    """How many reservations a second others get, alone or beside journeys."""
    request_of = reserving([other])
    wanted = [request_of(number) for number in range(int(OTHERS_PER_S * seconds))]
    buying = asyncio.create_task(_journeys(sold, busy, seconds + 1.0)) if busy is not None else None
    await asyncio.sleep(0.5 if buying is not None else 0.0)
    done = await paced(sold.target, OTHERS_PER_S, wanted, 201)
    if buying is not None:
        await buying
    return done.rate_per_s


async def _journeys(sold: Product, busy: Venue, seconds: float) -> None:
    await shopping(sold.target, CONNECTIONS, lambda shopper: shopper.buy(busy), seconds)


@figure("lookups", "orders looked up with their token, 64 connections, against the GET echo")
def lookups(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold, echo() as bare:
        (place,) = venues(sold)
        _, bought = shop(sold.target, 16, lambda shopper: shopper.buy(place, 2), count=200)
        authority = sold.target.authority
        requests = [plain_request("GET", f"{BASE}/orders/{each.order}", authority, each.token) for each in bought]

        def ours() -> float:
            read = load(sold.target, CONNECTIONS, lambda number: requests[number % 200], numbers, bench.seconds)
            return read.expect(200).rate_per_s

        rounds = bench.in_turns(ours, lambda: load(bare, CONNECTIONS, echo_gets(), numbers, bench.seconds).rate_per_s)
        yield Row("order lookups to echo", ratios(rounds), least=0.50, note=per_s(rounds))
        named = {"name": "Ana", "email": "ana@example.org"}

        async def name(shopper: Shopper) -> None:
            each = waiting.pop()
            await shopper.post(f"{BASE}/orders/{each.order}/seats/1/attendee", named, 200, each.token, "PUT")

        waiting = list(bought)
        shop(sold.target, 8, name, count=len(bought))
        rounds = bench.in_turns(ours, lambda: load(bare, CONNECTIONS, echo_gets(), numbers, bench.seconds).rate_per_s)
        yield Row("order lookups with a named seat to echo", ratios(rounds), note=per_s(rounds))

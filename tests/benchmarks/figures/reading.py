"""Availability reads against a bare GET echo."""

import time
from collections.abc import Iterator

import uvloop

from gateway.loadtest.client import Connection
from gateway.loadtest.framing import header
from gateway.loadtest.target import Target
from tests.benchmarks.loading import Load, Numbers, RequestOf, load
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench, echo, per_s, product, ratios
from tests.benchmarks.stage import echo_gets, looking, reserving, venues

SETTLE_S = 2.0
"""Until the last change of availability has been published everywhere."""


@figure("reads", "availability reads, 64 connections, against the GET echo; with ETag 304 as well")
def reads(bench: Bench) -> Iterator[Row]:
    numbers = Numbers()
    with product(bench.root) as sold, echo() as bare:
        places = venues(sold)
        load(sold.target, 16, reserving(places), numbers, count=200).expect(201)
        time.sleep(SETTLE_S)
        tag = etag_of(sold.target, looking(places[0]))
        for name, requests, status in (
            ("availability reads to echo", looking(places[0]), 200),
            ("availability reads answered 304 to echo", looking(places[0], tag), 304),
        ):
            done: list[Load] = []

            def read(requests: RequestOf = requests, status: int = status, done: list[Load] = done) -> float:
                done.append(load(sold.target, 64, requests, numbers, bench.seconds).expect(status))
                return done[-1].rate_per_s

            rounds = bench.in_turns(read, lambda: load(bare, 64, echo_gets(), numbers, bench.seconds).rate_per_s)
            yield Row(name, ratios(rounds), least=0.90, note=per_s(rounds))
            yield Row(f"{name}: p99", [each.percentile_ms(99) for each in done], "ms")


def etag_of(target: Target, requests: RequestOf) -> str:
    """The tag of a resource that no longer changes."""

    async def ask() -> str:
        connection = Connection(target)
        answer = await connection.ask(requests(0))
        connection.close()
        tag = header(answer.head, "etag")
        assert tag is not None, "an answer without an ETag"
        return tag

    return uvloop.run(ask())

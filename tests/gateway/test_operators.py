"""Operators see health and metrics on a listener of their own; the public one has neither."""

import urllib.parse
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.addresses import Address
from gateway.metrics import Metrics
from gateway.operators import Operators
from gateway.server import bind
from tests.gateway.world import RESERVE, Reply, World, key, wish


class Other(Collector):
    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("contoso_lag_seconds", "How far behind.", value=0.25)


async def ask(world: World, operators: Operators, path: str, method: str = "GET") -> Reply:
    listener = bind(Address("127.0.0.1", 0))
    await operators.start([listener])
    public, world.port = world.port, listener.getsockname()[1]
    try:
        return await world.ask(method, path)
    finally:
        world.port = public
        await operators.stop()


async def test_it_is_alive_and_says_whether_it_is_ready(world: World) -> None:
    operators = Operators([], lambda: None)
    assert (await ask(world, operators, "/livez")).status == 200
    assert (await ask(world, operators, "/readyz")).body == b"ready\n"
    unready = await ask(world, Operators([], lambda: "The directory does not answer."), "/readyz")
    assert (unready.status, unready.body) == (503, b"The directory does not answer.\n")
    assert (await ask(world, operators, "/")).status == 404
    assert (await ask(world, operators, "/livez", "POST")).status == 405


async def test_requests_are_counted_by_route_and_status(world: World) -> None:
    _, _, seat_type = await world.conference()
    await world.ask("POST", RESERVE, wish(seat_type), key())
    await world.ask("POST", RESERVE, wish(seat_type))
    await world.ask("GET", "/" + urllib.parse.quote("nowhere"))
    text = (await ask(world, Operators([world.metrics, Other()], lambda: None), "/metrics")).body.decode()
    route = 'route="/api/v1/conferences/{slug}/reservations"'
    assert f'contoso_requests_total{{method="POST",{route},status="201"}} 1.0' in text
    assert f'contoso_requests_total{{method="POST",{route},status="400"}} 1.0' in text
    assert 'contoso_requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert f'contoso_request_seconds_count{{method="POST",{route}}} 2.0' in text
    assert "contoso_lag_seconds 0.25" in text


async def test_the_public_listener_has_no_metrics(world: World) -> None:
    for path in ("/metrics", "/livez", "/readyz"):
        assert (await world.ask("GET", path)).slug == "not-found"


def test_gauges_and_counters_of_others_are_shown() -> None:
    metrics = Metrics(gauges=lambda: {"commands_waiting": 3}, counters=lambda: {"batches": 7})
    names = {metric.name for metric in metrics.collect()}
    assert {"contoso_commands_waiting", "contoso_batches"} <= names

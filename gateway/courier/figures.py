"""What Prometheus is told of the outbox: read from it when it is asked, so it is the whole node's."""

import logging
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from storage.failures import Unavailable
from storage.outbox import Outbox

log = logging.getLogger(__name__)


class OutboxFigures(Collector):
    """Effects by state; ``given_up`` above 0 wants an operator's look."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def collect(self) -> Iterator[Metric]:
        effects = GaugeMetricFamily("contoso_outbox_effects", "Effects after the fact.", labels=("state",))
        try:
            for state, number in self._outbox.counts().items():
                effects.add_metric((state,), number)
        except Unavailable as problem:
            log.error("outbox-out-of-reach", extra={"kind": "figures", "problem": str(problem)})
        yield effects

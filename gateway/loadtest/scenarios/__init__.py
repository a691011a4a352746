"""What the buyers do. A scenario says which conferences it needs and what one buyer's visit is."""

from gateway.loadtest.scenarios.hold_and_leave import HoldAndLeave
from gateway.loadtest.scenarios.mixed import Mixed
from gateway.loadtest.scenarios.retry_storm import RetryStorm
from gateway.loadtest.scenarios.rush import Rush
from gateway.loadtest.scenarios.scenario import Scenario
from gateway.loadtest.scenarios.steady import Steady

SCENARIOS: dict[str, type[Scenario]] = {
    scenario.name: scenario for scenario in (Rush, Steady, HoldAndLeave, Mixed, RetryStorm)
}

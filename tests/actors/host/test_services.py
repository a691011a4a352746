"""The node's services start one after the other and are replaced, at once or, when they keep dying, after a pause."""

from actors.host.services import DEATHS_AT_ONCE_MAX, PAUSE_MS, STEADY_MS, Services
from actors.messages.lifecycle import Peers


def complete(*, courier: bool = True) -> Services:
    services = Services(gateways=2, courier=courier)
    port = 1
    while (role := services.next_missing(0)) is not None:
        services.starting(role, 0)
        services.here(role, f"127.0.0.1:{port}")
        port += 1
    return services


def test_a_complete_node_knows_where_each_of_its_services_lives() -> None:
    services = complete()
    assert services.selling()
    assert services.peers() == Peers("127.0.0.1:1", "127.0.0.1:2", ("127.0.0.1:3", "127.0.0.1:4"))


def test_the_next_one_starts_when_the_one_before_is_here() -> None:
    services = Services(gateways=1)
    services.starting("timer", 0)
    assert services.next_missing(0) is None
    services.here("timer", "127.0.0.1:1")
    assert services.next_missing(0) == "projector"


def test_a_dead_service_is_the_next_to_start() -> None:
    services = complete()
    services.died("projector", 0)
    assert services.next_missing(0) == "projector"
    assert not services.selling()
    assert services.peers().projector == ""


def test_one_that_keeps_dying_is_started_after_a_pause_and_for_ever() -> None:
    services = complete()
    for _ in range(DEATHS_AT_ONCE_MAX):
        services.died("timer", 1)
        assert services.next_missing(1) == "timer"
        services.starting("timer", 1)
        services.here("timer", "127.0.0.1:9")
    for now_ms in (1, 2 * PAUSE_MS):
        services.died("timer", now_ms)
        assert services.next_missing(now_ms) is None
        assert services.next_missing(now_ms + PAUSE_MS) == "timer"
        services.starting("timer", now_ms)


def test_one_that_had_served_for_a_while_is_replaced_at_once_however_often() -> None:
    services = complete()
    for death in range(2 * DEATHS_AT_ONCE_MAX):
        now_ms = (death + 1) * STEADY_MS
        services.died("timer", now_ms)
        assert services.next_missing(now_ms) == "timer"
        services.starting("timer", now_ms)


def test_seats_are_sold_also_without_a_courier() -> None:
    services = complete()
    services.died("courier", 0)
    assert services.selling()
    assert complete(courier=False).selling()

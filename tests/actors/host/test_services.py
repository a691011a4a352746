"""The node's services start one after the other and are replaced until they keep dying."""

from actors.host.services import DEATHS_MAX, STEADY_MS, Services
from actors.messages.lifecycle import Peers


def complete() -> Services:
    services = Services(gateways=2)
    port = 1
    while (role := services.next_missing()) is not None:
        services.starting(role, 0)
        services.here(role, f"127.0.0.1:{port}")
        port += 1
    return services


def test_a_complete_node_knows_where_each_of_its_services_lives() -> None:
    services = complete()
    assert services.all_here()
    assert services.peers() == Peers("127.0.0.1:1", "127.0.0.1:2", ("127.0.0.1:4", "127.0.0.1:5"))


def test_a_dead_service_is_the_next_to_start() -> None:
    services = complete()
    assert services.died("projector", 0)
    assert services.next_missing() == "projector"
    assert not services.all_here()
    assert services.peers().projector == ""


def test_a_service_that_keeps_dying_ends_the_node() -> None:
    services = complete()
    for _ in range(DEATHS_MAX):
        assert services.died("timer", 1)
        services.starting("timer", 1)
    assert not services.died("timer", 1)


def test_a_service_that_had_served_for_a_while_may_die_again() -> None:
    services = complete()
    for death in range(2 * DEATHS_MAX):
        assert services.died("timer", (death + 1) * STEADY_MS)
        services.starting("timer", death * STEADY_MS)


def test_the_courier_starts_after_the_projector_and_only_where_there_is_one() -> None:
    assert Services(gateways=1).roles == ["timer", "projector", "courier", "gateway-0"]
    assert Services(gateways=1, courier=False).roles == ["timer", "projector", "gateway-0"]

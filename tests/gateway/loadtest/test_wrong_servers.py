"""Deliberately wrong servers, over HTTP: each is caught by the rule that it breaks; the right one is found right."""

import socket

import pytest
import uvloop

from gateway.loadtest import arguments
from gateway.loadtest.campaign import Campaign, Results
from gateway.loadtest.target import parse
from tests.support.box_office import Fault
from tests.support.histories import broken
from tests.support.wrong_server import Behaviour, serving

SIZES = {
    "rush": "--buyers 150 --seats 60",
    "retry-storm": "--buyers 60 --seats 1000",
    "hold-and-leave": "--buyers 60 --seats 10 --hold-seconds 5 --seconds 4",
    "mixed": "--buyers 150 --seats 1000 --reads 2",
    "steady": "--buyers 60 --seats 100 --conferences 3 --rate 2000 --quantity 2",
}
CAUGHT = [
    (Fault.OVERSELL_BY_ONE, "rush", "nothing-oversold"),
    (Fault.LOSE_ONE, "rush", "acknowledged-once"),
    (Fault.DOUBLE_A_RETRY, "retry-storm", "acknowledged-once"),
    (Fault.ANSWER_A_RETRY_ANEW, "retry-storm", "one-answer-per-key"),
    (Fault.OVERTAKE, "hold-and-leave", "wait-list-in-order"),
    (Fault.SERVE_THE_LAST, "hold-and-leave", "wait-list-in-order"),
    (Fault.KEEP_FREED_SEATS, "hold-and-leave", "wait-list-in-order"),
    (Fault.TAKE_WHAT_WAS_REFUSED, "rush", "refused-never"),
    (Fault.REFUSE_WHAT_IS_FREE, "rush", "refused-rightly"),
    (Fault.RELEASE_EARLY, "hold-and-leave", "released-in-time"),
    (Fault.SHOW_TOO_MANY, "mixed", "availability-agrees"),
    (Fault.SKIP_A_VERSION, "rush", "log-coherent"),
]


def run_against(behaviour: Behaviour, scenario: str, *more: str) -> Results:
    """One small load test without its report."""
    with serving(behaviour) as address:
        command = [scenario, *SIZES[scenario].split(), "--connections", "16", "--address", address, *more]
        options = arguments.parse(command)
        options.check()
        campaign = Campaign(options, parse(address), lambda _: None)
        return uvloop.run(campaign.run())


def test_every_fault_has_a_run_that_must_catch_it() -> None:
    assert {fault for fault, _, _ in CAUGHT} == set(Fault)


@pytest.mark.parametrize(("fault", "scenario", "rule"), CAUGHT, ids=[fault.name.lower() for fault, _, _ in CAUGHT])
def test_a_wrong_server_is_caught_by_the_rule_it_breaks(fault: Fault, scenario: str, rule: str) -> None:
    verdict = run_against(Behaviour(frozenset({fault}), speed=50), scenario).verdict
    assert verdict.right is False
    assert rule in broken(verdict)


@pytest.mark.parametrize("scenario", list(SIZES))
def test_a_right_server_is_found_right(scenario: str) -> None:
    results = run_against(Behaviour(speed=50), scenario)
    assert results.verdict.right is True, results.verdict
    assert results.halt.reason in ("finished", "time is up")
    assert results.verdict.checked["reservations"] > 0


def test_all_seats_are_sold_in_a_rush_and_nobody_else_gets_one() -> None:
    results = run_against(Behaviour(), "rush")
    assert results.history.outcomes == {"done": 60, "refused": 90}
    assert results.history.problems == {"sold-out": 90}


def test_lost_answers_are_asked_for_again_with_their_keys() -> None:
    results = run_against(Behaviour(drops_every=10), "rush")
    assert results.verdict.right is True
    assert results.history.outcomes["unknown"] > 5
    resolved = {call.key for call in results.history.calls if call.outcome != "unknown"}
    assert {call.key for call in results.history.calls} == resolved


def test_a_busy_server_is_no_wrong_server() -> None:
    results = run_against(Behaviour(busy_every=7), "rush")
    assert results.verdict.right is True
    assert results.history.problems["busy"] == results.history.outcomes["put_off"] > 5


def test_a_server_that_is_busy_at_first_is_asked_again() -> None:
    assert run_against(Behaviour(busy_first=3), "rush").verdict.right is True


def test_the_wait_list_is_served_until_nobody_waits() -> None:
    results = run_against(Behaviour(speed=50), "hold-and-leave", "--leave", "0")
    assert results.verdict.checked["offers"] > 3  # How many wait depends on how fast this machine is.
    assert len(results.verdict.lateness_ms) == 60


def test_retries_are_sent_with_the_key_of_the_first() -> None:
    results = run_against(Behaviour(), "retry-storm", "--retries", "3")
    keys = [call.key for call in results.history.calls]
    assert len(set(keys)) == 60
    assert all(keys.count(key) == 4 for key in set(keys))


def test_the_fake_server_ends_with_its_block() -> None:
    with serving(Behaviour()) as address:
        pass
    host, _, port = address.removeprefix("http://").partition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)

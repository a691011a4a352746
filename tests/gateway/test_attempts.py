"""Failures are counted in a minute and in an hour, for a bounded number of names."""

from gateway.attempts import HOUR_FACTOR, HOUR_S, NAMES_MAX, WINDOW_S, Attempts


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_name_waits_for_the_end_of_the_minute_in_which_it_failed_too_often() -> None:
    clock = Clock()
    attempts = Attempts(2, clock)
    attempts.failed("ada")
    assert attempts.wait_s("ada") == 0
    clock.now += 10
    attempts.failed("ada")
    assert attempts.wait_s("ada") == WINDOW_S - 10 + 1
    assert attempts.wait_s("bob") == 0
    clock.now += WINDOW_S - 10
    assert attempts.wait_s("ada") == 0


def test_slow_guessing_is_found_out_within_the_hour() -> None:
    clock = Clock()
    attempts = Attempts(2, clock)
    for _ in range(2 * HOUR_FACTOR):
        assert attempts.wait_s("ada") == 0
        attempts.failed("ada")
        clock.now += WINDOW_S
    assert 0 < attempts.wait_s("ada") <= HOUR_S
    clock.now += HOUR_S
    assert attempts.wait_s("ada") == 0


def test_what_succeeded_in_the_end_is_no_failure() -> None:
    attempts = Attempts(1, Clock())
    attempts.failed("ada")
    attempts.failed("ada")
    attempts.succeeded("ada")
    assert attempts.wait_s("ada") > 0
    attempts.succeeded("ada")
    assert attempts.wait_s("ada") == 0
    attempts.succeeded("ada")
    attempts.failed("ada")
    assert attempts.wait_s("ada") > 0


def test_names_are_bounded_and_the_oldest_is_forgotten() -> None:
    attempts = Attempts(1, Clock())
    for number in range(NAMES_MAX + 1):
        attempts.failed(f"{number}")
    assert attempts.wait_s("0") == 0
    assert attempts.wait_s("1") > 0

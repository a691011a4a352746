"""The wall clock is set while the system runs, or while it is down: no hold is released early."""

import time
from pathlib import Path

import pytest

from tests.support.audit import broken_rules, feed
from tests.support.clocks import build
from tests.support.product import register, running, wait_until

pytestmark = pytest.mark.system

DAY_MS = 86_400_000
LOOKED_S = 6.0  # so long a released hold would have been seen; the grace is a minute
HOLD_S = 5


@pytest.mark.parametrize("leap_ms", [DAY_MS, -DAY_MS], ids=["a day ahead", "a day back"])
def test_a_leap_of_the_clock_releases_nothing_for_now(tmp_path: Path, leap_ms: int) -> None:
    clock = build(tmp_path)
    if clock is None:
        pytest.skip("no C compiler")
    with running(tmp_path / "data", **clock.environment) as product:
        organiser = register(product)
        seats = organiser.conference("leap", {"Standard": 5}, hold_seconds=900, holds_per_client_max=0)["Standard"]
        held = [product.reserve("leap", seats).body for _ in range(3)]
        clock.set_ahead(leap_ms)
        began = time.monotonic()
        while time.monotonic() - began < LOOKED_S:
            assert product.reserve("leap", seats).status in (201, 409)
            assert {product.reservation(each).body["status"] for each in held} == {"held"}
            time.sleep(0.5)
        clock.set_ahead(0)  # Also for the organiser's session.
        assert broken_rules(feed(organiser, "leap")) == []


def test_an_ordinary_hold_expires_under_the_same_clock(tmp_path: Path) -> None:
    """The control: the test above would see a release."""
    clock = build(tmp_path)
    if clock is None:
        pytest.skip("no C compiler")
    with running(tmp_path / "data", **clock.environment) as product:
        organiser = register(product)
        seats = organiser.conference("control", {"Standard": 5}, hold_seconds=HOLD_S)["Standard"]
        held = product.reserve("control", seats).body
        wait_until(lambda: product.reservation(held).body["status"] == "expired", 2 * HOLD_S + LOOKED_S, "the release")


def test_a_clock_that_was_set_while_the_system_was_down_releases_nothing_for_now(tmp_path: Path) -> None:
    clock = build(tmp_path)
    if clock is None:
        pytest.skip("no C compiler")
    with running(tmp_path / "data", **clock.environment) as product:
        organiser = register(product)
        seats = organiser.conference("down", {"Standard": 5}, hold_seconds=900)["Standard"]
        held = product.reserve("down", seats).body
        product.stop()
        clock.set_ahead(DAY_MS)
        product.start()
        began = time.monotonic()
        while time.monotonic() - began < LOOKED_S:
            assert product.reservation(held).body["status"] == "held"
            time.sleep(0.5)

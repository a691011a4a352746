"""The README's shell lines work as printed, against the product as ``make run`` starts it."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.pages import shell_of
from tests.support.product import ROOT, running, wait_until

pytestmark = pytest.mark.xdist_group("system")

WALK_S_MAX = 90


def test_one_reservation_goes_from_held_to_expired_and_its_seat_to_whoever_waits(tmp_path: Path) -> None:
    with running(tmp_path / "data") as product:
        sign_in = product.data / "demo-sign-in.txt"
        wait_until(sign_in.exists, what="the demo")
        script = shell_of(ROOT / "README.md", "One reservation, from start to expiry to the wait-list")
        script = script.replace("./var/demo-sign-in.txt", str(sign_in))
        script = script.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{product.port}")
        ran = subprocess.run(["sh", "-e"], input=script, capture_output=True, text=True, timeout=WALK_S_MAX, check=True)
        answers = [json.loads(line) for line in ran.stdout.splitlines()]
        assert [answer["status"] for answer in answers] == ["held", "held", "waiting", "expired", "offered"]
        assert answers[2]["position"] == 1

"""A new key for everything about people, between two lives of the product."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.product import ROOT, Organiser, running

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system")]

ADA = {"email": "ada@example.org", "password": "correct horse battery"}


def rotated(data: Path) -> int:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONTOSO_")}
    command = [sys.executable, str(ROOT / "run.py"), "vault", "rotate"]
    environment["CONTOSO_DATA"] = str(data)
    return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False, cwd=ROOT).returncode


def test_people_are_known_under_a_new_key_and_not_while_it_runs(tmp_path: Path) -> None:
    with running(tmp_path / "data") as product:
        made = product.call("POST", "/api/v1/organisers", {"name": "Ada Ltd", **ADA}).body
        organiser = Organiser(product, made["id"], made["token"])
        seat_type = organiser.conference("rotation", {"Standard": 1})["Standard"]
        wish = {"items": [{"seat_type": seat_type, "quantity": 1}]}
        reserve = "/api/v1/conferences/rotation/reservations"
        held = product.call("POST", reserve, wish, key="a key of sixteen and more characters".replace(" ", "-")).body
        buyer = {"name": "Ana", "email": "ana@example.org"}
        path = f"/api/v1/reservations/{held['id']}/order"
        order = product.call("POST", path, {"buyer": buyer, "payment": "invoice"}, token=held["token"], key="k" * 16)
        assert order.status == 201, order
        assert rotated(product.data) == 1, "it runs"
        product.stop()
        before = (product.data / "keys" / "vault").read_bytes()
        assert rotated(product.data) == 0
        assert (product.data / "keys" / "vault").read_bytes() != before
        product.start()
        session = product.call("POST", "/api/v1/sessions", ADA)
        assert session.status == 201, session
        listed = organiser.call("GET", "/rotation/orders")
        assert listed.body["items"][0]["buyer"] == buyer

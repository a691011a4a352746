"""The lines of "A day in the life" work as printed, against the running product."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages import shell_of
from tests.support.product import ROOT, running

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system")]

DAY_S_MAX = 100


def answers_of(script: str, where: Path) -> list[Any]:
    """What the lines print, one JSON document a line."""
    ran = subprocess.run(
        ["sh", "-e"], input=script, capture_output=True, text=True, timeout=DAY_S_MAX, check=False, cwd=where
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_day_goes_from_registration_to_the_bill(tmp_path: Path) -> None:
    script = shell_of(ROOT / "README.md", "A day in the life")
    with running(tmp_path / "data") as product:
        told = answers_of(script.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{product.port}"), tmp_path)
    (_, draft, seat_type, laid_down, terms, published, ana, bob, placed, order, found, seat) = told[:12]
    (welcome, again, arrivals, given_back, offered, refunded, sales, fees) = told[12:]
    assert (draft["status"], published["status"]) == ("draft", "published")
    assert laid_down["characteristics"]["personnel"][0]["name"] == "Grace"
    assert terms["terms"]["badge_fields"][seat_type["id"]][0]["name"] == "company"
    assert (ana["status"], bob["status"], placed["status"]) == ("held", "waiting", "awaiting_payment")
    assert (order["status"], found["id"], found["token"]) == ("confirmed", order["id"], placed["token"])
    assert seat["attendee"]["badge"] == {"company": "Núñez & Co"}
    assert (welcome["attendee"]["name"], welcome["where"]) == ("Ana María Núñez", "North door")
    assert (again["type"], again["first_where"]) == ("/problems/already-checked-in", "North door")
    assert arrivals["seat_types"] == {seat_type["id"]: {"valid": 2, "named": 1, "checked_in": 1}}
    assert [each["status"] for each in given_back["seats"]] == ["valid", "cancelled"]
    assert offered["status"] == "offered"
    assert [(each["amount"]["amount"], each["reason"]) for each in refunded["refunds"]] == [
        (12_500, "seat-cancelled"),
        (1_000, "organiser"),
    ]
    assert sum(each["seats"] for each in sales["items"]) == 1
    assert sum(each["turnover"]["amount"] for each in sales["items"]) == 25_000 - 12_500 - 1_000
    assert [line["seats"] for line in fees["lines"]] == [2, -1, 0]
    assert fees["total"]["amount"] == sum(line["fee"]["amount"] for line in fees["lines"])
    for name in ("tickets.pdf", "badges.pdf", "fees.pdf"):
        assert (tmp_path / name).read_bytes().startswith(b"%PDF-")
    assert "BEGIN:VCALENDAR" in (tmp_path / "summit.ics").read_text()
    assert "Ana María Núñez" in (tmp_path / "attendees.csv").read_text()

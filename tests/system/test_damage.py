"""A damaged log stops its own conference, by name, and nothing else; ``log verify`` says where."""

import subprocess
import sys
from pathlib import Path

import pytest

from storage.sqlite.places import place_of
from tests.support.product import ROOT, Product, register, running, wait_until

pytestmark = pytest.mark.system

SLUGS = ("first", "second", "third")
QUICK = {"CONTOSO_GATEWAY_ASK_TIMEOUT_MS": "1500"}


def verify(product: Product) -> tuple[int, list[str]]:
    """Exit status and lines of ``run.py log verify``."""
    ran = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "log", "verify"],
        cwd=ROOT,
        env={"CONTOSO_DATA": str(product.data), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.returncode, ran.stdout.splitlines()


def flip_in(log: Path, text: str) -> None:
    """Flips one bit of a record that holds ``text``."""
    content = bytearray(log.read_bytes())
    content[content.index(text.encode()) + 3] ^= 1
    log.write_bytes(content)


def test_a_flipped_byte_stops_one_conference_by_name_and_no_other(tmp_path: Path) -> None:
    with running(tmp_path / "data", **QUICK) as product:
        organiser = register(product)
        seats = {slug: organiser.conference(slug, {"Standard": 5})["Standard"] for slug in SLUGS}
        made = {slug: product.reserve(slug, seats[slug]).body for slug in SLUGS}
        product.stop()
        status, lines = verify(product)
        assert status == 0
        assert lines
        assert all(": whole, " in line for line in lines)

        damaged = f"seats-{made['second']['id'].partition('-')[0]}"
        log = place_of(product.data / "logs", damaged).log
        flip_in(log, made["second"]["id"])
        status, lines = verify(product)
        assert status == 1
        assert [line for line in lines if "NOT whole" in line] == [
            line for line in lines if line.startswith(f"{damaged}: NOT whole at position 2: ")
        ]
        assert sum("NOT whole" in line for line in lines) == 1

        product.start()
        for slug in ("first", "third"):
            assert product.reserve(slug, seats[slug]).status == 201
            assert product.reservation(made[slug]).body["status"] == "held"
        refused = product.reserve("second", seats["second"])
        assert (refused.status, refused.body["type"]) == (503, "/problems/busy")
        assert "retry-after" in refused.headers
        assert product.cancel(made["second"]).status == 503
        told = wait_until(lambda: [line for line in product.log.read_text().splitlines() if "stream-damaged" in line])
        assert damaged in told[0]
        assert "at position 2" in told[0]

        id_, bit = made["second"]["id"], 1
        flip_in(log, id_[:3] + chr(ord(id_[3]) ^ bit) + id_[4:])  # Back to what it was, as from a good copy.
        again = wait_until(lambda: (r := product.reserve("second", seats["second"])).status == 201 and r, what="mended")
        assert again.body["status"] == "held"


def test_a_conference_whose_files_are_all_gone_is_not_sold_anew(tmp_path: Path) -> None:
    with running(tmp_path / "data", **QUICK) as product:
        organiser = register(product)
        seats = {slug: organiser.conference(slug, {"Standard": 1})["Standard"] for slug in SLUGS[:2]}
        made = product.reserve("first", seats["first"]).body
        product.stop()
        stream = f"seats-{made['id'].partition('-')[0]}"
        place = place_of(product.data / "logs", stream)
        for file in (place.log, place.head, place.snapshot):
            file.unlink(missing_ok=True)
        status, lines = verify(product)
        assert status == 1
        assert f"{stream}: NOT whole at position 0: its files are missing" in lines
        product.start()
        assert product.reserve("first", seats["first"]).status == 503
        assert organiser.call("POST", "/first/unpublish").status == 503
        assert product.reserve("first", seats["first"]).status == 503
        assert product.reserve("second", seats["second"]).status == 201

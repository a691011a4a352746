"""Stopping: what was taken is answered, nothing is left running, and nobody outlives the supervisor."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.product import Product, descendants, kill, register, running, wait_until

pytestmark = pytest.mark.xdist_group("system")

GONE_S_MAX = 10.0  # The promise is one second; a starved machine gets longer in a test.


def alive(pids: set[int]) -> set[int]:
    """Those that still run (an ended one that nobody has reaped does not)."""

    def runs(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    return {pid for pid in pids if runs(pid)}


def sold_one(product: Product) -> tuple[str, str]:
    organiser = register(product)
    seats = organiser.conference("stop", {"Standard": 5})
    path = "/api/v1/conferences/stop/reservations"
    made = product.call("POST", path, {"items": [{"seat_type": seats["Standard"], "quantity": 1}]}, key=str(uuid4()))
    assert made.status == 201, made
    return made.body["id"], made.body["token"]


def test_a_stop_drains_leaves_no_process_and_the_next_start_knows_everything(tmp_path: Path) -> None:
    with running(tmp_path / "data") as product:
        reservation, token = sold_one(product)
        pids = set(product.processes())
        assert product.stop() == 0
        assert alive(pids) == set()
        product.start()
        found = product.call("GET", f"/api/v1/reservations/{reservation}", token=token)
        assert (found.status, found.body["status"]) == (200, "held")


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with running(tmp_path / "data") as product:
        sold_one(product)
        pids = set(product.processes())
        assert len(pids) >= 6
        kill(product.supervisor)
        wait_until(lambda: not alive(pids), GONE_S_MAX, "the end of all processes")


def test_a_second_system_on_the_same_data_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with running(tmp_path / "data") as product:
        second = Product(product.data)
        with pytest.raises(AssertionError, match="is in use by another system"):
            second.start()
        assert descendants(product.supervisor)

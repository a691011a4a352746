"""A disk that is nearly or quite full: new reservations are put off, the rest goes on, and room heals it by itself."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.product import Product, register, running, wait_until

pytestmark = pytest.mark.system

MIB = 2**20
DISK_BYTES, RESERVE_BYTES = 64 * MIB, 8 * MIB
RECOVER_S_MAX = 15.0
AGAIN = "a-key-that-is-asked-again"


def test_below_the_reserve_new_reservations_are_put_off_and_cancels_go_on(tmp_path: Path) -> None:
    with running(tmp_path / "data") as product:
        organiser = register(product)
        seats = organiser.conference("nearly", {"Standard": 5})["Standard"]
        kept, given_back = product.reserve("nearly", seats).body, product.reserve("nearly", seats).body
        product.stop()
        product.set(CONTOSO_ENTITIES_DISK_RESERVE_BYTES=str(2**40))
        product.start()
        put_off = product.reserve("nearly", seats, key=AGAIN)
        assert (put_off.status, put_off.body["type"]) == (503, "/problems/busy")
        assert "retry-after" in put_off.headers
        assert product.cancel(given_back).body["status"] == "cancelled"
        assert product.reservation(kept).body["status"] == "held"
        product.stop()
        product.set(CONTOSO_ENTITIES_DISK_RESERVE_BYTES="0")
        product.start()
        assert product.reserve("nearly", seats, key=AGAIN).status == 201


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 64 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(options, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small file system here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(ballast: Path, leave_bytes: int) -> None:
    """Grows a file until no more than ``leave_bytes`` are left."""
    with ballast.open("ab") as file:
        while (free := os.statvfs(ballast.parent).f_bavail * os.statvfs(ballast.parent).f_frsize) > leave_bytes:
            try:
                file.write(bytes(min(free - leave_bytes, MIB)))
                file.flush()
            except OSError:
                return


def cancelled(product: Product, told: dict[str, str]) -> Callable[[], bool]:
    return lambda: product.cancel(told).status in (200, 404)


def test_a_full_disk_refuses_and_heals_without_a_restart(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with running(small_disk / "data", CONTOSO_ENTITIES_DISK_RESERVE_BYTES=str(RESERVE_BYTES)) as product:
        organiser = register(product)
        seats = organiser.conference("full", {"Standard": 50}, holds_per_client_max=0)["Standard"]
        held = [product.reserve("full", seats).body for _ in range(4)]
        directory = product.pids_of("Directory")

        fill(ballast, RESERVE_BYTES // 2)
        wait_until(lambda: product.reserve("full", seats).status == 503, RECOVER_S_MAX, "the refusal")
        assert product.cancel(held[0]).body["status"] == "cancelled"

        fill(ballast, 0)
        for _ in range(10):
            assert product.reserve("full", seats).status == 503
        for each in held[1:]:
            assert product.cancel(each).status in (200, 503)
        assert product.call("GET", "/api/v1/conferences/full/availability").status == 200

        ballast.unlink()
        wait_until(lambda: product.reserve("full", seats).status == 201, RECOVER_S_MAX, "a reservation")
        for each in held:
            wait_until(cancelled(product, each), RECOVER_S_MAX, "the cancel")
        wait_until(
            lambda: all(product.reservation(each).body["status"] == "cancelled" for each in held),
            RECOVER_S_MAX,
            "the read models",
        )
        assert product.pids_of("Directory") == directory

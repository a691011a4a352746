"""The day itself: five thousand badges on paper, and fifty tickets shown a second."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import uvloop

from gateway.loadtest.venues import BASE, Venue, keyed_request
from tests.benchmarks import processes
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench, Product, product
from tests.benchmarks.shopping import Purchase, Shopper, paced, shop
from tests.benchmarks.stage import venues

BADGES, SEATS_EACH = 5_000, 20
BADGES_S_MAX = 600.0
SCANS_PER_S = 50.0
SAMPLE_S = 0.05
QUIET_S_MAX, QUIET_LOOKS, QUIET_CPU = 300.0, 2, 0.15
NAMES = ("Ana María Núñez", "山田 太郎", "محمد الفارسي", "Zoë Quastel-Überlinger", "Νίκος Παπαδόπουλος", "Grace Hopper")


@figure("badges", "5,000 badges as PDF, with names of many scripts")
def badges(bench: Bench) -> Iterator[Row]:
    with product(bench.root) as sold:
        (place,) = venues(sold)
        bought = _bought(sold, place, BADGES // SEATS_EACH)
        _named(sold, bought)
        path = f"{place.path}/badges.pdf?sort=name"
        watch = _Watch(sold.pid)
        begun = time.monotonic()
        with watch:
            document = _read(sold, path, place.token, BADGES_S_MAX)
        took_s = time.monotonic() - begun
        assert document.startswith(b"%PDF-")
        progress = json.loads(_read(sold, f"{place.path}/badges/progress", place.token, 30.0))
        assert progress == {"done": BADGES, "total": BADGES}, progress
        yield Row("5,000 badges", [took_s], "s", most=60.0, note=f"{len(document) / 2**20:.1f} MiB")
        yield Row("5,000 badges: the printer's memory", [watch.printer_mib], "MiB", most=300.0)
        yield Row("5,000 badges: all else grows by", [watch.grown_mib], "MiB")


@figure("check-ins", "tickets shown at the door, 50 a second")
def check_ins(bench: Bench) -> Iterator[Row]:
    with product(bench.root) as sold:
        (place,) = venues(sold)
        p99 = []
        scans = int(SCANS_PER_S * bench.seconds * 2)
        for _ in range(bench.rounds):
            bought = _bought(sold, place, scans // SEATS_EACH + 1)
            codes = [code for each in bought for code in each.codes][:scans]
            requests = [_scan(place, code) for code in codes]
            _wait_for_mails(sold)
            done = uvloop.run(paced(sold.target, SCANS_PER_S, requests, 201))
            p99.append(done.percentile_ms(99))
        yield Row("check-ins at 50 a second: p99", p99, "ms", most=50.0)


def _wait_for_mails(sold: Product) -> None:
    """Until the courier has drawn the tickets of what was bought just now: that was on another day."""
    ends = time.monotonic() + QUIET_S_MAX
    quiet = 0
    while quiet < QUIET_LOOKS:
        before_s = _courier_s(sold)
        time.sleep(1.0)
        quiet = quiet + 1 if _courier_s(sold) - before_s < QUIET_CPU else 0
        assert time.monotonic() < ends, "the courier does not come to rest"


def _courier_s(sold: Product) -> float:
    couriers = [pid for pid in processes.tree(sold.pid) if processes.name_of(pid) == "Courier"]
    return sum(processes.cpu_s(pid) for pid in couriers)


def _scan(place: Venue, code: str) -> bytes:
    body = {"code": code, "where": "North"}
    head, tail = keyed_request("POST", f"{place.path}/check-ins", place.authority, body, place.token)
    return head + secrets.token_hex(16).encode() + tail


def _bought(sold: Product, place: Venue, orders: int) -> list[Purchase]:
    return shop(sold.target, 8, lambda shopper: shopper.buy(place, SEATS_EACH, "invoice"), count=orders)[1]


def _named(sold: Product, bought: list[Purchase]) -> None:
    seats = [(each, number) for each in bought for number in range(1, SEATS_EACH + 1)]

    async def name(shopper: Shopper) -> None:
        each, number = seats.pop()
        who = NAMES[len(seats) % len(NAMES)]
        body = {"name": f"{who} {len(seats)}", "email": f"{len(seats)}@example.org"}
        await shopper.post(f"{BASE}/orders/{each.order}/seats/{number}/attendee", body, 200, each.token, "PUT")

    shop(sold.target, 16, name, count=len(seats))


def _read(sold: Product, path: str, token: str, seconds: float) -> bytes:
    request = Request(f"http://{sold.target.authority}{path}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=seconds) as answer:  # noqa: S310  # Our own server.
        return bytes(answer.read())


class _Watch:
    """The most memory that the printing process had, and by how much all others grew."""

    def __init__(self, root: int) -> None:
        self._root = root
        self.printer_mib = self.grown_mib = 0.0
        self._known = set(processes.tree(root))
        self._before_mib = sum(processes.pss_mib(pid) for pid in self._known)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(SAMPLE_S):
            for pid in set(processes.tree(self._root)) - self._known:
                if "printer" in _command_of(pid):
                    self.printer_mib = max(self.printer_mib, processes.pss_mib(pid))
        known_mib = sum(processes.pss_mib(pid) for pid in self._known)
        self.grown_mib = known_mib - self._before_mib


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""

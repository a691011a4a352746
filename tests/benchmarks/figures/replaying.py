"""How long an inventory takes to stand up again: from its events, and from a snapshot after as many."""

import hashlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Raw

from actors.kernel.ports import DiskRoom, SystemClock
from actors.kernel.shell import Limits, Shell
from actors.messages.codec import encode
from actors.messages.envelopes import Item
from actors.messages.seats import Configuration, Line, Reserve, SeatTerms
from actors.seats.events import InventoryConfigured, SeatsHeld, SeatsReleased
from actors.seats.inventory import Inventory
from actors.seats.kind import SEATS
from storage.eventlog import NewRecord
from storage.sqlite.eventlog import SqliteEventLogs
from tests.benchmarks.results import Row, figure
from tests.benchmarks.rig import Bench

EVENTS = 1_000_000
BATCH = 5_000
LIVE = 500
"""How many reservations are live at a time: each is given back after so many others came."""

STREAM, SEAT_TYPE = "seats-cabcdefghijkl", "stgeneral0"
LIMITS = Limits(500, 86_400_000, 200_000, 1 << 60)


def write_log(folder: Path, events: int = EVENTS) -> None:
    """A log of that many events: reservations with keys, and their cancellations."""
    log = SqliteEventLogs(folder).open(STREAM, create=True)
    at_ms = time.time_ns() // 1_000_000
    terms = SeatTerms(SEAT_TYPE, "admission", 12_500, LIVE + 10)
    configuration = Configuration(1, "published", "EUR", "strict", 900_000, 900_000, 0, 0, (terms,))
    first = InventoryConfigured(configuration)
    pending = [NewRecord(at_ms, 0, None, None, encode(first))]
    lines = (Line(SEAT_TYPE, 1, 1, 12_500),)
    held = released = 0
    while log.head + len(pending) < events:
        key: bytes | None = None
        if held - released < LIVE:
            held += 1
            event: SeatsHeld | SeatsReleased = SeatsHeld(_name(held), "client", lines, held, at_ms + 3_600_000)
            key = _key(str(held))
        else:
            released += 1
            event = SeatsReleased(_name(released), lines, "cancelled")
        pending.append(NewRecord(at_ms, 0, key, key, encode(event)))
        if len(pending) == BATCH:
            log.append(log.head, pending)
            pending = []
    log.append(log.head, pending)
    log.close()


def _key(text: str) -> bytes:
    """Keys are hashes, and their index relies on it."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _name(number: int) -> str:
    return f"cabcdefghijkl-r{number:025d}"


def wake(folder: Path, key: bytes, keep_snapshot: bool = False) -> tuple[float, int]:
    """Seconds from opening the log to the first answer, and the version it then has."""
    begun = time.perf_counter()
    log = SqliteEventLogs(folder).open(STREAM, create=False)
    shell: Shell[Inventory] = Shell(SEATS, log, SystemClock(), DiskRoom(folder, 0), LIMITS)
    command = Raw(encode(Reserve(f"cabcdefghijkl-rz{key.hex()[:24]}", "", {SEAT_TYPE: 1})))
    shell.handle([Item(key, key, "bench", command)])
    taken_s = time.perf_counter() - begun
    if keep_snapshot:
        shell.keep_snapshot()
    version = shell.version
    log.close()
    return taken_s, version


@figure("replay", "an inventory of 1,000,000 events stands up: from its log, and from a snapshot")
def replay(bench: Bench) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="contoso-bench-") as name:
        folder = Path(name)
        write_log(folder)
        whole = [wake(folder, _key(f"replay {number}"))[0] for number in range(bench.rounds)]
        yield Row("replay 1,000,000 events to the first answer", whole, "s", most=10.0)
        wake(folder, _key("keep"), keep_snapshot=True)
        warm = [wake(folder, _key(f"wake {number}"))[0] * 1000 for number in range(bench.rounds)]
        yield Row("wake from a snapshot after 1,000,000 events to the first answer", warm, "ms", most=200.0)

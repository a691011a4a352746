"""``run.py payments reconcile``: has the running system compare the providers' books with the logs, and prints it.

The wish goes into the outbox, whose courier carries it out and leaves its report in the data directory: whoever may
write there is an operator, and no listener is needed for it.
"""

import fcntl
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Final

from actors.messages.codec import encode
from actors.messages.effects import Reconciliation
from config.settings import Settings
from gateway.courier.reconciliations import report_path
from storage.outbox import Entry, Full, Listed
from storage.sqlite.outbox import SqliteOutbox

OK: Final = 0
DIFFERENT: Final = 1
DAY_MS: Final = 86_400_000
POLL_S: Final = 0.1
WAIT_S_MAX: Final = 3_600.0


def main(settings: Settings, days: int, *, settle: bool) -> int:
    """Prints a JSON line for each difference and one that sums up; exit status 1 when any is left."""
    if not _runs(settings.data):
        print("run.py: nothing serves from this data directory: start the system first.", file=sys.stderr)
        return DIFFERENT
    outbox = SqliteOutbox(settings.data / "outbox.db")
    try:
        row = _carried_out(outbox, days, settle)
    finally:
        outbox.close()
    if row.state != "done":
        print(f"run.py: it could not be carried out: {row.last_error or 'it is still going on'}", file=sys.stderr)
        return DIFFERENT
    report = report_path(settings.data, row.key).read_text("utf-8")
    sys.stdout.write(report)
    left = [line for line in report.splitlines()[:-1] if '"outcome":"settled"' not in line]
    return DIFFERENT if left else OK


def _carried_out(outbox: SqliteOutbox, days: int, settle: bool) -> Listed:
    key = f"reconciliation/{secrets.token_hex(8)}"
    now_ms = time.time_ns() // 1_000_000
    since_ms = max(0, now_ms - days * DAY_MS) if days else 0
    wish = Entry(key, "reconciliation", encode(Reconciliation(since_ms, settle)), now_ms)
    added = outbox.enqueue([wish])
    if isinstance(added, Full):
        raise RuntimeError(f"the outbox holds {added.limit:,} effects that wait")
    ends = time.monotonic() + WAIT_S_MAX
    while True:
        row = outbox.find(key)
        assert row is not None, "rows are never removed"
        if row.state != "waiting" or time.monotonic() > ends:
            return row
        time.sleep(POLL_S)


def _runs(data: Path) -> bool:
    """Whether a system has made the data directory its own."""
    try:
        lock = os.open(data / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False

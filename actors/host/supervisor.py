"""The one process that outlives all others: starts the group, replaces it as a whole, and leaves nothing behind.

A group is a launcher (``launcher``), Thespian's admin and everything below it. The
launcher ends when any part that nobody else replaces has ended; then the rest of the
group is killed and a new one started, with growing pauses. SIGTERM or SIGINT drains:
the launcher gets SIGTERM and has a bounded time to answer what was taken; a second one
ends the wait.
"""

import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

from actors.host.leash import PR_SET_CHILD_SUBREAPER, Leash, children_of, die_with, prctl

STATUS_DRAINED = 0
STATUS_CUT_SHORT = 1  # The drain took too long, or was hurried.
STATUS_BROKEN = 70  # The launcher failed; also: gave up after too many failures in a row.
STATUS_UNABLE = 78  # It can't work as configured: the first group said so, and another would say the same.

DRAIN_MS = 10_000
FAILURES_IN_A_ROW_MAX = 8
STEADY_MS = 30_000  # A group that lived this long has not failed in a row.
PAUSE_MS_MIN = 50
PAUSE_MS_MAX = 5_000

STOP = {signal.SIGTERM, signal.SIGINT}
WATCHED = STOP | {signal.SIGCHLD}

log = logging.getLogger(__name__)


def supervise(
    launch: Callable[[Leash], int], drain_ms: int = DRAIN_MS, failures_max: int = FAILURES_IN_A_ROW_MAX
) -> int:
    """Runs groups until told to stop and returns the exit status; no child is left then.

    ``launch`` runs in a forked process per group and returns its exit status:
    STATUS_UNABLE when a restart can't help. ``drain_ms`` bounds a stop; after
    ``failures_max`` failures in a row the next is the last. Call this from the main thread of a
    process that has no other children (all its children are killed) and, so that
    the actors stay small, has imported little.
    """
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    try:
        return _run_groups(launch, drain_ms, failures_max)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_groups(launch: Callable[[Leash], int], drain_ms: int, failures_max: int) -> int:
    failures = 0
    first = True
    while True:
        started = time.monotonic()
        status, stopped = _run_group(launch, drain_ms)
        if stopped:
            # By the signal itself when it had not started yet: then nothing was taken.
            return STATUS_DRAINED if status in (0, -signal.SIGTERM) else STATUS_CUT_SHORT
        if first and status == STATUS_UNABLE:
            return STATUS_UNABLE
        first = False
        failures = 1 if (time.monotonic() - started) * 1000 >= STEADY_MS else failures + 1
        if failures > failures_max:
            log.critical("the actor system failed %d times in a row: giving up", failures)
            return STATUS_BROKEN
        pause_ms = min(PAUSE_MS_MIN * 2 ** (failures - 1), PAUSE_MS_MAX)
        log.error("the actor system ended (status %d): starting it again in %d ms", status, pause_ms)
        if _stop_asked_within(pause_ms):
            return STATUS_DRAINED


def _run_group(launch: Callable[[Leash], int], drain_ms: int) -> tuple[int, bool]:
    """One group's whole life: the launcher's status (negative: ended by that signal) and whether a stop was asked."""
    lifeline, held = os.pipe()
    me = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    launcher = os.fork()
    if launcher == 0:
        os.close(held)
        _become_launcher(launch, Leash(me, lifeline))
    os.close(lifeline)
    try:
        return _watch(launcher, drain_ms)
    finally:
        _end_all()
        os.close(held)


def _become_launcher(launch: Callable[[Leash], int], leash: Leash) -> NoReturn:
    status = STATUS_BROKEN
    try:
        die_with(leash.supervisor)
        # Ctrl-C reaches every process of the terminal; only the supervisor acts on it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        status = launch(leash)
    except BaseException:  # The forked process must not return into its parent's code.
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _watch(launcher: int, drain_ms: int) -> tuple[int, bool]:
    """Waits until the launcher ends, or for ``drain_ms`` after a stop was asked."""
    deadline: float | None = None
    while True:
        if (status := _reap(launcher)) is not None:
            return status, deadline is not None
        left_s = None if deadline is None else deadline - time.monotonic()
        if left_s is not None and left_s <= 0:
            log.error("the drain took more than %d ms: ending what is left", drain_ms)
            return STATUS_CUT_SHORT, True
        got = signal.sigwaitinfo(WATCHED) if left_s is None else signal.sigtimedwait(WATCHED, left_s)
        if got is None or got.si_signo == signal.SIGCHLD:
            continue
        if deadline is not None:
            log.error("asked to stop again: ending what is left")
            return STATUS_CUT_SHORT, True
        log.info("draining")
        deadline = time.monotonic() + drain_ms / 1000
        os.kill(launcher, signal.SIGTERM)


def _reap(launcher: int) -> int | None:
    """Reaps every child that has ended; the launcher's exit status if it is among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return STATUS_BROKEN if found is None else found
        if pid == 0:
            return found
        if pid == launcher:
            found = os.waitstatus_to_exitcode(status)


def _stop_asked_within(pause_ms: int) -> bool:
    deadline = time.monotonic() + pause_ms / 1000
    while (left_s := deadline - time.monotonic()) > 0:
        if (got := signal.sigtimedwait(WATCHED, left_s)) is not None and got.si_signo in STOP:
            return True
    return False


def _end_all() -> None:
    """Kills and reaps every child, and what their ends leave to this process, until there is none."""
    while pids := children_of(os.getpid()):
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            os.waitpid(pid, 0)

"""What ties a process to its parent by the kernel's means; imports no actor system."""

import ctypes
import os
import select
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36
PROCESS_NAME_BYTES_MAX = 15  # the kernel's limit
ADOPTION_POLL_MS = 1
STATUS_ORPHANED = 71
UNUSED = ctypes.c_ulong(0)

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Leash:
    """What ties a group of processes to its supervisor.

    ``supervisor`` is its process id, ``lifeline`` the read end of a pipe whose only
    write end the supervisor holds: it is at its end when the supervisor is dead.
    """

    supervisor: int
    lifeline: int


def prctl(option: int, argument: int | bytes) -> None:
    """The system call; ``OSError`` when the kernel refuses."""
    second = ctypes.c_char_p(argument) if isinstance(argument, bytes) else ctypes.c_ulong(argument)
    if _libc.prctl(option, second, UNUSED, UNUSED, UNUSED) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def die_with(parent: int) -> None:
    """Has the kernel kill this process when the thread of ``parent`` that forked it ends; exits if it already has."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(STATUS_ORPHANED)


def die_with_supervisor(leash: Leash) -> None:
    """As ``die_with``, for a process that the supervisor is about to adopt."""
    poll = select.poll()
    poll.register(leash.lifeline, select.POLLIN)
    while os.getppid() != leash.supervisor:
        if poll.poll(ADOPTION_POLL_MS):
            os._exit(STATUS_ORPHANED)
    die_with(leash.supervisor)


def name_process(name: str) -> None:
    """Sets the name that ``ps -o comm`` and ``/proc/<pid>/comm`` show, cut to the kernel's 15 bytes."""
    prctl(PR_SET_NAME, name.encode()[:PROCESS_NAME_BYTES_MAX])


def own_children() -> set[int]:
    """Process ids of this process's children, quickly; while some of them end, others may be left out."""
    with suppress(FileNotFoundError):  # Not every kernel keeps these lists.
        lists = [children.read_text() for children in Path("/proc/self/task").glob("*/children")]
        if lists:
            return {int(pid) for pids in lists for pid in pids.split()}
    return children_of(os.getpid())


def has_ended(pid: int) -> bool:
    """Whether the process is gone, or has ended and waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def children_of(parent: int) -> set[int]:
    """Process ids of the children of ``parent``, ended ones that nobody has reaped included."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended while we looked.
        if int(text.rpartition(")")[2].split()[1]) == parent:
            found.add(int(stat.parent.name))
    return found

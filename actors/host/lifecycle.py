"""Ties every process to its parent, so that none outlives the supervisor and no orphan writes.

The kernel kills a process when the THREAD that forked it ends: fork from main threads
only. Thespian's admin forks twice on its way, so it ties itself to the supervisor, which
adopts it (as "child subreaper"), once its middle process has gone.
"""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from functools import wraps
from typing import Any

from thespian.system import multiprocCommon

from actors.host.leash import STATUS_ORPHANED, Leash, die_with, die_with_supervisor, name_process

common: Any = multiprocCommon  # Thespian's types are partial, and its parts are replaced below.

INHERITED_DESCRIPTOR_MIN = 3
INHERITED_DESCRIPTOR_MAX = 4096
FATAL_SIGNALS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT}


def install(leash: Leash, admin_pid_to: int) -> None:
    """Ties the admin to the supervisor and all other processes to their parents; call it before ``ActorSystem()``.

    The admin writes its process id (decimal, a new line) to the descriptor
    ``admin_pid_to``. Every process logs through the ``logging`` configuration it
    inherits instead of sending records to Thespian's logger, so that threads may log;
    a fatal signal ends a process; an actor's module is imported by its own process
    alone.
    """

    class Admin(common.MultiProcAdmin):  # type: ignore[misc]
        def run(self) -> None:
            die_with_supervisor(leash)
            name_process("admin")
            os.write(admin_pid_to, f"{os.getpid()}\n".encode())
            super().run()

    root = logging.getLogger()
    set_handler = signal.signal
    check_capabilities = common.checkActorCapabilities
    common.MultiProcAdmin = Admin
    common.startChild = _tied(common.startChild, lambda arguments: str(arguments[0]).rpartition(".")[-1])
    common.startupASLogger = _tied(_alone(common.startupASLogger), lambda _: "logger")
    common.ThespianLogForwarder = lambda *_, **__: root
    common.set_signal_handler = lambda number, handler: set_handler(
        number, signal.SIG_DFL if number in FATAL_SIGNALS else handler
    )
    common.checkActorCapabilities = lambda actor, *rest: isinstance(actor, str) or check_capabilities(actor, *rest)


def _tied(start: Callable[..., None], name_of: Callable[[tuple[Any, ...]], str]) -> Callable[..., None]:
    @wraps(start)
    def start_tied(*arguments: Any) -> None:
        parent = multiprocessing.parent_process()
        if parent is None or parent.pid is None:
            os._exit(STATUS_ORPHANED)
        die_with(parent.pid)
        name_process(name_of(arguments))
        start(*arguments)

    return start_tied


def _alone(start: Callable[..., None]) -> Callable[..., None]:
    @wraps(start)
    def start_alone(*arguments: Any) -> None:
        # Thespian closes the parent's connections in actors, but not in its logger.
        os.closerange(INHERITED_DESCRIPTOR_MIN, INHERITED_DESCRIPTOR_MAX)
        start(*arguments)

    return start_alone

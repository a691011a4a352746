"""Starts one actor system inside the forked launcher, watches it, and stops it in order.

The launcher imports only what the actors share before it starts the system, since every
actor is forked from what it has loaded. It ends (and with it the whole group is
replaced) when the admin or a top-level actor has ended; an actor that is to be replaced
alone belongs below one that replaces it.
"""

import gc
import importlib
import logging
import logging.config
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from actors.host import internals
from actors.host.leash import Leash
from actors.host.supervisor import STATUS_BROKEN, STATUS_UNABLE
from actors.messages.boot import Started, Unable
from actors.messages.codec import Decoder, Malformed, encode
from actors.messages.lifecycle import Drain, Drained

START_MS = 20_000
DRAIN_MS = 10_000
PID_LINE_BYTES_MAX = 32

log = logging.getLogger(__name__)
_decode: Decoder[Started | Unable | Drained] = Decoder(Started | Unable | Drained)


@dataclass(frozen=True)
class TopLevel:
    """An actor that the launcher creates.

    ``class_path`` is ``package.module.Class``; only the actor's own process imports it.
    ``start`` makes its first message from the addresses (``host:port``) of all top-level
    actors by name; it answers with ``Started`` or ``Unable``. When ``drains``, it gets
    ``Drain`` at the end and answers with ``Drained``.
    """

    name: str
    class_path: str
    start: Callable[[Mapping[str, str]], bytes]
    drains: bool = True


@dataclass(frozen=True)
class Plan:
    """What to launch. Times in milliseconds, ``admin_port`` 0 chooses a free one; see ``frames.install`` for the rest.

    The actors are created, then started, in the order given and drained in the reverse
    order. ``preload`` names modules that most actors need. ``ready`` is called in the
    launcher with the addresses by name once all have started. ``stock_transport`` leaves
    Thespian's own turn in place, which is slower (see ``transport``).
    """

    key: bytes
    actors: tuple[TopLevel, ...]
    host: str = "127.0.0.1"
    admin_port: int = 0
    frame_bytes_max: int = 16 * 2**20
    pending_transmits_max: int = 1_000
    stock_transport: bool = False
    preload: tuple[str, ...] = ()
    start_ms: int = START_MS
    drain_ms: int = DRAIN_MS
    log_defs: dict[str, Any] | None = None
    ready: Callable[[Mapping[str, str]], None] = field(default=lambda _: None)


class Failed(Exception):
    """The system did not start; ``status`` is the launcher's exit status."""

    def __init__(self, problem: str, status: int) -> None:
        super().__init__(problem)
        self.status = status


def launch(plan: Plan, leash: Leash) -> int:
    """Runs the system until it is told to drain or a part of it ends; the exit status for ``supervise``."""
    if plan.log_defs is not None:
        logging.config.dictConfig({"disable_existing_loggers": False, **plan.log_defs})
    try:
        running = Running(plan, leash)
        running.start_actors()
    except internals.Incompatible as problem:
        log.critical("%s", problem)
        return STATUS_UNABLE
    except Failed as problem:
        log.critical("%s", problem)
        return problem.status
    if not running.asked_to_drain():
        return STATUS_BROKEN
    return running.stop()


class Running:
    """A started actor system, seen from its launcher."""

    def __init__(self, plan: Plan, leash: Leash) -> None:
        port = free_port(plan.host, plan.admin_port)
        internals.prepare_environment(plan.pending_transmits_max, plan.host)
        for module in ("thespian.system.multiprocTCPBase", *plan.preload):
            importlib.import_module(module)
        importlib.import_module("actors.host.frames").install(plan.key, plan.host, plan.frame_bytes_max)
        if not plan.stock_transport:
            importlib.import_module("actors.host.transport").install()
        listen, tell = os.pipe()
        importlib.import_module("actors.host.lifecycle").install(leash, tell)
        internals.quiet()
        gc.collect()
        gc.freeze()  # Else the first collection in every actor would copy all that it shares with the others.
        self._plan = plan
        self._system: Any = importlib.import_module("thespian.actors").ActorSystem(
            "multiprocTCPBase",
            capabilities={"Admin Port": port},
            logDefs={"version": 1, "disable_existing_loggers": False},
        )
        os.waitpid(-1, 0)  # The admin forked twice; this is the middle process.
        self._watched = {os.pidfd_open(int(os.read(listen, PID_LINE_BYTES_MAX))): "the admin"}
        os.close(listen)
        os.close(tell)
        self._addresses: dict[str, Any] = {}

    def start_actors(self) -> None:
        """Creates and starts every top-level actor; ``Failed`` when one does not answer, or can't serve."""
        texts: dict[str, str] = {}
        text_of = importlib.import_module("actors.messages.addresses").text_of
        for actor in self._plan.actors:
            self._addresses[actor.name] = self._system.createActor(actor.class_path)
            texts[actor.name] = text_of(self._addresses[actor.name])
        deadline = time.monotonic() + self._plan.start_ms / 1000
        for actor in self._plan.actors:
            match self._ask(actor, actor.start(texts), deadline):
                case Started(pid=pid):
                    self._watched[os.pidfd_open(pid)] = actor.name
                case Unable(problem=problem):
                    raise Failed(f"{actor.name} can't start: {problem}", STATUS_UNABLE)
                case _:
                    raise Failed(
                        f"{actor.name} ended, or did not answer within {self._plan.start_ms} ms", STATUS_BROKEN
                    )
        self._listen_for_stop()  # Before anybody hears that it serves, or a stop right then would drain nothing.
        self._plan.ready(texts)

    def _listen_for_stop(self) -> None:
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno())
        signal.signal(signal.SIGTERM, lambda *_: None)

    def asked_to_drain(self) -> bool:
        """Waits for SIGTERM (True) or the end of a watched process (False, and a line in the log)."""
        poll = select.poll()
        for descriptor in (self._woken.fileno(), *self._watched):
            poll.register(descriptor, select.POLLIN)
        ended = [self._watched[descriptor] for descriptor, _ in poll.poll() if descriptor in self._watched]
        for name in ended:
            log.error("%s has ended", name)
        return not ended

    def stop(self) -> int:
        """Drains the actors in reverse order and shuts the system down; not 0 when one did not answer in time."""
        status = 0
        deadline = time.monotonic() + self._plan.drain_ms / 1000
        for actor in reversed(self._plan.actors):
            if actor.drains and not isinstance(self._ask(actor, encode(Drain()), deadline), Drained):
                log.error("%s did not drain within %d ms", actor.name, self._plan.drain_ms)
                status = STATUS_BROKEN
                break  # A late answer must not be taken for the next actor's.
        self._system.shutdown()
        return status

    def _ask(self, actor: TopLevel, message: bytes, deadline: float) -> Started | Unable | Drained | None:
        left_s = max(deadline - time.monotonic(), 0)
        answer = self._system.ask(self._addresses[actor.name], message, left_s)
        try:
            return _decode(answer) if isinstance(answer, bytes) else None
        except Malformed:
            return None


def free_port(host: str, port: int) -> int:
    """``port`` when nobody listens there (else ``Failed``), or a free one for 0.

    Thespian would silently use whatever admin it finds on the port.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise Failed(f"the admin can't listen on {host}:{port}: {problem.strerror}", STATUS_UNABLE) from problem
        return int(probe.getsockname()[1])

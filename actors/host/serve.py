"""``run.py serve``: composes one node and supervises it."""

import fcntl
import logging
import os
from collections.abc import Mapping

import msgspec

from actors.host.launcher import Plan, TopLevel, launch
from actors.host.supervisor import STATUS_UNABLE, supervise
from actors.messages.codec import encode
from actors.messages.lifecycle import Start
from config.settings import ConfigurationError, Settings
from storage.keys import open_keys

SHARED = (
    "actors.host.directory",
    "actors.kernel.actor",
    "actors.seats.actor",
    "actors.conference.actor",
    "actors.orders.actor",
    "actors.timers.actor",
)
"""What most processes need: loaded once, before the first fork, so that all share its memory."""

log = logging.getLogger(__name__)


def main(settings: Settings, gateway: str, courier: str = "") -> int:
    """Serves until told to stop; returns the exit status. ``gateway`` and ``courier`` are ``package.module:function``.

    Raises ``ConfigurationError`` when the data directory can't be used.
    """
    lock = _own(settings)
    try:
        key = open_keys(settings.data).frames()
        settings_bytes = msgspec.msgpack.encode(settings)

        def start(_: Mapping[str, str]) -> bytes:
            return encode(Start(settings_bytes, gateway, courier))

        plan = Plan(
            key=key,
            actors=(TopLevel("directory", "actors.host.directory.Directory", start),),
            host=settings.actors.host,
            admin_port=settings.actors.port,
            frame_bytes_max=settings.actors.frame_bytes_max,
            pending_transmits_max=settings.actors.pending_transmits_max,
            preload=SHARED,
            start_ms=settings.actors.start_ms,
            drain_ms=settings.actors.drain_ms,
        )
        status = supervise(lambda leash: launch(plan, leash), settings.actors.drain_ms)
        if status == STATUS_UNABLE:
            log.critical("can't serve as configured")
        return status
    finally:
        os.close(lock)


def _own(settings: Settings) -> int:
    """Makes the data directory this process's own; the lock ends with it."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (settings.data / "logs").mkdir(mode=0o700, exist_ok=True)
        lock = os.open(settings.data / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        raise ConfigurationError(f"The data directory {settings.data} is in use by another system.") from problem
    except OSError as problem:
        raise ConfigurationError(f"The data directory {settings.data} can't be used: {problem.strerror}.") from problem
    return lock

"""The data directory of an installation that does not run: for commands that need it to themselves."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Running(Exception):
    """The system serves from this data directory, or there is none."""


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Keeps the system from starting meanwhile. Raises ``Running``."""
    if not data.is_dir():
        raise Running(f"There is no data directory {data}.")
    lock = os.open(data / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as problem:
        raise Running(f"The system is running on {data}: stop it first.") from problem
    finally:
        os.close(lock)

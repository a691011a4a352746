"""One life of a stream's entity as the directory sees it, and what is to be done about lives."""

from enum import Enum, auto
from typing import Any, NamedTuple

from actors.messages.lifecycle import Deadline


class Create(NamedTuple):
    """Start a process for the stream, as life number ``life`` of this directory."""

    stream: str
    life: int
    create: bool
    settled_version: int = 0


class Send(NamedTuple):
    """Send a message to an address."""

    address: str
    message: Any


class Exit(NamedTuple):
    """Ask the process of that life to exit."""

    life: int


class Kill(NamedTuple):
    """Kill that process: it is stuck."""

    life: int
    pid: int


class Wake(NamedTuple):
    """Tell the timer of a sleeping stream's next deadline."""

    message: Deadline


Effect = Create | Send | Exit | Kill | Wake


class Phase(Enum):
    """Where one life stands."""

    STARTING = auto()
    AWAKE = auto()
    CLOSING = auto()
    LINGERING = auto()


class Resident:
    """One life of one stream's entity."""

    __slots__ = ("address", "askers", "create", "epoch", "life", "phase", "pid", "since_ms", "stream", "suspect_ms")

    def __init__(self, stream: str, life: int, now_ms: int, create: bool) -> None:
        self.stream, self.life, self.create = stream, life, create
        self.phase, self.since_ms = Phase.STARTING, now_ms
        self.address, self.epoch, self.pid = "", 0, 0
        self.askers: set[str] = set()
        self.suspect_ms: int | None = None

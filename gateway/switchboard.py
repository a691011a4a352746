"""The way from a service's loop to the entities and back: a batcher, tied to the actor that carries its bytes.

The directory is told which streams are used and who does not answer.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from actors.messages.codec import Decoder, Malformed, encode
from actors.messages.envelopes import Answers, Gone, LogPage, Published
from actors.messages.histories import StateThen
from actors.messages.lifecycle import Closing, Drain, Open, Opened, Peers, Released, Suspect, Unopened, Used
from config.settings import Settings
from gateway.batching import Batcher, BatchLimits

USED_EVERY_S = 2.0  # how often the directory hears which streams are used

Message = Answers | Published | Opened | Unopened | Closing | Gone | LogPage | StateThen | Peers | Drain
_decode: Decoder[Message] = Decoder(Message)
log = logging.getLogger(__name__)


class Joint(Protocol):
    """What the actor offers; see ``actors.host.looping``."""

    role: str
    me: str
    directory: str
    settings: bytes
    receive: Callable[[list[tuple[bytes, str]]], None]

    def send(self, address: str, frame: bytes) -> None: ...
    def here(self) -> None: ...
    def unable(self, problem: str) -> None: ...
    def drained(self) -> None: ...


class Switchboard:
    """Loop thread only. ``entities`` is what commands are asked through.

    ``answered`` hears of every batch of answers, ``published`` of every availability that the projector tells.
    """

    def __init__(self, joint: Joint, settings: Settings) -> None:
        self._joint = joint
        self.answered: Callable[[Answers], None] = _ignore
        self.published: Callable[[Published], None] = _ignore
        limits = BatchLimits(
            batch_items_max=settings.gateway.batch_items_max,
            batch_bytes_max=settings.gateway.batch_bytes_max,
            waiting_max=settings.gateway.waiting_per_target_max,
            reply_ms_max=settings.gateway.ask_timeout_ms,
            open_ms_max=settings.gateway.ask_timeout_ms,
        )
        self.entities = Batcher(
            asyncio.get_running_loop(), joint.send, self._open, limits, suspect=self._suspect, released=self._released
        )
        self._drain = asyncio.Event()
        joint.receive = self._receive

    def _open(self, stream: str, create: bool) -> None:
        self._joint.send(self._joint.directory, encode(Open(stream, self._joint.me, create)))

    def _suspect(self, stream: str, epoch: int) -> None:
        self._joint.send(self._joint.directory, encode(Suspect(self._joint.me, stream, epoch)))

    def _released(self, stream: str, epoch: int) -> None:
        self._joint.send(self._joint.directory, encode(Released(stream, epoch, self._joint.me)))

    def _receive(self, burst: list[tuple[bytes, str]]) -> None:
        for frame, _sender in burst:
            try:
                self._take(_decode(frame))
            except Malformed as problem:  # Of a newer release, or nobody's: it answers nothing that was asked.
                log.warning("message-dropped", extra={"problem": str(problem)})

    def _take(self, message: Message) -> None:
        match message:
            case Answers():
                self.answered(message)
                self.entities.answers(message)
            case Published():
                self.published(message)
            case Opened():
                self.entities.opened(message)
            case Unopened():
                self.entities.unopened(message)
            case Closing():
                self.entities.closing(message)
            case Gone():
                self.entities.gone(message)
            case LogPage() | StateThen():
                self.entities.looked(message)
            case Drain():
                self._drain.set()
            case Peers():
                pass  # Nobody but entities and the directory is spoken to.

    @property
    def draining(self) -> bool:
        """Whether the system stops."""
        return self._drain.is_set()

    async def until_drain(self) -> None:
        """Tells the directory at times which streams are used; ends when it says that the system stops."""
        while not self._drain.is_set():
            if used := self.entities.used():
                self._joint.send(self._joint.directory, encode(Used(self._joint.me, used)))
            try:
                await asyncio.wait_for(self._drain.wait(), USED_EVERY_S)
            except TimeoutError:
                continue


def _ignore(_: object) -> None:
    """For who does not want to hear."""

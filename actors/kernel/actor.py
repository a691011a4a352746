"""The Thespian actor around an entity: bytes in, bytes out, and no second chance after an exception."""

import logging
import os
import time
from datetime import timedelta
from typing import Any, ClassVar

import msgspec
from thespian.actors import Actor, ActorAddress, ActorExitRequest, WakeupMessage

from actors.kernel.decider import Decider
from actors.kernel.entity import Entity, EntitySettings
from actors.kernel.ports import DiskRoom, SystemClock
from actors.kernel.shell import Limits, Shell
from actors.messages.addresses import address_of, text_of
from actors.messages.codec import Decoder, encode
from actors.messages.envelopes import Answers, Batch, Gone, Projected, ReadLog
from actors.messages.histories import ReadState
from actors.messages.lifecycle import (
    Begin,
    Closing,
    Damaged,
    Due,
    Grace,
    Opened,
    Peers,
    Ping,
    Sleep,
    Unopened,
)
from config.settings import Settings
from storage.eventlog import InUse, NotWhole, Unknown
from storage.sqlite.eventlog import SqliteEventLogs

STATUS_BROKEN = 70
WAKE_MS_MIN = 1
WAKE_SLACK_MS = 5

Message = (
    Begin | Batch | Answers | Gone | ReadLog | ReadState | Projected | Due
    | Ping | Sleep | Grace | Peers | Opened | Unopened | Closing
)  # fmt: skip
_decode: Decoder[Message] = Decoder(Message)
log = logging.getLogger(__name__)


class EntityActor(Actor):
    """One stream's only writer. Subclasses name the decider."""

    decider: ClassVar[Decider[Any]]

    def __init__(self) -> None:
        super().__init__()
        self._entity: Entity | None = None
        self._armed_ms: int | None = None

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        """Handles one message; whatever goes wrong ends the process, and the next one folds the log again."""
        try:
            self._receive(message, sender)
        except BaseException:
            log.critical("entity-broken", exc_info=True, extra={"stream": self._stream_name()})
            os._exit(STATUS_BROKEN)

    def _receive(self, message: object, sender: ActorAddress) -> None:
        now_ms = time.monotonic_ns() // 1_000_000
        match message:
            case bytes():
                if (known := _decode.known(message)) is None:
                    return
                self._take(known, sender)
            case WakeupMessage():
                self._armed_ms = None
            case ActorExitRequest():
                if self._entity is not None:
                    self._entity.close()
                return
            case _:
                return  # Thespian's own news: nothing that this actor waits for.
        if self._entity is not None:
            self._entity.turn(now_ms)
            for address, frame in self._entity.outgoing:
                self.send(address_of(address), frame)
            self._entity.outgoing.clear()
            self._arm(self._entity, now_ms)

    def _take(self, message: Message, sender: ActorAddress) -> None:
        entity = self._entity
        if isinstance(message, Begin):
            if entity is None:
                self._begin(message)
            return
        if entity is None:
            return
        match message:
            case Batch():
                entity.batch(message, text_of(sender))
            case Answers():
                entity.answers(message)
            case ReadLog():
                entity.read_log(message, text_of(sender))
            case ReadState():
                entity.read_state(message, text_of(sender))
            case Projected(epoch=epoch):
                entity.projected(epoch)
            case Due(epoch=epoch):
                entity.due(epoch)
            case Ping(epoch=epoch):
                entity.ping(epoch)
            case Sleep(epoch=epoch):
                entity.sleep(epoch)
            case Grace(epoch=epoch, until_ms=until_ms):
                entity.grace(epoch, until_ms)
            case Peers():
                entity.peers(message)
            case Opened():
                entity.opened(message)
            case Closing(stream=stream, epoch=epoch):
                entity.closed(stream, epoch, answer=True)
            case Gone(stream=stream, epoch=epoch):
                entity.closed(stream, epoch, answer=False)
            case Unopened(stream=stream, problem=problem):
                log.warning("peer-unopened", extra={"stream": stream, "problem": problem})

    def _begin(self, begin: Begin) -> None:
        settings = msgspec.msgpack.decode(begin.settings, type=Settings)
        limits = settings.entities
        folder = settings.data / "logs"
        try:
            events = SqliteEventLogs(folder).open(begin.stream, create=begin.create)
            shell = Shell(
                self.decider,
                events,
                SystemClock(),
                DiskRoom(folder, limits.disk_reserve_bytes),
                Limits(
                    limits.due_per_turn_max,
                    limits.refusal_memory_ms,
                    limits.refusals_remembered_max,
                    limits.snapshot_every_events,
                    limits.absence_ms_max,
                    limits.grace_ms,
                ),
            )
        except (NotWhole, InUse, Unknown, KeyError, OSError) as problem:
            log.error("stream-unopened", extra={"stream": begin.stream, "problem": str(problem)})
            unknown = isinstance(problem, KeyError)
            self.send(address_of(begin.directory), encode(Damaged(begin.stream, begin.life, str(problem), unknown)))
            return
        self._entity = Entity(
            self.decider,
            shell,
            events,
            begin,
            text_of(self.myAddress),
            EntitySettings(limits.hint_interval_ms, settings.gateway.batch_items_max, limits.log_page_items_max),
        )

    def _arm(self, entity: Entity, now_ms: int) -> None:
        wait_ms = entity.wait_ms(now_ms)
        if wait_ms is None:
            return
        wake_ms = now_ms + max(wait_ms, WAKE_MS_MIN)
        if self._armed_ms is None or wake_ms + WAKE_SLACK_MS < self._armed_ms:
            # Thespian can't cancel a wake-up: an earlier one is added only when it is needed sooner.
            self._armed_ms = wake_ms
            self.wakeupAfter(timedelta(milliseconds=wake_ms - now_ms))

    def _stream_name(self) -> str:
        return "" if self._entity is None else self._entity.stream

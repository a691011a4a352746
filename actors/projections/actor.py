"""The projector: the only writer of the read models.

Entities push what they append; whatever it has missed it asks for by position, so a lost
message loses nothing. A sweep wakes, through the timer, whoever has a hold past its
deadline: that finds what a lost timer message forgot.
"""

import logging
import os
import sqlite3
import time
from datetime import timedelta
from typing import Any

import msgspec
from thespian.actors import Actor, ActorAddress, ActorExitRequest, WakeupMessage

from actors.kernel.inspect import logs
from actors.messages.addresses import address_of, text_of
from actors.messages.boot import Unable
from actors.messages.codec import Decoder, encode
from actors.messages.envelopes import Appended, Gone, LogPage, Projected, Published, ReadLog
from actors.messages.lifecycle import (
    Closing,
    Deadline,
    Drain,
    Drained,
    Here,
    Open,
    Opened,
    Peers,
    Pulse,
    Released,
    Unopened,
    WhoIs,
)
from actors.projections.aftermath import NotNow, open_aftermath
from actors.projections.backlog import Backlog
from actors.projections.projection import Projection
from actors.projections.tables import OtherShape
from config.settings import Settings
from storage.sqlite.readmodels import open_writer

STATUS_BROKEN = 70
LOOK_AGAIN_MS = 5_000  # so long after the start once more for what came between the looking and the news of us
SETTLE_MS = 3_000  # so long after the start the first search for conferences with something left to tell
SETTLE_EVERY_MS = 30_000
UNSETTLED_MAX = 1_000
ENTITY_PAGE_MAX = 1_000

Told = Appended | LogPage | Gone | Opened | Unopened | Closing | Peers | Drain | Pulse
_decode: Decoder[WhoIs | Told] = Decoder(WhoIs | Told)
log = logging.getLogger(__name__)


class Projector(Actor):
    """Folds hints and pages into the read models, one transaction each."""

    def __init__(self) -> None:
        super().__init__()
        self._projection: Projection
        self._settings: Settings | None = None
        self._directory = self._me = ""
        self._peers = Peers("", "", ())
        self._backlog = Backlog()
        self._look_again_ms: int | None = None
        self._settle_ms = 0
        self._stuck: set[str] = set()

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        """Whatever goes wrong ends the process: the next one goes on from the cursors."""
        try:
            match message:
                case bytes():
                    if (known := _decode.known(message)) is not None:
                        self._take(known, sender)
                case WakeupMessage():
                    self._sweep()
                case ActorExitRequest() if self._settings is not None:
                    self._projection.close()
                case _:
                    pass  # Thespian's own news.
        except BaseException:
            log.critical("projector-broken", exc_info=True)
            os._exit(STATUS_BROKEN)

    def _take(self, message: WhoIs | Told, sender: ActorAddress) -> None:
        if isinstance(message, WhoIs):
            self._begin(message, sender)
        elif self._settings is not None:  # Else it was not able to begin, and has said so.
            self._hear(message, sender)

    def _hear(self, message: Told, sender: ActorAddress) -> None:
        match message:
            case Appended(stream=stream, epoch=epoch, head=head, events=events):
                version = self._apply(stream, epoch, events, head, text_of(sender))
                self.send(sender, encode(Projected(stream, epoch, version)))
            case LogPage(stream=stream, epoch=epoch, head=head, stored=events):
                self._backlog.heard(stream)  # Whatever is still missing is asked for at once.
                self._apply(stream, epoch, events, head, text_of(sender))
            case Gone(stream=stream):
                self._backlog.asleep(stream)
            case Unopened(stream=stream, problem=problem):
                self._backlog.unopened(stream)
                log.error("stream-unread", extra={"stream": stream, "problem": problem})
            case Closing(stream=stream, epoch=epoch):
                self._backlog.asleep(stream)
                self.send(sender, encode(Released(stream, epoch, self._me)))
            case Peers():
                self._peers = message
            case Drain():
                self.send(sender, encode(Drained("projector")))
            case Pulse():
                self.send(sender, encode(message))
            case Opened(stream=stream, epoch=epoch, address=home):
                if self._backlog.is_waking(stream):
                    self._ask(stream, epoch, home)

    def _begin(self, who: WhoIs, sender: ActorAddress) -> None:
        settings = msgspec.msgpack.decode(who.settings, type=Settings)
        self._directory, self._peers = who.directory, who.peers
        self._me = text_of(self.myAddress)
        try:
            self._projection = Projection(open_writer(settings.data / "readmodels.db"), open_aftermath(settings))
        except (OtherShape, sqlite3.DatabaseError) as problem:
            self.send(sender, encode(Unable(who.role, f"the read models can't be used: {problem}")))
            return
        self._settings = settings
        self._look_for_missed()
        self._look_again_ms, self._settle_ms = _now_ms() + LOOK_AGAIN_MS, _now_ms() + SETTLE_MS
        self.send(sender, encode(Here(who.role, os.getpid())))
        self._sweep()

    def _look_for_missed(self) -> None:
        assert self._settings is not None
        heads = logs(self._settings.data).heads()
        self._backlog.missed(s for s, head in sorted(heads.items()) if head > self._projection.position(s))

    def _apply(self, stream: str, epoch: int, events: Any, head: int, entity: str) -> int:
        """Applies what follows the cursor, asks for what is missing; returns the cursor's version."""
        try:
            applied = self._projection.apply(stream, events)
        except (NotNow, sqlite3.OperationalError) as problem:  # The disk is full, say: it goes on when there is room.
            log.error("not-projected", extra={"stream": stream, "problem": str(problem)})
            self._backlog.put_off(stream, epoch, entity, _now_ms())
            return self._projection.position(stream)
        if applied.problem is not None and stream not in self._stuck:
            self._stuck.add(stream)
            log.error("projection-stuck", extra={"stream": stream, "problem": applied.problem})
        if applied.availability is not None:
            published = encode(Published(*applied.availability, events[-1].at_ms))
            for gateway in self._peers.gateways:
                self.send(address_of(gateway), published)
        if applied.version < head and applied.problem is None:
            self._ask(stream, epoch, entity)
        else:
            self._backlog.heard(stream)
        return applied.version

    def _ask(self, stream: str, epoch: int, entity: str) -> None:
        if self._backlog.behind(stream, epoch, entity, _now_ms()):
            self._send_ask(stream, epoch, entity)

    def _send_ask(self, stream: str, epoch: int, entity: str) -> None:
        after = self._projection.position(stream)
        self.send(address_of(entity), encode(ReadLog(stream, epoch, 0, after, ENTITY_PAGE_MAX, False)))

    def _wake_unsettled(self, wall_ms: int) -> None:
        """After a restart nobody else wakes a conference that sleeps with a change to tell."""
        if self._peers.timer:
            for conference in self._projection.unsettled(UNSETTLED_MAX):
                deadline = Deadline(f"conference-{conference}", 0, wall_ms)
                self.send(address_of(self._peers.timer), encode(deadline))

    def _sweep(self) -> None:
        """Wakes who is overdue (by the timer), and streams that have events which never came here."""
        assert self._settings is not None
        sweep_ms = self._settings.timers.sweep_ms
        wall_ms = time.time_ns() // 1_000_000
        if self._peers.timer:
            for conference, at_ms in self._projection.overdue(wall_ms + sweep_ms):
                deadline = Deadline(f"seats-{conference}", 0, at_ms)
                self.send(address_of(self._peers.timer), encode(deadline))
            for conference, at_ms in self._projection.overdue_orders(wall_ms):
                deadline = Deadline(f"orders-{conference}", 0, at_ms)
                self.send(address_of(self._peers.timer), encode(deadline))
        now_ms = _now_ms()
        if self._look_again_ms is not None and now_ms >= self._look_again_ms:
            self._look_again_ms = None
            self._look_for_missed()
        if now_ms >= self._settle_ms:
            self._settle_ms = now_ms + SETTLE_EVERY_MS
            self._wake_unsettled(wall_ms)
        for asked in self._backlog.to_ask(now_ms):
            self._send_ask(asked.stream, asked.epoch, asked.entity)
        for stream in self._backlog.to_wake(now_ms):
            self.send(address_of(self._directory), encode(Open(stream, self._me, False)))
        self.wakeupAfter(timedelta(milliseconds=sweep_ms))


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000

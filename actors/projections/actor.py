"""The projector: the only writer of the read models.

Entities push what they append; whatever it has missed it asks for by position, so a lost
message loses nothing. A sweep wakes, through the timer, whoever has a hold past its
deadline: that finds what a lost timer message forgot.
"""

import logging
import os
import time
from datetime import timedelta
from typing import Any

import msgspec
from thespian.actors import Actor, ActorAddress, ActorExitRequest, WakeupMessage

from actors.kernel.inspect import logs
from actors.messages.addresses import address_of, text_of
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
    Released,
    Unopened,
    WhoIs,
)
from actors.projections.aftermath import NotNow, open_aftermath
from actors.projections.projection import Projection
from config.settings import Settings
from storage.sqlite.readmodels import open_writer

STATUS_BROKEN = 70
READ_AGAIN_MS = 2_000  # a page that did not come by then is asked for again
CATCH_UP_MAX = 16  # streams woken at once to hear what was missed
ENTITY_PAGE_MAX = 1_000

Message = WhoIs | Appended | LogPage | Gone | Opened | Unopened | Closing | Peers | Drain
_decode: Decoder[Message] = Decoder(Message)
log = logging.getLogger(__name__)


class Projector(Actor):
    """Folds hints and pages into the read models, one transaction each."""

    def __init__(self) -> None:
        super().__init__()
        self._projection: Projection
        self._settings: Settings | None = None
        self._directory = self._me = ""
        self._peers = Peers("", "", ())
        self._asked_ms: dict[str, int] = {}
        self._behind: list[str] = []
        self._waking: set[str] = set()
        self._stuck: set[str] = set()

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        """Whatever goes wrong ends the process: the next one goes on from the cursors."""
        try:
            match message:
                case bytes():
                    self._take(_decode(message), sender)
                case WakeupMessage():
                    self._sweep()
                case ActorExitRequest() if self._settings is not None:
                    self._projection.close()
                case _:
                    pass  # Thespian's own news.
        except BaseException:
            log.critical("projector-broken", exc_info=True)
            os._exit(STATUS_BROKEN)

    def _take(self, message: Message, sender: ActorAddress) -> None:
        match message:
            case WhoIs():
                self._begin(message, sender)
            case Appended(stream=stream, epoch=epoch, head=head, events=events):
                self._waking.discard(stream)
                version = self._apply(stream, epoch, events, head, sender)
                self.send(sender, encode(Projected(stream, epoch, version)))
            case LogPage(stream=stream, epoch=epoch, head=head, stored=events):
                self._asked_ms.pop(stream, None)
                self._apply(stream, epoch, events, head, sender)
            case Gone(stream=stream):
                self._asked_ms.pop(stream, None)
            case Unopened(stream=stream, problem=problem):
                self._waking.discard(stream)
                log.error("stream-unread", extra={"stream": stream, "problem": problem})
            case Closing(stream=stream, epoch=epoch):
                self.send(sender, encode(Released(stream, epoch, self._me)))
            case Peers():
                self._peers = message
            case Drain():
                self.send(sender, encode(Drained("projector")))
            case Opened():
                pass  # Awake, it tells by itself where it stands.

    def _begin(self, who: WhoIs, sender: ActorAddress) -> None:
        settings = msgspec.msgpack.decode(who.settings, type=Settings)
        self._settings, self._directory, self._peers = settings, who.directory, who.peers
        self._me = text_of(self.myAddress)
        self._projection = Projection(open_writer(settings.data / "readmodels.db"), open_aftermath(settings))
        heads = logs(settings.data).heads()
        self._behind = [s for s, head in sorted(heads.items()) if head > self._projection.position(s)]
        self.send(sender, encode(Here(who.role, os.getpid())))
        self._sweep()

    def _apply(self, stream: str, epoch: int, events: Any, head: int, sender: ActorAddress) -> int:
        """Applies what follows the cursor, asks for what is missing; returns the cursor's version."""
        try:
            applied = self._projection.apply(stream, events)
        except NotNow as problem:  # The next hint shows a gap, and the events are asked for again.
            log.error("effects-not-noted", extra={"stream": stream, "problem": str(problem)})
            return self._projection.position(stream)
        if applied.problem is not None and stream not in self._stuck:
            self._stuck.add(stream)
            log.error("projection-stuck", extra={"stream": stream, "problem": applied.problem})
        if applied.availability is not None:
            published = encode(Published(*applied.availability, events[-1].at_ms))
            for gateway in self._peers.gateways:
                self.send(address_of(gateway), published)
        if applied.version < head and applied.problem is None:
            self._ask(stream, epoch, applied.version, sender)
        return applied.version

    def _ask(self, stream: str, epoch: int, after: int, entity: ActorAddress) -> None:
        now_ms = _now_ms()
        if now_ms - self._asked_ms.get(stream, -READ_AGAIN_MS) >= READ_AGAIN_MS:
            self._asked_ms[stream] = now_ms
            self.send(entity, encode(ReadLog(stream, epoch, 0, after, ENTITY_PAGE_MAX, False)))

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
        while self._behind and len(self._waking) < CATCH_UP_MAX:
            stream = self._behind.pop()
            self._waking.add(stream)
            self.send(address_of(self._directory), encode(Open(stream, self._me, False)))
        self.wakeupAfter(timedelta(milliseconds=sweep_ms))


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000

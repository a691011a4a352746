"""The reservation timer: wakes entities at their deadlines, and nothing else.

A lost deadline is found by the projector's sweep; a deadline too many wakes an entity that
finds nothing due.
"""

import logging
import os
import time
from datetime import timedelta

import msgspec
from thespian.actors import Actor, ActorAddress, WakeupMessage

from actors.messages.addresses import address_of, text_of
from actors.messages.codec import Decoder, encode
from actors.messages.lifecycle import (
    Closing,
    Deadline,
    Drain,
    Drained,
    Due,
    Here,
    Open,
    Opened,
    Peers,
    Pulse,
    Released,
    Suspect,
    Unopened,
    WhoIs,
)
from actors.timers.schedule import Schedule
from config.settings import Settings

STATUS_BROKEN = 70
FROM_SWEEP = 0  # the epoch of deadlines that the projector's sweep has found
LATE_MS = 5_000  # nothing that is due stands longer, unless in a grace
OPEN_AGAIN_MS = 2_000  # whoever was asked to open a stream and says nothing for so long is asked again
AGAIN_AFTER_MS = 1_000  # a stream that could not be opened or woken is tried again after this

Message = WhoIs | Deadline | Opened | Unopened | Closing | Peers | Drain | Pulse
_decode: Decoder[Message] = Decoder(Message)
log = logging.getLogger(__name__)


class ReservationTimer(Actor):
    """One outstanding wake-up, one heap."""

    def __init__(self) -> None:
        super().__init__()
        self._schedule = Schedule()
        self._homes: dict[str, Opened] = {}
        self._opening: dict[str, int] = {}
        self._directory = ""
        self._settings: Settings | None = None
        self._armed = False

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        """Whatever goes wrong ends the process: the directory starts another, the sweep fills it again."""
        try:
            match message:
                case bytes():
                    if (known := _decode.known(message)) is None:
                        return
                    self._take(known, sender)
                case WakeupMessage():
                    self._armed = False
                case _:
                    return
            self._wake()
        except BaseException:
            log.critical("timer-broken", exc_info=True)
            os._exit(STATUS_BROKEN)

    def _take(self, message: Message, sender: ActorAddress) -> None:
        match message:
            case WhoIs(directory=directory, settings=settings):
                self._directory = directory
                self._settings = msgspec.msgpack.decode(settings, type=Settings)
                self.send(sender, encode(Here("timer", os.getpid())))
            case Deadline(stream=stream, epoch=epoch, at_ms=at_ms):
                self._schedule.wake(stream, at_ms)
                if epoch == FROM_SWEEP and _now_ms() - at_ms > LATE_MS:
                    self._suspect(stream)
            case Opened(stream=stream):
                self._homes[stream] = message
                if stream in self._opening:
                    del self._opening[stream]
                    self._send_due(message)
            case Unopened(stream=stream, unknown=unknown, problem=problem):
                self._opening.pop(stream, None)
                log.warning("wake-unopened", extra={"stream": stream, "problem": problem})
                if unknown:
                    self._schedule.forget(stream)
            case Closing(stream=stream, epoch=epoch):
                if (home := self._homes.get(stream)) is not None and home.epoch <= epoch:
                    del self._homes[stream]
                self.send(sender, encode(Released(stream, epoch, text_of(self.myAddress))))
            case Drain():
                self.send(sender, encode(Drained("timer")))
            case Pulse():
                self.send(sender, encode(message))
            case Peers():
                pass  # The timer talks to entities and the directory only.

    def _wake(self) -> None:
        if self._settings is None:
            return
        limits = self._settings.timers
        now_ms = _now_ms()
        for stream in self._schedule.due(now_ms, self._settings.entities.due_per_turn_max):
            if (home := self._homes.get(stream)) is not None:
                self._send_due(home)
            else:
                self._open(stream)
                self._schedule.wake(stream, now_ms + AGAIN_AFTER_MS)  # In case that nothing comes of it.
        next_ms = self._schedule.next_ms()
        if next_ms is not None and not self._armed:
            wait_ms = min(max(next_ms - now_ms, limits.tick_ms_min), limits.tick_ms_max)
            self._armed = True
            self.wakeupAfter(timedelta(milliseconds=wait_ms))

    def _open(self, stream: str) -> None:
        steady_ms = _steady_ms()
        if steady_ms - self._opening.get(stream, -OPEN_AGAIN_MS) >= OPEN_AGAIN_MS:
            self._opening[stream] = steady_ms
            self.send(address_of(self._directory), encode(Open(stream, text_of(self.myAddress), False)))

    def _suspect(self, stream: str) -> None:
        """It has been woken and its hold still stands: the directory finds out whether it lives."""
        if (home := self._homes.get(stream)) is not None:
            suspect = Suspect(text_of(self.myAddress), stream, home.epoch)
            self.send(address_of(self._directory), encode(suspect))

    def _send_due(self, home: Opened) -> None:
        self.send(address_of(home.address), encode(Due(home.stream, home.epoch)))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _steady_ms() -> int:
    return time.monotonic_ns() // 1_000_000

"""The directory: creates and replaces entities and services, and tells everybody who lives where.

One per node, the only creator of actors. Its rules are in ``residents`` and ``services``;
here they meet Thespian. It ends (and the launcher with it) when something goes wrong in it.
"""

import logging
import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from enum import Enum, auto
from functools import partial

import msgspec
from thespian.actors import Actor, ActorAddress, ActorExitRequest, ChildActorExited, WakeupMessage

from actors.host.children import Children, Who
from actors.host.lives import Create, Effect, Exit, Kill, Send, Wake
from actors.host.presence import Presence
from actors.host.pulses import Pulses
from actors.host.residents import Residents
from actors.host.services import Services
from actors.messages.addresses import address_of, text_of
from actors.messages.boot import Started, Unable
from actors.messages.codec import Decoder, encode
from actors.messages.lifecycle import (
    Asleep,
    Begin,
    Damaged,
    Drain,
    Drained,
    Grace,
    Here,
    Open,
    Pulse,
    Ready,
    Released,
    Start,
    Suspect,
    Used,
    WhoIs,
)
from config.settings import Settings

STATUS_BROKEN = 70
TICK_MS = 1_000
ENTITIES = {
    "conference": "actors.conference.actor.Conference",
    "seats": "actors.seats.actor.SeatInventory",
    "orders": "actors.orders.actor.OrderBook",
}
Message = Start | Open | Ready | Damaged | Asleep | Released | Used | Suspect | Here | Unable | Drain | Drained | Pulse
_decode: Decoder[Message] = Decoder(Message)
log = logging.getLogger(__name__)


class Stage(Enum):
    """How far the node has come in stopping."""

    SERVING = auto()
    GATEWAYS = auto()
    ENTITIES = auto()
    PROJECTOR = auto()
    DONE = auto()


class Directory(Actor):
    """Who lives where, on one node."""

    def __init__(self) -> None:
        super().__init__()
        self._settings: Settings
        self._settings_bytes = b""
        self._mains: dict[str, str] = {}
        self._residents: Residents
        self._services: Services
        self._presence: Presence
        self._children = Children()
        self._boss: ActorAddress | None = None
        self._started = False
        self._stage = Stage.SERVING
        self._undrained: set[Who] = set()
        self._pulses = Pulses()
        self._me = ""

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        """Whatever goes wrong ends the process, and with it the node, which starts anew."""
        try:
            match message:
                case bytes():
                    if (known := _decode.known(message)) is not None:
                        self._take(known, sender)
                case WakeupMessage():
                    self._tick()
                case ChildActorExited(childAddress=child):
                    self._exited(child)
                case _:
                    pass  # Thespian's own news.
        except BaseException:
            log.critical("directory-broken", exc_info=True)
            os._exit(STATUS_BROKEN)

    def _take(self, message: Message, sender: ActorAddress) -> None:
        now_ms = _now_ms()
        match message:
            case Open(stream=stream, asker=asker, create=create):
                if stream.partition("-")[0] in ENTITIES:
                    self._do(self._residents.open(stream, asker, create, now_ms))
            case Ready(life=life):
                self._do(self._residents.ready(life, message, text_of(sender), now_ms))
            case Damaged(life=life, stream=stream, problem=problem):
                log.error("stream-damaged", extra={"stream": stream, "problem": problem})
                self._do(self._residents.damaged(life, message, now_ms))
            case Asleep(life=life):
                self._do(self._residents.asleep(life, message, now_ms))
                self._go_on_draining()
            case Released():
                self._do(self._residents.released(message))
            case Used(streams=streams):
                self._residents.used(streams, now_ms)
            case Suspect():
                self._miss()
                self._do(self._residents.suspect(message, now_ms))
            case Here(role=role):
                self._here(role, text_of(sender))
            case Pulse(role=role):
                self._pulses.heard(role)
            case Unable(who=who, problem=problem):
                log.error("service-unable", extra={"service": who, "problem": problem})
                if not self._started:  # Later on the others go on without it.
                    self._tell_boss(message)
            case Start():
                self._start(message, sender)
            case Drain():
                self._boss = sender
                self._drain()
            case Drained(who=who):
                self._undrained.discard(who)
                self._go_on_draining()

    def _start(self, start: Start, boss: ActorAddress) -> None:
        self._boss, self._me = boss, text_of(self.myAddress)
        self._settings_bytes = start.settings
        self._mains = {"gateway": start.gateway, "courier": start.courier}
        self._settings = msgspec.msgpack.decode(start.settings, type=Settings)
        entities = self._settings.entities
        self._residents = Residents(entities.awake_max, entities.idle_ms)
        self._services = Services(self._settings.gateway.gateways, courier=bool(start.courier))
        self._presence = Presence(self._settings.data, entities.absence_ms_max, entities.grace_ms)
        if self._presence.grace_until_ms:
            log.warning("was-away", extra={"grace_until_ms": self._presence.grace_until_ms})
        self._tick()

    def _start_services(self) -> None:
        role = self._services.next_missing(_now_ms())
        if role is None:
            return
        class_path = self._services.starting(role, _now_ms())
        child = self._children.create(role, lambda: self.createActor(class_path))
        main = self._mains.get(role.partition("-")[0], "")
        self.send(child, encode(WhoIs(role, self._me, self._services.peers(), self._settings_bytes, main)))

    def _here(self, role: str, address: str) -> None:
        self._services.here(role, address)
        self._pulses.heard(role)
        self._start_services()
        peers = encode(self._services.peers())
        for to in filter(None, map(self._services.address, self._services.roles)):
            self.send(address_of(to), peers)
        for child in self._children.entities():
            self.send(child, peers)
        if self._services.selling() and not self._started:
            self._started = True
            self._tell_boss(Started("directory", os.getpid()))

    def _exited(self, child: ActorAddress) -> None:
        who = self._children.who(child)
        if who is not None:
            self._ended(who)

    def _miss(self) -> None:
        for who in self._children.missing():
            self._ended(who)

    def _ended(self, who: Who) -> None:
        self._children.forget(who)
        if isinstance(who, int):
            self._do(self._residents.exited(who, _now_ms()))
        elif self._stage is Stage.SERVING:
            log.error("service-ended", extra={"service": who})
            self._residents.forget_asker(self._services.address(who))
            self._services.died(who, _now_ms())
            self._start_services()
        self._undrained.discard(who)
        self._go_on_draining()

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Create(stream=stream, life=life, create=create, settled_version=settled_version):
                    self._mind_the_clock()  # One that starts after a leap can't know of it.
                    child = self._children.create(life, partial(self.createActor, ENTITIES[stream.partition("-")[0]]))
                    grace = self._presence.grace_until_ms
                    peers = self._services.peers()
                    begin = Begin(stream, life, create, self._me, peers, grace, self._settings_bytes, settled_version)
                    self.send(child, encode(begin))
                    self._residents.born(life, self._children.pid(life))
                case Send(address=address, message=message):
                    self.send(address_of(address), encode(message))
                case Wake(message=deadline):
                    if timer := self._services.address("timer"):
                        self.send(address_of(timer), encode(deadline))
                case Exit(life=life):
                    if life in self._children:
                        self.send(self._children[life], ActorExitRequest())
                case Kill(life=life, pid=pid):
                    log.error("entity-stuck", extra={"life": life, "pid": pid})
                    if life in self._children and pid:
                        with suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)

    def _tick(self) -> None:
        self._miss()
        if self._stage is Stage.SERVING:
            self._start_services()
            self._feel_pulses()
        self._mind_the_clock()
        self._do(self._residents.tick(_now_ms()))
        self.wakeupAfter(timedelta(milliseconds=TICK_MS))

    def _feel_pulses(self) -> None:
        due = self._pulses.turn(filter(self._services.address, self._services.roles), _now_ms())
        for role in due.ask:
            self.send(address_of(self._services.address(role)), encode(Pulse(role)))
        for role in due.kill:
            log.error("service-stuck", extra={"service": role})
            with suppress(ProcessLookupError):
                os.kill(self._children.pid(role), signal.SIGKILL)

    def _mind_the_clock(self) -> None:
        if self._presence.tick():
            log.warning("clock-jumped", extra={"grace_until_ms": self._presence.grace_until_ms})
            for stream, epoch, address in self._residents.addresses():
                self.send(address_of(address), encode(Grace(stream, epoch, self._presence.grace_until_ms)))

    def _drain(self) -> None:
        """Gateways and courier first (they await answers of entities), then the entities, then the projector."""
        if self._stage is not Stage.SERVING:
            return
        self._stage = Stage.GATEWAYS
        self._drain_services(role for role in self._services.roles if role.startswith(("gateway", "courier")))
        self._go_on_draining()

    def _drain_services(self, roles: Iterable[str]) -> None:
        self._undrained = {role for role in roles if role in self._children}
        for role in self._undrained:
            self.send(self._children[role], encode(Drain()))

    def _go_on_draining(self) -> None:
        if self._stage is Stage.GATEWAYS and not self._undrained:
            self._stage = Stage.ENTITIES
            self._do(self._residents.drain(_now_ms()))
        if self._stage is Stage.ENTITIES and self._residents.drained():
            self._stage = Stage.PROJECTOR
            self._drain_services(["projector"])
        if self._stage is Stage.PROJECTOR and not self._undrained:
            self._stage = Stage.DONE
            self._tell_boss(Drained("directory"))

    def _tell_boss(self, message: Started | Unable | Drained) -> None:
        if self._boss is not None:
            self.send(self._boss, encode(message))


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000

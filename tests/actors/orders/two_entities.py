"""Orders and inventory of one conference as two processes, with a directory, a bad network and a time of their own.

Real shells, entities and correspondence; logs in memory. A process dies where the test says: before an append, after
it with nothing told, or after it with the append's outcome unknown. The directory then opens the next life at once.
"""

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

from msgspec import Raw

from actors.kernel.decider import Decider
from actors.kernel.entity import Entity, EntitySettings
from actors.kernel.shell import Limits, Shell
from actors.messages.codec import Decoder, encode
from actors.messages.envelopes import KEY_BYTES, Answers, Appended, Batch, Gone, Item
from actors.messages.lifecycle import Asleep, Begin, Deadline, Open, Opened, Peers, Ready, Released
from actors.messages.order_replies import CheckedIn, OrdersConfigured, OrderStands
from actors.messages.refusals import Refused
from actors.messages.seats import SeatReply
from actors.orders.kind import ORDERS
from actors.seats.kind import SEATS
from storage.eventlog import Unknown
from tests.support.clock import SetClock
from tests.support.logs import MemoryEventLog, MemoryEventLogs

DIRECTORY, GATE, NOWHERE = "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"
STEP_MS = 500
ASK_AGAIN_MS = 1_000
STEPS_MAX = 5_000
LIMITS = Limits(
    due_per_turn_max=2, refusal_memory_ms=86_400_000, refusals_remembered_max=1_000, snapshot_every_events=4
)
KINDS: dict[str, Decider[Any]] = {"orders": ORDERS, "seats": SEATS}

Message = Batch | Answers | Gone | Opened | Open | Ready | Released | Asleep | Appended | Deadline
decode: Decoder[Message] = Decoder(Message)
read_reply: Decoder[Any] = Decoder(SeatReply | OrderStands | CheckedIn | OrdersConfigured | Refused)


class Death(NamedTuple):
    """The process of this stream dies at its ``nth`` append that begins with such an event."""

    stream: str
    event: str
    how: str
    nth: int = 1


class Died(BaseException):
    """The process is gone."""


class Room:
    def enough(self) -> bool:
        return True


class World:
    """``ask`` sends one command until it is answered; ``settle`` waits until nobody has anything to do."""

    def __init__(self, conference: str, seed: int, death: Death | None) -> None:
        self.random = Random(seed)
        self.clock = SetClock()
        self.logs = MemoryEventLogs()
        self.death, self.deaths = death, 0
        self.lives: dict[str, Entity] = {}
        self._open_logs: dict[str, MemoryEventLog] = {}
        self.homes: dict[str, str] = {}
        self._ports = 10
        self._subscribers: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self._streams = {kind: f"{kind}-{conference}" for kind in KINDS}
        self._network: list[tuple[str, str, bytes]] = []
        self._told: dict[int, Any] = {}
        self._number = 0
        for kind in KINDS:
            self._open(kind)

    def state(self, kind: str) -> Any:
        """The state of a living entity, as its log folds."""
        decider = KINDS[kind]
        state, read = decider.initial(), Decoder[Any](decider.events)
        for record in self._records(kind):
            decider.evolve(state, read(record.data), record.at_ms)
        return state

    def events(self, kind: str) -> list[Any]:
        read = Decoder[Any](KINDS[kind].events)
        return [read(record.data) for record in self._records(kind)]

    def _records(self, kind: str) -> list[Any]:
        """All that is committed. The living process has its log for itself: it is asked for it."""
        return list(self._open_logs[kind].read(0))

    def ask(self, kind: str, command: Any) -> Any:
        """The reply; the same key is sent again, to whoever lives there then, until it comes."""
        data = encode(command)
        key = self.random.randbytes(KEY_BYTES)
        item = Item(key, key, "test", Raw(data))
        sent_ms, numbers = -ASK_AGAIN_MS, []
        for _ in range(STEPS_MAX):
            if self.clock.now - sent_ms >= ASK_AGAIN_MS:
                sent_ms = self.clock.now
                self._number += 1
                numbers.append(self._number)
                life = self.lives[kind]
                self._post(GATE, self.homes[kind], encode(Batch(life.stream, life.epoch, self._number, [item])))
            self._step()
            for number in numbers:
                if number in self._told:
                    return self._told[number]
        raise AssertionError(f"no answer to {command}")

    def settle(self, quiet_steps: int = 20) -> None:
        """Until nothing was under way for so many steps of time."""
        quiet = 0
        for _ in range(STEPS_MAX):
            busy = bool(self._network)
            self._step()
            quiet = 0 if busy else quiet + 1
            if quiet >= quiet_steps:
                return
        raise AssertionError("never quiet")

    def pass_time(self, span_ms: int) -> None:
        self.clock.now += span_ms
        self.settle()

    def _step(self) -> None:
        if not self._network:
            self.clock.now += STEP_MS
            for kind in KINDS:
                self._run(kind, lambda life: life.due(life.epoch))
            return
        sender, to, frame = self._network.pop(self.random.randrange(len(self._network)))
        draw = self.random.random()
        if draw < 0.05:
            return  # Lost.
        if draw < 0.15:
            self._network.append((sender, to, frame))  # It comes once more.
        self._deliver(sender, to, decode(frame))

    def _deliver(self, sender: str, to: str, message: Message) -> None:
        if to == GATE:
            if isinstance(message, Answers):
                self._told.setdefault(message.number, read_reply(message.items[0]))
            return
        if to == DIRECTORY:
            if isinstance(message, Open):
                kind = message.stream.partition("-")[0]
                self._subscribers[kind].add(message.asker)
                self._tell(kind, message.asker)
            return
        kind = next((kind for kind, home in self.homes.items() if home == to), "")
        if not kind:
            return  # A process that is gone.
        match message:
            case Batch():
                self._run(kind, lambda life: life.batch(message, sender))
            case Answers():
                self._run(kind, lambda life: life.answers(message))
            case Opened():
                self._run(kind, lambda life: life.opened(message))
            case _:
                pass

    def _run(self, kind: str, handle: Any) -> None:
        life = self.lives[kind]
        try:
            handle(life)
            life.turn(self.clock.now)
        except (Died, Unknown):
            self.logs.crash(life.stream)
            self._open(kind)
            return
        for address, frame in life.outgoing:
            if address != NOWHERE:
                self._post(self.homes[kind], address, frame)
        life.outgoing.clear()

    def _post(self, sender: str, to: str, frame: bytes) -> None:
        self._network.append((sender, to, frame))

    def _open(self, kind: str) -> None:
        self._ports += 1
        stream, home = self._streams[kind], f"127.0.0.1:{self._ports}"
        log = self.logs.open(stream, create=True)
        self._open_logs[kind] = log
        append = log.append

        def appended(expected: int, records: Sequence[Any], remembered: Sequence[Any] = ()) -> None:
            how = self._dies(kind, records)
            if how == "before":
                raise Died
            append(expected, records, remembered)
            if how is not None:
                raise Unknown("dead") if how == "unknown" else Died

        log.append = appended  # type: ignore[method-assign]
        shell = Shell(KINDS[kind], log, self.clock, Room(), LIMITS)
        begin = Begin(stream, self._ports, True, DIRECTORY, Peers(NOWHERE, NOWHERE, ()), 0, b"")
        self.lives[kind] = Entity(KINDS[kind], shell, log, begin, home, EntitySettings(25, 100, 10))
        self.homes[kind] = home
        for asker in self._subscribers[kind]:
            self._tell(kind, asker)

    def _dies(self, kind: str, records: Sequence[Any]) -> str | None:
        death = self.death
        if death is None or death.stream != kind or not any(death.event.encode() in record.data for record in records):
            return None
        self.death = death._replace(nth=death.nth - 1) if death.nth > 1 else None
        if self.death is not None:
            return None
        self.deaths += 1
        return death.how

    def _tell(self, kind: str, asker: str) -> None:
        life = self.lives[kind]
        self._post(DIRECTORY, asker, encode(Opened(life.stream, life.epoch, self.homes[kind])))

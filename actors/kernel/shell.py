"""The shell of every entity: batch in, decide each in order, append once, evolve, answer all.

A command is decided against the state that the batch's earlier commands have already
changed. If the append does not certainly succeed it raises, and the caller must end the
process: the state in memory is ahead of the log, nobody has been told, and the next
process folds the log again (safety rules 1 to 3 and 5).
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple

from msgspec import Raw

from actors.kernel.decider import Decider, State
from actors.kernel.ports import Clock, Room
from actors.kernel.upcasting import EventReader
from actors.messages.codec import Decoder, Malformed, encode
from actors.messages.envelopes import Item, StoredEvent
from actors.messages.refusals import REMEMBERED, Refused
from storage.eventlog import Decision, EventLog, NewRecord, Remembered, Snapshot

FORGET_EVERY_MS = 60_000

log = logging.getLogger(__name__)

NO_ROOM = Refused("no-room", "there is no room for new reservations at the moment; try again later")
KEY_REUSED = Refused("key-reused", "this Idempotency-Key was used with another request")


class Limits(NamedTuple):
    """The shell's share of the settings ``entities``."""

    due_per_turn_max: int
    refusal_memory_ms: int
    refusals_remembered_max: int
    snapshot_every_events: int
    absence_ms_max: int = 5_000
    grace_ms: int = 60_000


class Shell(Generic[State]):
    """One entity: its state, its log and what it has not yet told the projector."""

    def __init__(self, decider: Decider[State], log: EventLog, clock: Clock, room: Room, limits: Limits) -> None:
        self._decider, self._log, self._clock, self._room, self._limits = decider, log, clock, room, limits
        self._decode: Decoder[Any] = Decoder(decider.commands)
        self._read = EventReader(decider.events, decider.lifts)
        self.grace_until_ms = 0
        self._drift_ms = clock.now_ms() - clock.steady_ms()
        self._forgot_at_ms = 0
        self.state, self.version, self._at_ms, self._snapshot_at = self._fold()
        self.fresh: list[StoredEvent] = []
        self.commit_us = 0
        self._records: list[NewRecord] = []
        self._remembered: list[Remembered] = []

    def _fold(self) -> tuple[State, int, int, int]:
        snapshot = self._log.snapshot()
        if snapshot and snapshot.fold_version == self._decider.fold_version:
            state, version, at_ms = self._decider.thaw(snapshot.state), snapshot.position, snapshot.at_ms
        else:
            state, version, at_ms = self._decider.initial(), 0, 0
        start, read, evolve = version, self._read, self._decider.evolve
        for record in self._log.read(version):
            at_ms = record.at_ms
            evolve(state, read(record.data), at_ms)
            version = record.position
        return state, version, at_ms, start

    def now_ms(self) -> int:
        """Event time: the wall clock's, but never before the last event's."""
        return max(self._at_ms, self._clock.now_ms())

    def handle(self, items: Sequence[Item], verdicts: Mapping[int, Any] | None = None) -> list[Raw]:
        """Decides a batch and returns its encoded answers, in order, after one durable append.

        ``verdicts`` holds, by index, refusals of those who were consulted. Raises ``Fenced`` or
        ``Unknown`` (or whatever is a bug): the process must end then.
        """
        now_ms = self.now_ms()
        self._expire(now_ms)
        known = self._log.find([item.key for item in items])
        answered: dict[bytes, tuple[bytes, bytes]] = {}
        answers = []
        for index, item in enumerate(items):
            earlier = answered.get(item.key)
            if earlier is not None:
                answer = earlier[1] if earlier[0] == item.fingerprint else encode(KEY_REUSED)
            elif (found := known.get(item.key)) is not None:
                answer = self._again(item, found)
            else:
                verdict = verdicts.get(index) if verdicts else None
                answer = self._decide(item, now_ms, verdict)
                answered[item.key] = (item.fingerprint, answer)
            answers.append(Raw(answer))
        self._append(now_ms)
        return answers

    def expire(self) -> None:
        """Releases what is due, at most ``due_per_turn_max`` deadlines, in one append."""
        now_ms = self.now_ms()
        self._expire(now_ms)
        self._append(now_ms)

    def record(self, commands: Iterable[Any]) -> None:
        """Decides commands of the entity's own, without keys, in one append; each sees what those before it changed."""
        now_ms = self.now_ms()
        for command in commands:
            outcome = self._decider.decide(self.state, command, now_ms)
            if not isinstance(outcome, Refused):
                self._take(outcome, now_ms, None, None)
        self._append(now_ms)

    def consults(self, items: Sequence[Item]) -> dict[int, Any]:
        """By index, the wishes that must be granted before these items are decided."""
        wishes: dict[int, Any] = {}
        if not self._decider.asks_first:
            return wishes
        for index, item in enumerate(items):
            command = self._decoded(item)
            if not isinstance(command, self._decider.asks_first):
                continue
            wish = self._decider.consult(self.state, command)
            if wish is not None and not self._log.find([item.key]):
                wishes[index] = wish
        return wishes

    def next_deadline_ms(self) -> int:
        """When the entity wants to be woken; 0 for never."""
        deadline_ms = self._decider.next_deadline_ms(self.state)
        return max(deadline_ms, self.grace_until_ms) if deadline_ms else 0

    def snapshot_due(self) -> bool:
        """Whether enough has happened since the last snapshot."""
        return self.version - self._snapshot_at >= self._limits.snapshot_every_events

    def keep_snapshot(self) -> None:
        """Freezes the fold; a cache, so its loss is harmless."""
        if self.version > self._snapshot_at:
            frozen = self._decider.freeze(self.state)
            try:
                self._log.keep_snapshot(Snapshot(self.version, self._at_ms, self._decider.fold_version, frozen))
            except OSError as problem:  # It costs the next life time, nothing else.
                log.warning("snapshot-not-kept", extra={"stream": self._log.stream, "problem": str(problem)})
            self._snapshot_at = self.version

    def _decoded(self, item: Item) -> Any:
        try:
            return self._decode(item.command)
        except Malformed as problem:
            return Refused("invalid", f"this release does not know the command: {problem}")

    def _decide(self, item: Item, now_ms: int, verdict: Any) -> bytes:
        command = self._decoded(item)
        if isinstance(command, Refused):
            return encode(command)
        if verdict is not None and not isinstance(verdict, Refused):
            command = self._decider.informed(command, verdict)
        if isinstance(verdict, Refused):
            outcome: Any = verdict
        elif isinstance(command, self._decider.wants_room) and not self._room.enough():
            outcome = NO_ROOM
        else:
            outcome = self._decider.decide(self.state, command, now_ms)
        if isinstance(outcome, Refused):
            answer = encode(outcome)
            if outcome.reason in REMEMBERED:
                self._remembered.append(Remembered(item.key, item.fingerprint, now_ms, answer))
            return answer
        if outcome:
            self._take(outcome, now_ms, item.key, item.fingerprint)
            return encode(self._decider.answer(self.state, outcome, self.version))
        answer = encode(self._decider.unchanged(self.state, command, self.version))
        self._remembered.append(Remembered(item.key, item.fingerprint, now_ms, answer))
        return answer

    def _again(self, item: Item, found: Decision | Remembered) -> bytes:
        if found.fingerprint != item.fingerprint:
            return encode(KEY_REUSED)
        if isinstance(found, Remembered):
            return found.answer
        events = [self._read(data) for data in found.events]
        state = self._state_at(found.version) if self._decider.answers_from_state else self.state
        return encode(self._decider.answer(state, events, found.version))

    def _state_at(self, version: int) -> State:
        state = self._decider.initial()
        for record in self._log.read(0, version):
            self._decider.evolve(state, self._read(record.data), record.at_ms)
        return state

    def _mind_leaps(self) -> None:
        """A clock that was set gives a grace at once: the directory's, which watches it too, would come too late."""
        wall_ms = self._clock.now_ms()
        drift_ms = wall_ms - self._clock.steady_ms()
        if abs(drift_ms - self._drift_ms) > self._limits.absence_ms_max:
            self.grace_until_ms = max(self.grace_until_ms, wall_ms + self._limits.grace_ms)
            log.warning("clock-leapt", extra={"stream": self._log.stream, "grace_until_ms": self.grace_until_ms})
        self._drift_ms = drift_ms

    def _expire(self, now_ms: int) -> None:
        self._mind_leaps()
        if now_ms < self.grace_until_ms:
            return
        deadline_ms = self._decider.next_deadline_ms(self.state)
        if not deadline_ms or deadline_ms > now_ms:
            return
        for command in self._decider.due(self.state, now_ms, self._limits.due_per_turn_max):
            outcome = self._decider.decide(self.state, command, now_ms)
            if not isinstance(outcome, Refused):
                self._take(outcome, now_ms, None, None)

    def _take(self, events: Sequence[Any], now_ms: int, key: bytes | None, fingerprint: bytes | None) -> None:
        evolve, state = self._decider.evolve, self.state
        for part, event in enumerate(events):
            data = encode(event)
            self._records.append(NewRecord(now_ms, part, key, fingerprint, data))
            key = fingerprint = None
            self.version += 1
            self.fresh.append(StoredEvent(self.version, now_ms, Raw(data)))
            evolve(state, event, now_ms)

    def _append(self, now_ms: int) -> None:
        records, remembered = self._records, self._remembered
        self.commit_us = 0
        if records or remembered:
            started_ns = time.perf_counter_ns()
            self._log.append(self.version - len(records), records, remembered)
            self.commit_us = (time.perf_counter_ns() - started_ns) // 1_000
            self._records, self._remembered = [], []
            self._at_ms = now_ms if records else self._at_ms
        if remembered and now_ms - self._forgot_at_ms >= FORGET_EVERY_MS:
            self._forgot_at_ms = now_ms
            self._log.forget(now_ms - self._limits.refusal_memory_ms, self._limits.refusals_remembered_max)

"""An inventory on a disk that fails, with a client that asks again: fifty seeds, judged from outside.

Each append may be lost, kept without a word, or kept with the answers lost; each time the next life folds the log.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import Raw

from actors.kernel.shell import Limits, Shell
from actors.kernel.upcasting import EventReader, described
from actors.messages.codec import Decoder, encode
from actors.messages.envelopes import Item
from actors.messages.refusals import Refused
from actors.messages.seats import (
    Cancel,
    Configuration,
    Configure,
    Held,
    Reserve,
    SeatCommand,
    SeatReply,
    SeatTerms,
    WaitListed,
)
from actors.seats.kind import SEATS
from storage.eventlog import Unknown
from tests.support.audit import HIDDEN, Event, broken_rules
from tests.support.buyers import Outcome
from tests.support.clock import SetClock
from tests.support.logs import Fault, MemoryEventLogs

STREAM = "seats-cabcdefghijkl"
LIMITS = Limits(
    due_per_turn_max=3, refusal_memory_ms=86_400_000, refusals_remembered_max=1_000, snapshot_every_events=7
)
QUOTA, STEPS, HOLD_MS = 4, 60, 5_000
read: Decoder[Any] = Decoder(SeatReply)


class Room:
    def enough(self) -> bool:
        return True


class Run:
    """One inventory over all its lives, and a client that repeats what it has no answer to."""

    def __init__(self, seed: int, policy: str) -> None:
        self.chance, self.clock, self.logs = random.Random(seed), SetClock(), MemoryEventLogs()
        self.lives = self.keys = 0
        self.outcomes: list[Outcome] = []
        self.told: list[str] = []
        self.crash: Callable[[], bool] = lambda: False
        self.live()
        terms = (SeatTerms("a", "admission", 100, QUOTA),)
        configuration = Configuration(1, "published", "EUR", policy, HOLD_MS, HOLD_MS, 0, 0, terms)  # type: ignore[arg-type]
        self.ask(Configure(configuration))

    def live(self) -> None:
        """The next life folds the log."""
        if self.lives:
            self.logs.crash(STREAM)
        self.lives += 1
        self.shell = Shell(SEATS, self.logs.open(STREAM, create=True), self.clock, Room(), LIMITS)
        if self.chance.random() < 0.5 and self.shell.version:
            self.shell.keep_snapshot()

    def ask(self, *commands: SeatCommand) -> None:
        """A batch, sent until it is answered; some commands are sent again although they were."""
        items = [self._item(command) for command in commands]
        while (answers := self._handled(items)) is None:
            self.live()
        for item, command, answer in zip(items, commands, answers, strict=True):
            self._note(item, command, read(answer))

    def _item(self, command: SeatCommand) -> Item:
        self.keys += 1
        return Item(self.keys.to_bytes(16, "big"), bytes(16), f"key-{self.keys}", Raw(encode(command)))

    def _handled(self, items: list[Item]) -> list[Raw] | None:
        try:
            answers = self.shell.handle(items)
            if self.chance.random() < 0.5:
                assert self.shell.handle(items) == answers
        except Unknown:
            return None
        return None if self.crash() else answers

    def _note(self, item: Item, command: SeatCommand, reply: Any) -> None:
        match command, reply:
            case Reserve(), Held() | WaitListed():
                status = 201 if isinstance(reply, Held) else 202
                lines = [{"seat_type": line.seat_type, "held": line.taken} for line in reply.lines]
                body = {"id": reply.reservation, "version": reply.version, "items": lines}
                self.outcomes.append(Outcome(item.correlation, status, body))
                self.told.append(reply.reservation)
            case Reserve(), Refused():
                self.outcomes.append(Outcome(item.correlation, 409, {}))
            case _:
                pass  # What was cancelled or configured shows in the log.

    def expire(self) -> None:
        try:
            self.shell.expire()
        except Unknown:
            self.live()

    def feed(self) -> list[Event]:
        """The log as the audit feed shows it."""
        reader, events = EventReader(SEATS.events, {}), []
        self.logs.crash(STREAM)
        for record in self.logs.read(STREAM, 0):
            name, fields = described(reader(record.data))
            at = datetime.fromtimestamp(record.at_ms / 1_000, UTC).isoformat(timespec="milliseconds")
            shown = {field: value for field, value in fields.items() if field not in HIDDEN}
            events.append(
                {
                    "cursor": str(record.position), "stream": STREAM, "version": record.position, "at": at,
                    "type": name, "data": shown,
                }
            )  # fmt: skip
        return events

    def step(self, number: int) -> None:
        """A few commands, or time that passes."""
        chance = self.chance
        if chance.random() < 0.3:
            self.clock.now += chance.choice([10, HOLD_MS // 2, HOLD_MS])
            self.expire()
            return
        commands: list[SeatCommand] = []
        for part in range(chance.randint(1, 4)):
            if self.told and chance.random() < 0.3:
                commands.append(Cancel(chance.choice(self.told)))
            else:
                name = f"cabcdefghijkl-r{number}.{part}"
                fewer, keep = chance.random() < 0.3, chance.random() < 0.3
                commands.append(
                    Reserve(name, "", {"a": chance.randint(1, 3)}, fewer, chance.random() < 0.7, keep, "p1")
                )
        self.ask(*commands)


@pytest.mark.parametrize("policy", ["strict", "first_fit"])
@pytest.mark.parametrize("seed", range(50))
def test_whatever_dies_nothing_told_is_lost_and_no_rule_is_broken(seed: int, policy: str) -> None:
    run = Run(seed, policy)
    for number in range(STEPS):
        fault = run.chance.choice([None, None, None, Fault.LOST, Fault.KEPT])
        run.logs.faults.clear()
        if fault is not None:
            run.logs.faults.append(fault)
        lost = [run.chance.random() < 0.2]
        run.crash = lambda lost=lost: bool(lost.pop()) if lost else False  # type: ignore[misc]
        run.step(number)
    run.logs.faults.clear()
    run.clock.now += 3 * HOLD_MS
    for _ in range(STEPS):
        run.expire()
    assert run.lives > STEPS // 6
    feed = run.feed()
    assert any(event["type"] == "seats-offered" for event in feed)
    assert broken_rules(feed, run.outcomes) == []

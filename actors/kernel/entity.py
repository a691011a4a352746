"""An entity between its messages: serves batches, tells projector and timer, keeps its wishes going.

Free of Thespian: what is to be sent is collected in ``outgoing`` and carried by the actor
around it. Waiting is measured in monotonic milliseconds; times in events are the shell's.
"""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import Raw

from actors.kernel.correspondence import Correspondence
from actors.kernel.decider import Decider, Wish
from actors.kernel.hints import Hints
from actors.kernel.histories import Histories
from actors.kernel.pages import page
from actors.kernel.shell import Shell
from actors.kernel.upcasting import EventReader
from actors.messages.codec import Decoder, encode
from actors.messages.envelopes import Answers, Batch, Gone, ReadLog
from actors.messages.histories import ReadState
from actors.messages.lifecycle import Asleep, Begin, Deadline, Opened, Peers, Ready, Released
from actors.messages.refusals import Refused
from storage.eventlog import EventLog

AT_ONCE_MS = 1  # a deadline that has passed long ago: the entity is woken again to keep its wishes going
HELD_MAX = 1_000  # batches whose answers wait for a wish; whoever asked before these has given up
PARKED_MAX = 1_000  # batches that wait for a consultation; each asker has one on its way


class Parked(NamedTuple):
    """A batch that waits until others have been consulted about some of its commands."""

    batch: Batch
    sender: str
    open: dict[int, Wish]
    verdicts: dict[int, Any]


class EntitySettings(NamedTuple):
    """The entity's share of the settings: how often it hints (milliseconds), batch and page sizes (items)."""

    hint_interval_ms: int
    batch_items_max: int
    log_page_items_max: int


class Entity:
    """One awake entity. ``outgoing`` holds ``(address, bytes)`` for the actor to send."""

    def __init__(
        self,
        decider: Decider[Any],
        shell: Shell[Any],
        log: EventLog,
        begin: Begin,
        address: str,
        settings: EntitySettings,
    ) -> None:
        self._decider, self._shell, self._log, self._settings = decider, shell, log, settings
        self._address, self._life = address, begin.life
        self._reader = EventReader(decider.events, decider.lifts)
        self._histories = Histories(decider, log, self._reader)
        self._replies: Decoder[Any] = Decoder(decider.replies) if decider.replies is not None else Decoder(Refused)
        self.stream, self.epoch = log.stream, log.epoch
        self._directory, self._peers = begin.directory, begin.peers
        self._hints = Hints(self.stream, self.epoch, settings.hint_interval_ms)
        self._letters = Correspondence(self.stream, address, settings.batch_items_max)
        self._told_deadline_ms = 0
        self._held: list[tuple[str, Answers]] = []
        self._parked: list[Parked] = []
        self._consulted = 0
        self._asleep = False
        self.outgoing: list[tuple[str, bytes]] = []
        shell.grace_until_ms = begin.grace_until_ms
        if (
            begin.settled_version and begin.settled_version == shell.version
        ):  # Or each waking would wake whoever it talks to.
            self._letters.settle(decider.wishes(shell.state))
        self._send(self._directory, self._ready())
        self._hints.add(shell.version, [])

    def batch(self, batch: Batch, sender: str) -> None:
        """Serves a batch, or parks it behind a consultation. A batch for another life is dropped."""
        if (batch.to, batch.epoch) != (self.stream, self.epoch):
            return
        if self._asleep:
            self._send(sender, Gone(self.stream, self.epoch, batch.number))
        elif self._parked:
            if len(self._parked) < PARKED_MAX:
                self._parked.append(Parked(batch, sender, {}, {}))
        elif wishes := self._consults(batch):
            self._parked.append(Parked(batch, sender, wishes, {}))
        else:
            self._serve(batch, sender, {})

    def _consults(self, batch: Batch) -> dict[int, Wish]:
        wishes = {}
        for index, wish in self._shell.consults(batch.items).items():
            self._consulted += 1
            wishes[index] = wish._replace(name=f"consult/{self._consulted}", fresh=True)
        self._letters.want(wishes.values())
        return wishes

    def _serve(self, batch: Batch, sender: str, verdicts: dict[int, Any]) -> None:
        answers = self._shell.handle(batch.items, verdicts)
        self._held.append((sender, Answers(self.stream, self.epoch, batch.number, answers, self._shell.commit_us)))
        del self._held[:-HELD_MAX]

    def answers(self, answers: Answers) -> None:
        """Answers of others to this entity's wishes, recorded together."""
        self._shell.record(self._settled(self._letters.answered(answers)))

    def _settled(self, settled: list[tuple[Wish, Raw]]) -> Iterator[Any]:
        """The commands that record answered wishes; one at a time, since each may look at what those before changed."""
        for wish, answer in settled:
            reply = self._replies(answer)
            if self._was_consulted(wish, reply):
                continue
            command = self._decider.granted(self._shell.state, wish, reply)
            if command is not None:
                self._letters.forget(wish.name)
                yield command

    def _was_consulted(self, wish: Wish, reply: Any) -> bool:
        """Notes the reply where a parked batch waits for it."""
        for parked in self._parked:
            for index in [index for index, asked in parked.open.items() if asked.name == wish.name]:
                del parked.open[index]
                parked.verdicts[index] = reply
                self._letters.forget(wish.name)
                return True
        return False

    def _unpark(self) -> None:
        while self._parked and not self._parked[0].open:
            parked = self._parked.pop(0)
            self._serve(parked.batch, parked.sender, parked.verdicts)
            if self._parked and (wishes := self._consults(self._parked[0].batch)):
                self._parked[0].open.update(wishes)

    def read_log(self, ask: ReadLog, sender: str) -> None:
        """Answers with a page of the log."""
        if (ask.to, ask.epoch) != (self.stream, self.epoch):
            return
        if self._asleep:
            self._send(sender, Gone(self.stream, self.epoch, ask.number))
        else:
            self._send(sender, page(self._log, self._reader, ask, self._settings.log_page_items_max))

    def read_state(self, ask: ReadState, sender: str) -> None:
        """Answers with how it stood at a time, or that it is on the way there."""
        if (ask.to, ask.epoch) != (self.stream, self.epoch):
            return
        self._send(sender, Gone(self.stream, self.epoch, ask.number) if self._asleep else self._histories.answer(ask))

    def due(self, epoch: int) -> None:
        """The timer says that a deadline may have passed: release what the log says is due."""
        if epoch == self.epoch and not self._asleep:
            self._told_deadline_ms = 0
            self._shell.expire()

    def ping(self, epoch: int) -> None:
        """The directory asks for a sign of life."""
        if epoch == self.epoch and not self._asleep:
            self._send(self._directory, self._ready())

    def sleep(self, epoch: int) -> None:
        """Closes the log; what was decided is answered, later batches are ``Gone``."""
        if epoch != self.epoch or self._asleep:
            return
        self._release_answers()
        self._tell_projector(None)
        open_wishes = any(self._letters.is_open(wish) for wish in self._decider.wishes(self._shell.state))
        deadline_ms = AT_ONCE_MS if open_wishes else self._shell.next_deadline_ms()
        self._shell.keep_snapshot()
        self._log.close()
        self._asleep = True
        for parked in self._parked:
            self._send(parked.sender, Gone(self.stream, self.epoch, parked.batch.number))
        for sender, answers in self._held:  # Asked again, the next life finds in the log what was decided.
            self._send(sender, Gone(self.stream, self.epoch, answers.number, decided=True))
        settled_version = 0 if open_wishes else self._shell.version
        self._send(self._directory, Asleep(self.stream, self._life, self.epoch, deadline_ms, settled_version))

    def grace(self, epoch: int, until_ms: int) -> None:
        """Nothing expires before ``until_ms``."""
        if epoch == self.epoch:
            self._shell.grace_until_ms = max(self._shell.grace_until_ms, until_ms)
            self._told_deadline_ms = 0

    def peers(self, peers: Peers) -> None:
        """The node's services live elsewhere now: tell the new ones what they need to know."""
        if peers.projector != self._peers.projector:
            self._hints.again()
        if peers.timer != self._peers.timer:
            self._told_deadline_ms = 0
        self._peers = peers

    def projected(self, epoch: int) -> None:
        """The projector took the last hint."""
        if epoch == self.epoch:
            self._hints.answered()

    def opened(self, news: Opened) -> None:
        """Another entity lives here now."""
        self._letters.opened(news)

    def closed(self, stream: str, epoch: int, *, answer: bool) -> None:
        """Another entity has gone, or is going, to sleep (then the directory waits for our ``Released``)."""
        self._letters.closed(stream, epoch)
        if answer:
            self._send(self._directory, Released(stream, epoch, self._address))

    def turn(self, now_ms: int) -> None:
        """After every message: collect what there is to tell."""
        if self._asleep:
            return
        self._unpark()
        self._letters.want(self._decider.wishes(self._shell.state))
        for address, message in self._letters.outgoing(now_ms):
            self._send(address or self._directory, message)
        self._release_answers()
        self._tell_projector(now_ms)
        deadline_ms = self._shell.next_deadline_ms()
        if self._peers.timer and deadline_ms and (not self._told_deadline_ms or deadline_ms < self._told_deadline_ms):
            self._told_deadline_ms = deadline_ms
            self._send(self._peers.timer, Deadline(self.stream, self.epoch, deadline_ms))
        if self._shell.snapshot_due():
            self._shell.keep_snapshot()

    def wait_ms(self, now_ms: int) -> int | None:
        """How long until ``turn`` should run again by itself; ``None`` for not."""
        if self._asleep:
            return None
        waits = [self._hints.wait_ms(now_ms)] if self._hints.open and self._peers.projector else []
        letters_ms = self._letters.wait_ms(now_ms)
        return min([*waits, letters_ms] if letters_ms is not None else waits, default=None)

    def close(self) -> None:
        """The process is about to exit."""
        if not self._asleep:
            self._log.close()

    def _tell_projector(self, now_ms: int | None) -> None:
        """Tells what it is time to tell; without a time, all of it."""
        if self._shell.fresh:
            self._hints.add(self._shell.version, self._shell.fresh)
            self._shell.fresh = []
        # A service that is being replaced has no address; its successor is told everything by ``peers``.
        if self._peers.projector:
            hint = self._hints.last() if now_ms is None else self._hints.next(now_ms)
            if hint is not None:
                self._send(self._peers.projector, hint)

    def _release_answers(self) -> None:
        if any(w.before_answers and self._letters.is_open(w) for w in self._decider.wishes(self._shell.state)):
            return
        for sender, answers in self._held:
            self._send(sender, answers)
        self._held.clear()

    def _ready(self) -> Ready:
        return Ready(self.stream, self._life, self.epoch, self._shell.version, os.getpid())

    def _send(self, address: str, message: Any) -> None:
        self.outgoing.append((address, encode(message)))

"""Sends commands to entities in batches and brings each its answer.

One batch per target is on its way at a time; the next forms meanwhile, so batches grow
with the load and latency does not. Pure loop-thread code: what leaves goes through
``send(address, data)`` and ``open(stream, create)``, what arrives comes as messages
to ``opened``, ``unopened``, ``closing``, ``answers``, ``gone`` and ``looked``.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from msgspec import Raw

from actors.messages.codec import encode
from actors.messages.envelopes import Answers, Batch, Gone, Item, LogPage, ReadLog
from actors.messages.histories import ReadState, StateThen
from actors.messages.lifecycle import Closing, Opened, Unopened
from gateway.lanes import Lane, Terms
from gateway.ports import Busy, Done, EntityFailure, Frame, Loop


class BatchLimits(NamedTuple):
    """Every limit of the write path; spans are milliseconds."""

    batch_items_max: int = 512
    batch_bytes_max: int = 1 << 20
    waiting_max: int = 4096  # commands per entity
    reads_waiting_max: int = 16  # log pages asked of one entity
    lanes_max: int = 1024  # streams spoken to
    reply_ms_max: int = 2000
    open_ms_max: int = 5000
    probe_ms: int = 1000  # how often a silent entity is reported again
    tick_ms: int = 50  # how exact the spans above are


LIMITS = BatchLimits()


def _encode_batch(stream: str, epoch: int, number: int, items: Sequence[Any]) -> bytes:
    return encode(Batch(stream, epoch, number, list(items)))


Look = Callable[[str, int, int], ReadLog | ReadState]
"""Makes the message that asks a stream of an epoch under a number."""


def _encode_read(stream: str, epoch: int, number: int, items: Sequence[Any]) -> bytes:
    look: Look = items[0]
    return encode(look(stream, epoch, number))


def _nothing(_stream: str, _epoch: int) -> None:
    """For joints that are not connected."""


class Batcher:
    """The lanes to all entities. ``suspect(stream, epoch)`` is told of silent ones, at most once per probe.

    A stalled lane opens again when its entity answers late, or by ``opened`` with the same
    (the entity is well after all) or a newer epoch: whoever hears ``suspect`` must see to one of these.
    ``released(stream, epoch)`` tells that nothing more goes to a closing epoch.
    """

    def __init__(
        self,
        loop: Loop,
        send: Callable[[str, bytes], None],
        open: Callable[[str, bool], None],
        limits: BatchLimits = LIMITS,
        *,
        suspect: Callable[[str, int], None] = _nothing,
        released: Callable[[str, int], None] = _nothing,
    ) -> None:
        self._loop, self._limits, self._released = loop, limits, released
        self._commands: dict[str, Lane] = {}
        self._reads: dict[str, Lane] = {}
        self._ticking = False
        self._used: set[str] = set()
        self.dropped = 0
        self.batches = self.commands = 0
        self._command_terms = Terms(
            encode=self._counted_batch,
            send=send,
            open=open,
            suspect=suspect,
            soon=loop.call_soon,
            now=loop.time,
            items_max=limits.batch_items_max,
            bytes_max=limits.batch_bytes_max,
            waiting_max=limits.waiting_max,
            reply_s_max=limits.reply_ms_max / 1000,
            open_s_max=limits.open_ms_max / 1000,
            probe_s=limits.probe_ms / 1000,
            first_number=1,
        )
        self._read_terms = self._command_terms._replace(
            encode=_encode_read, items_max=1, waiting_max=limits.reads_waiting_max, first_number=2
        )

    def _counted_batch(self, stream: str, epoch: int, number: int, items: Sequence[Any]) -> bytes:
        self.batches += 1
        self.commands += len(items)
        if len(self._used) < self._limits.lanes_max:
            self._used.add(stream)
        return _encode_batch(stream, epoch, number, items)

    def post(self, stream: str, key: bytes, fingerprint: bytes, correlation: str, command: bytes, done: Done) -> None:
        """Sends a command; ``done`` hears of its end. Raises ``Busy``."""
        lane = self._commands.get(stream) or self._new_lane(self._commands, stream, self._command_terms)
        lane.put(Item(key, fingerprint, correlation, Raw(command)), len(command), done)
        if not self._ticking:
            self._tick_later()

    def ask(
        self,
        stream: str,
        key: bytes,
        fingerprint: bytes,
        correlation: str,
        command: bytes,
        *,
        create: bool = False,
    ) -> asyncio.Future[Frame]:
        """As ``post``, with a future; ``create`` allows a stream that has no log yet."""
        future: asyncio.Future[Frame] = self._loop.create_future()
        self.post(stream, key, fingerprint, correlation, command, _resolving(future))
        if create:
            self._commands[stream].create = True
        return future

    def read_log(self, stream: str, after: int, limit: int) -> asyncio.Future[LogPage]:
        """A page of the stream's described events after a position. Raises ``Busy``."""
        return self._look(stream, lambda to, epoch, number: ReadLog(to, epoch, number, after, limit, True))

    def read_state(self, stream: str, at_ms: int, after: str, limit: int) -> asyncio.Future[StateThen]:
        """How the stream stood at a time, if its entity has come so far with looking. Raises ``Busy``."""
        return self._look(stream, lambda to, epoch, number: ReadState(to, epoch, number, at_ms, after, limit))

    def _look(self, stream: str, look: Look) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._loop.create_future()
        lane = self._reads.get(stream) or self._new_lane(self._reads, stream, self._read_terms)
        lane.put(look, 0, _resolving(future))
        if not self._ticking:
            self._tick_later()
        return future

    def _new_lane(self, lanes: dict[str, Lane], stream: str, terms: Terms) -> Lane:
        if len(lanes) >= self._limits.lanes_max:
            resting = next((name for name, lane in lanes.items() if lane.idle), None)
            if resting is None:
                raise Busy(f"{len(lanes)} streams are busy")
            del lanes[resting]
        lane = lanes[stream] = Lane(stream, terms)
        other = (self._reads if lanes is self._commands else self._commands).get(stream)
        if other is not None and other.address is not None:
            lane.opened(other.epoch, other.address)
        return lane

    def _lanes_of(self, stream: str) -> list[Lane]:
        return [lanes[stream] for lanes in (self._commands, self._reads) if stream in lanes]

    def opened(self, news: Opened) -> None:
        """The stream lives at this address: the answer to ``open``, or its replacement."""
        for lane in self._lanes_of(news.stream):
            if not lane.opened(news.epoch, news.address):
                self.dropped += 1

    def unopened(self, news: Unopened) -> None:
        """The stream is not served."""
        for lane in self._lanes_of(news.stream):
            lane.unopened(news.unknown, news.problem)
        if news.unknown:  # Nobody can be waiting; the name may have been a stranger's guess.
            self._commands.pop(news.stream, None)
            self._reads.pop(news.stream, None)

    def closing(self, news: Closing) -> None:
        """Nothing more may go to this epoch; what waits goes to the next one."""
        clear = [lane.closing(news.epoch) for lane in self._lanes_of(news.stream)]
        if all(clear):
            self._released(news.stream, news.epoch)

    def answers(self, news: Answers) -> None:
        """The answers to a batch. One that is not waited for is dropped and counted."""
        lane = self._commands.get(news.stream)
        if lane is None or not lane.answered(news.epoch, news.number, news.items):
            self.dropped += 1

    def looked(self, news: LogPage | StateThen) -> None:
        """The answer to a ``ReadLog`` or a ``ReadState``."""
        lane = self._reads.get(news.stream)
        if lane is None or not lane.answered(news.epoch, news.number, (news,)):
            self.dropped += 1

    def gone(self, news: Gone) -> None:
        """The entity sleeps and gave no answer: open the stream again and send it there."""
        if not any(lane.gone(news.epoch, news.number, decided=news.decided) for lane in self._lanes_of(news.stream)):
            self.dropped += 1

    @property
    def waiting(self) -> int:
        """Commands that are neither answered nor failed."""
        return sum(len(lane.waiting) + len(lane.outstanding) for lane in self._commands.values())

    def used(self) -> list[str]:
        """Streams that a batch went to since the last call."""
        used, self._used = self._used, set()
        return sorted(used)

    def _tick_later(self) -> None:
        self._ticking = True
        self._loop.call_later(self._limits.tick_ms / 1000, self._tick)

    def _tick(self) -> None:
        """One timer for everything that waits, however much that is."""
        self._ticking = False
        now, busy = self._loop.time(), False
        for lane in [*self._commands.values(), *self._reads.values()]:
            if not lane.idle:
                busy = True
                lane.expire(now)
        if busy:
            self._tick_later()


def _resolving(future: asyncio.Future[Any]) -> Callable[[Any], None]:
    def done(result: Any) -> None:
        if future.done():  # Its asker has gone.
            return
        if isinstance(result, EntityFailure):
            future.set_exception(result)
        else:
            future.set_result(result)

    return done

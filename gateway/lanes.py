"""A lane: the way to one entity, with one message outstanding at a time.

Thespian delivers at least sometimes: a message or its answer can be lost, come twice,
or come from a process that is no longer the stream's writer. So a lane has at most one
message on its way, knows it by epoch and number, sends it again only to a new epoch
(each command carries its key, so twice is once), and when the answer stays out it tells
the truth: unknown for what was sent, busy for what was not.
"""

import secrets
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from gateway.ports import Busy, EntityFailure, OutcomeUnknown, Unavailable, UnknownStream

REFUSED_S = 0.25  # how long a stream that could not be opened is not asked for again
NUMBER_BITS = 40
RESENDS_MAX = 3  # of one message to ever newer epochs: a command that kills its entity must not kill it forever

Waiting = tuple[Any, Callable[[Any], None], int]
"""What is to be sent, who hears of its end, and its size in bytes."""


class Terms(NamedTuple):
    """What is the same for all lanes of a kind. Spans are seconds."""

    encode: Callable[[str, int, int, Sequence[Any]], bytes]
    send: Callable[[str, bytes], None]
    open: Callable[[str, bool], None]
    suspect: Callable[[str, int], None]
    soon: Callable[..., object]
    now: Callable[[], float]
    items_max: int
    bytes_max: int
    waiting_max: int
    reply_s_max: float
    open_s_max: float
    probe_s: float
    first_number: int  # Lanes of one kind count odd, of the other even: an answer can't be taken for the other's.


class Lane:
    """All that waits for, or is on its way to, one stream's entity. Loop thread only."""

    __slots__ = (
        "_armed",
        "_terms",
        "address",
        "closed_epoch",
        "create",
        "due_at",
        "epoch",
        "maybe_done",
        "number",
        "opening",
        "outstanding",
        "problem",
        "refused_until",
        "resends",
        "stalled",
        "stream",
        "waiting",
    )

    def __init__(self, stream: str, terms: Terms) -> None:
        self.stream, self._terms = stream, terms
        self.address: str | None = None
        self.epoch = 0
        self.closed_epoch = 0  # Epochs up to this one take nothing more.
        # A gateway may have the address of one that died, and a lane the place of one that was dropped: their
        # late answers must not be taken for this one's.
        self.number = terms.first_number + 2 * secrets.randbits(NUMBER_BITS)
        self.waiting: deque[Waiting] = deque()
        self.outstanding: list[Waiting] = []
        self.maybe_done = False  # Whether the outstanding items may have been decided.
        self.resends = 0
        self.problem = ""  # Why the stream could not be opened,
        self.refused_until = 0.0  # and until when nobody asks again.
        self.due_at = 0.0  # Meaningful while opening, outstanding or stalled.
        self.opening = self.stalled = self.create = self._armed = False

    @property
    def idle(self) -> bool:
        return not (self.waiting or self.outstanding or self.opening or self.stalled)

    def put(self, item: Any, size: int, done: Callable[[Any], None]) -> None:
        """Takes an item for one of the next messages. Raises ``Busy`` or ``Unavailable``."""
        if self.stalled:
            raise Busy(f"{self.stream} does not answer")
        if len(self.waiting) >= self._terms.waiting_max:
            raise Busy(f"{self.stream} has {len(self.waiting)} commands waiting")
        if self.refused_until and self._terms.now() < self.refused_until:
            raise Unavailable(self.problem)
        self.waiting.append((item, done, size))
        if not self._armed and not self.outstanding:
            self._armed = True
            self._terms.soon(self._next)

    def _next(self) -> None:
        """Forms the next message from what waits, or opens the stream first."""
        self._armed = False
        if self.outstanding or self.stalled or not self.waiting:
            return
        if self.address is None:
            self._reopen()
            return
        terms, waiting, taken, size = self._terms, self.waiting, self.outstanding, 0
        while waiting and len(taken) < terms.items_max:
            size += waiting[0][2]
            if size > terms.bytes_max and taken:
                break
            taken.append(waiting.popleft())
        self.resends = 0
        self.due_at = terms.now() + terms.reply_s_max
        self._send(self.address)

    def _send(self, address: str) -> None:
        self.number += 2
        self.maybe_done = True
        items = [item for item, _, _ in self.outstanding]
        self._terms.send(address, self._terms.encode(self.stream, self.epoch, self.number, items))

    def _reopen(self) -> None:
        if not self.opening:
            self.opening = True
            if not self.outstanding:  # Else its own deadline goes on.
                self.due_at = self._terms.now() + self._terms.open_s_max
            self._terms.open(self.stream, self.create)

    def answered(self, epoch: int, number: int, results: Sequence[Any]) -> bool:
        """The entity's answer; ``False`` when it is not the one this lane waits for."""
        if (epoch, number) != (self.epoch, self.number):
            return False
        if self.stalled:  # It came late: its items were told "unknown", but the entity lives.
            self.stalled = False
            return True
        if not self.outstanding or len(results) != len(self.outstanding):
            return False
        answered, self.outstanding = self.outstanding, []
        try:
            self._next()  # First, so that the entity works while the answers are written.
        finally:  # They are known whether or not more can be sent.
            for (_, done, _), result in zip(answered, results, strict=True):
                done(result)
        return True

    def opened(self, epoch: int, address: str) -> bool:
        """The stream is served at ``address``; ``False`` when that is old news."""
        if epoch < self.epoch or epoch <= self.closed_epoch:
            return False
        newer = epoch > self.epoch
        self.epoch, self.address = epoch, address
        self.opening = self.stalled = self.create = False
        self.refused_until = 0.0
        if self.outstanding and (newer or not self.maybe_done):
            if self.resends >= RESENDS_MAX:
                self._give_up()
            else:
                self.resends += 1
                self._send(address)
                return True
        self._next()
        return True

    def gone(self, epoch: int, number: int, *, decided: bool = False) -> bool:
        """The entity has closed its log and gave the message no answer: it goes to the next epoch."""
        if (epoch, number) != (self.epoch, self.number):
            return False
        self.stalled = False
        self.closing(epoch)
        if self.outstanding:
            # What an earlier epoch may have decided is settled by its key in the next one.
            self.maybe_done = decided or self.resends > 0
            self._reopen()
        return True

    def closing(self, epoch: int) -> bool:
        """Nothing more may be sent to ``epoch``. Returns whether nothing is on its way there either."""
        self.closed_epoch = max(self.closed_epoch, epoch)
        if epoch >= self.epoch:
            self.address = None
        return not self.outstanding

    def unopened(self, unknown: bool, problem: str) -> None:
        """The stream is not served: all that waits hears it."""
        self.opening = self.stalled = False
        self.address = None
        self.problem, self.refused_until = problem, self._terms.now() + REFUSED_S
        failure = UnknownStream(self.stream) if unknown else Unavailable(problem)
        self._fail_outstanding(failure)
        self._fail_waiting(failure)

    def expire(self, now: float) -> None:
        """Called at times: ends what has waited too long; a stalled lane asks again."""
        if now < self.due_at:
            return
        if self.outstanding:
            self.stalled = True  # No further message, or sends pile up and mute the whole process.
            self._give_up()
        if self.opening or self.stalled:
            self._fail_waiting(Busy(f"{self.stream} does not answer"))
        self.opening = False
        if self.stalled:
            self.due_at = now + self._terms.probe_s
            self._terms.suspect(self.stream, self.epoch)

    def _give_up(self) -> None:
        self._fail_outstanding(Busy(f"{self.stream} does not answer"))

    def _fail_outstanding(self, undone: EntityFailure) -> None:
        failed, self.outstanding = self.outstanding, []
        failure = OutcomeUnknown(self.stream) if self.maybe_done else undone
        for _, done, _ in failed:
            done(failure)

    def _fail_waiting(self, failure: EntityFailure) -> None:
        failed, self.waiting = self.waiting, deque()
        for _, done, _ in failed:
            done(failure)

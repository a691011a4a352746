"""Folds of a log up to an earlier time, a stretch at each ask, so that nobody who commands waits for one.

A fold that has come to its time is kept for a while: the parts of a long answer are all of one state.
"""

from typing import Any

from msgspec import Raw

from actors.kernel.decider import Decider
from actors.kernel.upcasting import EventReader, described
from actors.messages.codec import encode
from actors.messages.histories import ReadState, StateThen
from storage.eventlog import EventLog

EVENTS_PER_ASK = 5_000
"""Some 20 ms of the entity's time."""

KEPT_MAX = 2
"""Each is a whole state; the one asked for longest ago goes first."""

PARTS_MAX = 200
"""Of what a state has many of, in one answer."""

NOTHING = Raw(encode(None))


class _Fold:
    """One fold on its way."""

    def __init__(self, state: Any, version: int) -> None:
        self.state, self.version = state, version
        self.done = False


class Histories:
    """The folds that one entity has at hand."""

    def __init__(self, decider: Decider[Any], log: EventLog, reader: EventReader) -> None:
        self._decider, self._log, self._read = decider, log, reader
        self._folds: dict[int, _Fold] = {}

    def answer(self, ask: ReadState) -> StateThen:
        """Goes on with the fold, and says how it stood then if it has come so far. Raises ``NotWhole``."""
        fold = self._folds.pop(ask.at_ms, None) or self._begun(ask.at_ms)
        self._folds[ask.at_ms] = fold
        if len(self._folds) > KEPT_MAX:
            del self._folds[next(iter(self._folds))]
        self._advance(fold, ask.at_ms)
        stream, epoch, number = self._log.stream, self._log.epoch, ask.number
        if not fold.done or fold.version == 0:
            return StateThen(stream, epoch, number, fold.done, fold.version, NOTHING, "")
        limit = min(max(ask.limit, 1), PARTS_MAX)
        state, following = self._decider.then(fold.state, fold.version, ask.after, limit)
        return StateThen(stream, epoch, number, True, fold.version, Raw(encode(described(state)[1])), following)

    def _begun(self, at_ms: int) -> _Fold:
        """From the snapshot if it is old enough, else from the beginning."""
        snapshot = self._log.snapshot()
        if snapshot and snapshot.fold_version == self._decider.fold_version and snapshot.at_ms <= at_ms:
            return _Fold(self._decider.thaw(snapshot.state), snapshot.position)
        return _Fold(self._decider.initial(), 0)

    def _advance(self, fold: _Fold, at_ms: int) -> None:
        if fold.done:
            return
        number = 0
        for record in self._log.read(fold.version, EVENTS_PER_ASK):
            if record.at_ms > at_ms:
                fold.done = True
                return
            self._decider.evolve(fold.state, self._read(record.data), record.at_ms)
            fold.version = record.position
            number += 1
        fold.done = number < EVENTS_PER_ASK

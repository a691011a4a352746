"""Whatever is done to a log, the SQLite adapter and the fake answer alike."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from storage.eventlog import EventLog, NewRecord, Remembered, Snapshot
from storage.sqlite.eventlog import SqliteEventLogs
from tests.storage.contract_eventlog import STREAM, key
from tests.support.logs import MemoryEventLogs

FRESH = st.integers(0, 10**6).map(key)
DATA = st.binary(max_size=40)
DECISIONS = st.lists(st.tuples(st.none() | FRESH, st.lists(DATA, min_size=1, max_size=4)), max_size=5)


class Twins(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.places = (SqliteEventLogs(Path(self.folder.name)), MemoryEventLogs())
        self.asked = {key(0)}
        self.now_ms = 0
        self.logs: list[EventLog] = [place.open(STREAM, create=True) for place in self.places]

    def teardown(self) -> None:
        for log in self.logs:
            log.close()
        self.folder.cleanup()

    @rule(decisions=DECISIONS, answers=st.lists(st.tuples(FRESH, DATA), max_size=3))
    def append(self, decisions: list[tuple[bytes | None, list[bytes]]], answers: list[tuple[bytes, bytes]]) -> None:
        self.now_ms += 1
        records = [
            NewRecord(self.now_ms, part, name if part == 0 else None, name if part == 0 else None, data)
            for name, events in decisions
            for part, data in enumerate(events)
        ]
        remembered = [Remembered(name, name, self.now_ms, answer) for name, answer in answers]
        self.asked |= {name for name, _events in decisions if name} | {name for name, _answer in answers}
        outcomes = set()
        for log in self.logs:
            try:
                log.append(log.head, records, remembered)
                outcomes.add("kept")
            except ValueError:
                outcomes.add("repeated")
        assert len(outcomes) == 1

    @rule(with_snapshot=st.booleans(), read_first=st.booleans())
    def reopen(self, with_snapshot: bool, read_first: bool) -> None:
        for log in self.logs:
            log.close()
        self.logs = [place.open(STREAM, create=False) for place in self.places]
        if with_snapshot:
            kept = [log.snapshot() for log in self.logs]
            assert kept[0] == kept[1]
        if read_first:
            self.both_read_alike()

    @rule(back=st.integers(0, 5))
    def keep_snapshot(self, back: int) -> None:
        for log in self.logs:
            if log.head > back:
                log.keep_snapshot(Snapshot(log.head - back, self.now_ms, 1, b"%d" % log.head))

    @rule(after=st.integers(0, 20), limit=st.none() | st.integers(0, 9))
    def pages_are_alike(self, after: int, limit: int | None) -> None:
        pages = [list(log.read(after, limit)) for log in self.logs]
        assert pages[0] == pages[1]

    @rule()
    def keys_are_known_alike(self) -> None:
        found = [log.find(sorted(self.asked)) for log in self.logs]
        assert found[0] == found[1]

    def both_read_alike(self) -> None:
        contents = [list(log.read(0)) for log in self.logs]
        assert contents[0] == contents[1]

    @invariant()
    def heads_are_alike(self) -> None:
        first, second = ((log.head, log.epoch, log.last_at_ms) for log in self.logs)
        assert first == second


TestTwins = Twins.TestCase
TestTwins.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)

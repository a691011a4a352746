"""The fake keeps the contract, and its switches do what they say."""

import pytest

from storage.eventlog import Decision, EventLogs, Fenced, NotWhole, Unknown
from tests.storage.contract_eventlog import STREAM, EventLogContract, contents, event, keep, key
from tests.support.logs import Fault, MemoryEventLogs


class TestMemoryEventLogs(EventLogContract):
    @pytest.fixture
    def logs(self) -> EventLogs:
        return MemoryEventLogs()


@pytest.mark.parametrize(("fault", "kept"), [(Fault.LOST, []), (Fault.KEPT, [b"event 1"])])
def test_an_unknown_append_was_kept_or_not(fault: Fault, kept: list[bytes]) -> None:
    logs = MemoryEventLogs()
    log = logs.open(STREAM, create=True)
    logs.faults.append(fault)
    with pytest.raises(Unknown):
        keep(log, event(1))
    with pytest.raises(Unknown):
        log.find([key(1)])
    logs.crash(STREAM)
    assert contents(logs.open(STREAM, create=False)) == kept


def test_a_full_disk_keeps_nothing_until_there_is_room() -> None:
    logs = MemoryEventLogs()
    log = logs.open(STREAM, create=True)
    logs.full = True
    with pytest.raises(Unknown):
        keep(log, event(1))
    logs.crash(STREAM)
    with pytest.raises(Unknown):
        logs.open(STREAM, create=False)
    logs.full = False
    again = logs.open(STREAM, create=False)
    keep(again, event(1))
    assert again.find([key(1)]) == {key(1): Decision(key(1_000_001), 1, (b"event 1",))}


def test_without_exclusion_the_second_writer_fences_the_first() -> None:
    logs = MemoryEventLogs(exclusive=False)
    zombie = logs.open(STREAM, create=True)
    keep(logs.open(STREAM, create=False), event(1))
    for expected in (0, 1):
        with pytest.raises(Fenced):
            zombie.append(expected, [event(2)])


def test_what_comes_before_an_append_is_told_its_stream() -> None:
    logs = MemoryEventLogs()
    asked: list[str] = []
    logs.before_append = asked.append
    keep(logs.open(STREAM, create=True), event(1))
    assert (asked, logs.appends) == ([STREAM], 1)


def test_damage_is_found_at_its_position() -> None:
    logs = MemoryEventLogs()
    log = logs.open(STREAM, create=True)
    keep(log, event(1), event(2))
    log.close()
    logs.damage(STREAM, 2)
    assert logs.verify(STREAM).position == 2
    with pytest.raises(NotWhole, match="at position 2"):
        logs.open(STREAM, create=False)

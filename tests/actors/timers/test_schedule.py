"""The schedule wakes each stream at its earliest deadline, in order, and never keeps two entries for one."""

from hypothesis import given
from hypothesis import strategies as st

from actors.timers.schedule import Schedule


def test_the_earliest_deadline_of_a_stream_counts() -> None:
    schedule = Schedule()
    schedule.wake("a", 50)
    schedule.wake("a", 20)
    schedule.wake("a", 90)
    assert schedule.due(19, 10) == []
    assert schedule.due(20, 10) == ["a"]
    assert schedule.due(1_000, 10) == []


def test_streams_come_in_the_order_of_their_deadlines_and_at_most_as_many_as_asked_for() -> None:
    schedule = Schedule()
    for stream, at_ms in (("c", 3), ("a", 1), ("b", 2)):
        schedule.wake(stream, at_ms)
    assert schedule.due(10, 2) == ["a", "b"]
    assert schedule.next_ms() == 3


def test_an_empty_schedule_wakes_nobody() -> None:
    assert Schedule().next_ms() is None


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 50)), max_size=40))
def test_every_stream_wakes_exactly_once_at_its_earliest_deadline(entries: list[tuple[str, int]]) -> None:
    schedule = Schedule()
    earliest: dict[str, int] = {}
    for stream, at_ms in entries:
        schedule.wake(stream, at_ms)
        earliest[stream] = min(at_ms, earliest.get(stream, at_ms))
    woken = {stream: now for now in range(51) for stream in schedule.due(now, 10)}
    assert woken == earliest
    assert len(schedule) == 0

"""Hints to the projector: prompt when it is quiet, few under load, never two on their way."""

from msgspec import Raw

from actors.kernel.hints import ANSWER_WITHIN_MS, EVENTS_PER_HINT_MAX, Hints
from actors.messages.envelopes import Appended, StoredEvent


def event(version: int) -> StoredEvent:
    return StoredEvent(version, 0, Raw(b"\x90"))


def test_the_first_event_is_told_at_once_and_those_of_the_next_moments_together() -> None:
    hints = Hints("seats-a", 1, interval_ms=25)
    hints.add(1, [event(1)])
    assert hints.next(100) == Appended("seats-a", 1, 1, [event(1)])
    hints.answered()
    hints.add(2, [event(2)])
    assert hints.next(110) is None
    assert hints.wait_ms(110) == 15
    hints.add(3, [event(3)])
    assert hints.next(125) == Appended("seats-a", 1, 3, [event(2), event(3)])


def test_a_second_hint_waits_until_the_first_is_answered_or_lost() -> None:
    hints = Hints("seats-a", 1, interval_ms=25)
    hints.add(1, [event(1)])
    hints.next(0)
    hints.add(2, [event(2)])
    assert hints.next(1_000) is None
    assert hints.next(ANSWER_WITHIN_MS) == Appended("seats-a", 1, 2, [event(2)])


def test_nothing_is_told_twice() -> None:
    hints = Hints("seats-a", 1, interval_ms=25)
    hints.add(1, [event(1)])
    hints.next(0)
    hints.answered()
    assert hints.next(1_000) is None
    assert not hints.open


def test_when_the_projector_is_too_slow_the_hint_says_only_where_the_log_stands() -> None:
    hints = Hints("seats-a", 1, interval_ms=25)
    hints.add(EVENTS_PER_HINT_MAX + 1, [event(v) for v in range(1, EVENTS_PER_HINT_MAX + 2)])
    assert hints.next(0) == Appended("seats-a", 1, EVENTS_PER_HINT_MAX + 1, [])


def test_another_projector_is_told_where_the_log_stands() -> None:
    hints = Hints("seats-a", 1, interval_ms=25)
    hints.add(1, [event(1)])
    hints.next(0)
    hints.again()
    assert hints.next(100) == Appended("seats-a", 1, 1, [])


def test_a_hint_without_an_answer_is_told_again_also_when_nothing_follows() -> None:
    hints = Hints("seats-a", 1, interval_ms=25)
    hints.add(1, [event(1)])
    hints.next(0)
    assert hints.open
    assert hints.next(ANSWER_WITHIN_MS) == Appended("seats-a", 1, 1, [])
    hints.answered()
    assert not hints.open


def test_the_last_hint_before_a_sleep_waits_for_nothing() -> None:
    hints = Hints("seats-a", 1, interval_ms=25)
    hints.add(1, [event(1)])
    hints.next(0)
    hints.add(2, [event(2)])
    assert hints.last() == Appended("seats-a", 1, 2, [event(2)])

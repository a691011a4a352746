"""What the read models miss is asked for until it has come, whatever message is lost on the way."""

from actors.projections.backlog import ASK_AGAIN_MS, WAKE_AGAIN_MS, WAKING_MAX, Backlog

HOME, NEXT_HOME = "127.0.0.1:5", "127.0.0.1:6"


def test_an_entity_is_asked_for_one_page_at_a_time() -> None:
    backlog = Backlog()
    assert backlog.behind("seats-a", 1, HOME, 0)
    assert not backlog.behind("seats-a", 1, HOME, ASK_AGAIN_MS - 1)
    backlog.heard("seats-a")
    assert backlog.behind("seats-a", 1, HOME, ASK_AGAIN_MS - 1)


def test_a_page_that_never_comes_is_asked_for_again_without_another_hint() -> None:
    backlog = Backlog()
    backlog.behind("seats-a", 1, HOME, 0)
    assert backlog.to_ask(ASK_AGAIN_MS - 1) == []
    (asked,) = backlog.to_ask(ASK_AGAIN_MS)
    assert (asked.stream, asked.entity) == ("seats-a", HOME)
    assert backlog.to_ask(ASK_AGAIN_MS + 1) == []


def test_a_later_life_is_asked_at_once_though_the_one_before_was_asked_a_moment_ago() -> None:
    backlog = Backlog()
    backlog.behind("seats-a", 1, HOME, 0)
    assert backlog.behind("seats-a", 2, NEXT_HOME, 1)


def test_what_could_not_be_applied_is_asked_for_after_a_while() -> None:
    backlog = Backlog()
    backlog.put_off("seats-a", 1, HOME, 0)
    assert [asked.stream for asked in backlog.to_ask(ASK_AGAIN_MS)] == ["seats-a"]


def test_an_entity_that_fell_asleep_before_it_told_everything_is_woken() -> None:
    backlog = Backlog()
    backlog.behind("seats-a", 1, HOME, 0)
    backlog.asleep("seats-a")
    backlog.asleep("seats-b")  # Of this one nothing is missing.
    assert backlog.to_wake(1) == ["seats-a"]
    assert backlog.is_waking("seats-a")
    assert backlog.to_wake(2) == []


def test_at_most_so_many_are_woken_at_once_and_the_next_as_these_are_heard_of() -> None:
    backlog = Backlog()
    backlog.missed(f"seats-{n}" for n in range(WAKING_MAX + 2))
    assert len(backlog.to_wake(0)) == WAKING_MAX
    backlog.heard("seats-0")
    backlog.unopened("seats-1")
    assert backlog.to_wake(1) == [f"seats-{WAKING_MAX}", f"seats-{WAKING_MAX + 1}"]


def test_a_stream_whose_waking_was_lost_is_woken_again() -> None:
    backlog = Backlog()
    backlog.missed(["seats-a"])
    assert backlog.to_wake(0) == ["seats-a"]
    assert backlog.to_wake(WAKE_AGAIN_MS) == ["seats-a"]

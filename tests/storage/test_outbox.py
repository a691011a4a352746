"""The outbox: added once, sent at least once, retried, given up visibly, and never filled again by a replay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.outbox import ERROR_CHARACTERS_MAX, Due, Entry, Full, Listed
from storage.sqlite.outbox import SqliteOutbox

LEASE_MS = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def outbox(path: Path) -> Iterator[SqliteOutbox]:
    outbox = SqliteOutbox(path, waiting_max=5)
    yield outbox
    outbox.close()


def entry(name: str, due_at_ms: int = 100, group: str = "o1") -> Entry:
    return Entry(name, "mail", f"about {name}".encode(), due_at_ms, group)


def take(outbox: SqliteOutbox, now_ms: int = 100, limit: int = 10) -> list[Due]:
    return outbox.take_due(now_ms, limit, LEASE_MS)


def keys(taken: list[Due]) -> list[str]:
    return [due.key for due in taken]


def test_a_fact_that_is_told_again_adds_nothing(outbox: SqliteOutbox) -> None:
    assert outbox.enqueue([entry("a"), entry("b")]) == 2
    assert outbox.enqueue([entry("b"), entry("c")]) == 1
    assert keys(take(outbox)) == ["a", "b", "c"]


def test_what_was_sent_is_not_added_by_a_replay(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry("a")])
    outbox.done(take(outbox)[0], 110)
    assert outbox.enqueue([entry("a")]) == 0
    assert take(outbox, now_ms=10**9) == []


def test_the_cursor_moves_with_what_was_added_and_never_back(outbox: SqliteOutbox) -> None:
    assert outbox.cursor("orders-c1") == 0
    outbox.enqueue([entry("a")], cursor=("orders-c1", 7))
    outbox.enqueue([], cursor=("orders-c1", 5))
    assert outbox.cursor("orders-c1") == 7


def test_what_is_due_is_taken_longest_due_first(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry("late", 90), entry("early", 10), entry("future", 101)])
    assert outbox.next_due_ms() == 10
    assert keys(take(outbox, limit=1)) == ["early"]
    assert keys(take(outbox)) == ["late"]
    assert outbox.next_due_ms() == 101


def test_what_was_taken_comes_due_again_when_its_worker_is_gone(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry("a")])
    assert [due.attempt for due in take(outbox)] == [1]
    assert take(outbox, now_ms=100 + LEASE_MS - 1) == []
    assert [due.attempt for due in take(outbox, now_ms=100 + LEASE_MS)] == [2]


def test_a_failed_one_is_tried_again_when_it_is_due(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry("a")])
    (due,) = take(outbox)
    assert outbox.retry(due, 500, "no answer")
    assert take(outbox, now_ms=499) == []
    assert take(outbox, now_ms=500) == [due._replace(attempt=2)]
    assert outbox.listed("waiting") == [Listed(due.id, "a", "mail", "o1", "waiting", 560, 2, "no answer")]


def test_a_worker_whose_lease_has_ended_decides_nothing_but_that_it_was_sent(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry("a")])
    (stale,) = take(outbox)
    take(outbox, now_ms=200)
    assert outbox.retry(stale, 500, "late") is False
    assert outbox.give_up(stale, 500, "late") is False
    outbox.done(stale, 210)
    assert outbox.counts() == {"waiting": 0, "done": 1, "given_up": 0}


def test_what_is_given_up_is_seen_and_sent_again_on_demand(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry("a"), entry("b", group="o2")])
    for due in take(outbox):
        assert outbox.give_up(due, 300, "x" * 10_000)
    (seen,) = outbox.listed("given_up", group="o2")
    assert (seen.key, seen.at_ms, seen.last_error) == ("b", 300, "x" * ERROR_CHARACTERS_MAX)
    assert take(outbox, now_ms=10**9) == []
    assert outbox.send_again(seen.id, 400) is True
    assert outbox.send_again(99, 400) is False
    assert keys(take(outbox, now_ms=400)) == ["b"]


def test_it_is_listed_page_by_page(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry(name) for name in "abcd"])
    first = outbox.listed("waiting", limit=3)
    assert [row.key for row in first] == ["a", "b", "c"]
    assert [row.key for row in outbox.listed("waiting", after=first[-1].id)] == ["d"]


def test_a_full_outbox_adds_nothing_and_leaves_the_cursor(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry(name) for name in "abcd"])
    assert outbox.enqueue([entry("e"), entry("f")], cursor=("s", 3)) == Full(5)
    assert (outbox.counts()["waiting"], outbox.cursor("s")) == (4, 0)
    outbox.done(take(outbox)[0], 110)
    assert outbox.enqueue([entry("e"), entry("f")], cursor=("s", 3)) == 2


def test_two_workers_never_take_the_same(outbox: SqliteOutbox, path: Path) -> None:
    other = SqliteOutbox(path)
    outbox.enqueue([entry(name) for name in "abcd"])
    assert keys(take(outbox, limit=2)) + keys(take(other, limit=4)) == ["a", "b", "c", "d"]
    other.close()


def test_one_kind_is_taken_without_the_groups_that_are_busy(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry("a", group="busy"), entry("b", group="idle"), Entry("c", "refund", b"", 100)])
    assert keys(outbox.take_due(100, 10, LEASE_MS, kind="mail", without={"busy"})) == ["b"]
    assert keys(outbox.take_due(100, 10, LEASE_MS, kind="refund")) == ["c"]


def test_what_follows_from_a_row_is_added_with_its_end(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry("a")])
    outbox.done(take(outbox)[0], 110, [entry("a/1"), entry("a/2")])
    assert keys(take(outbox, 110)) == ["a/1", "a/2"]
    found = outbox.find("a")
    assert found is not None
    assert found.state == "done"


def test_what_is_postponed_was_not_tried(outbox: SqliteOutbox) -> None:
    outbox.enqueue([entry("a")])
    due = take(outbox)[0]
    assert outbox.postpone(due, 500)
    assert not outbox.postpone(due, 600), "it is no longer the taker's"
    assert take(outbox, 499) == []
    assert take(outbox, 500)[0].attempt == 1


def test_what_was_done_long_ago_is_forgotten_and_all_else_kept(path: Path) -> None:
    outbox = SqliteOutbox(path)
    outbox.enqueue([entry(name) for name in "abcd"])
    first, second, third, _ = take(outbox)
    outbox.done(first, 110)
    outbox.done(second, 120)
    outbox.give_up(third, 110, "no")
    assert outbox.forget(120, 10) == 1
    assert outbox.forget(120, 10) == 0
    assert outbox.forget(1_000, 1) == 1
    assert outbox.counts() == {"waiting": 1, "done": 0, "given_up": 1}
    outbox.close()

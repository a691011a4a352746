"""Webhooks keep their secrets sealed and a bounded log of attempts, and are their organiser's alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.accounts import TooMany
from storage.sqlite.webhooks import SqliteWebhooks
from storage.vault import Unreadable
from storage.webhooks import REASON_CHARACTERS_MAX, WEBHOOKS_PER_ORGANISER_MAX, Attempt, Noted, Subscription, Webhook

KEY, NEW_KEY = bytes(range(32)), bytes(range(32, 64))
SECRET = "whsec_plantedsecret"
HOOK = Webhook("w1", "o1", "https://example.org/hook", ("order.confirmed", "seats.held"), 5)
FAILED = Attempt("m1", "order.confirmed", 1, 100, 7, delivered=False, status=500, reason="it said 500", next_at_ms=200)
DELIVERED = Attempt("m1", "order.confirmed", 2, 200, 9, delivered=True, status=204)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "webhooks.db"


@pytest.fixture
def webhooks(path: Path) -> Iterator[SqliteWebhooks]:
    webhooks = SqliteWebhooks(path, KEY)
    yield webhooks
    webhooks.close()


def test_a_webhook_is_its_organisers_alone(webhooks: SqliteWebhooks) -> None:
    assert webhooks.add(HOOK, SECRET) is None
    assert webhooks.of("o1") == [HOOK]
    assert webhooks.of("o2") == []
    assert webhooks.remove("o2", "w1") is False
    assert webhooks.remove("o1", "w1") is True
    assert webhooks.of("o1") == []
    assert webhooks.subscription("w1") is None


def test_events_go_to_whoever_asked_for_them_and_still_listens(webhooks: SqliteWebhooks) -> None:
    webhooks.add(HOOK, SECRET)
    assert webhooks.subscribed("o1", "seats.held") == [HOOK]
    assert webhooks.subscribed("o1", "seats") == webhooks.subscribed("o2", "seats.held") == []
    webhooks.switch("w1", active=False)
    assert webhooks.subscribed("o1", "seats.held") == []
    assert webhooks.of("o1") == [HOOK._replace(active=False)]


def test_a_secret_is_got_back_and_never_stands_in_a_file(webhooks: SqliteWebhooks, path: Path) -> None:
    webhooks.add(HOOK, SECRET)
    assert webhooks.subscription("w1") == Subscription(HOOK, SECRET)
    assert not any(b"plantedsecret" in file.read_bytes() for file in path.parent.iterdir())


def test_attempts_are_listed_the_newest_first(webhooks: SqliteWebhooks) -> None:
    webhooks.add(HOOK, SECRET)
    webhooks.note("w1", FAILED)
    webhooks.note("w1", DELIVERED)
    webhooks.note("gone", FAILED)
    newest, oldest = webhooks.attempts("w1")
    assert (newest.attempt, oldest.attempt) == (DELIVERED, FAILED)
    assert webhooks.attempts("w1", limit=1) == [newest]
    assert webhooks.attempts("w1", before=newest.place) == [Noted(oldest.place, FAILED)]
    assert webhooks.last_attempt("w1", "m1") == DELIVERED
    assert webhooks.last_attempt("w1", "m2") is None
    webhooks.remove("o1", "w1")
    assert webhooks.attempts("w1") == []


def test_the_log_and_its_reasons_are_bounded(webhooks: SqliteWebhooks) -> None:
    webhooks.add(HOOK, SECRET)
    for number in range(5):
        webhooks.note("w1", FAILED._replace(number=number, reason="x" * 1_000), kept_max=3)
    kept = [noted.attempt for noted in webhooks.attempts("w1")]
    assert [attempt.number for attempt in kept] == [4, 3, 2]
    assert {len(attempt.reason) for attempt in kept} == {REASON_CHARACTERS_MAX}


def test_an_organiser_has_a_bounded_number_of_webhooks(webhooks: SqliteWebhooks) -> None:
    for number in range(WEBHOOKS_PER_ORGANISER_MAX):
        assert webhooks.add(HOOK._replace(id=f"w{number}"), SECRET) is None
    assert webhooks.add(HOOK._replace(id="more"), SECRET) == TooMany(WEBHOOKS_PER_ORGANISER_MAX)
    assert webhooks.add(HOOK._replace(id="more", organiser="o2"), SECRET) is None


def test_a_new_key_leaves_secrets_as_they_are(webhooks: SqliteWebhooks, path: Path) -> None:
    webhooks.add(HOOK, SECRET)
    assert (webhooks.rotate(NEW_KEY), webhooks.rotate(NEW_KEY)) == (1, 0)
    assert webhooks.subscription("w1") == Subscription(HOOK, SECRET)
    old = SqliteWebhooks(path, KEY)
    with pytest.raises(Unreadable):
        old.subscription("w1")
    old.close()

"""Webhooks and their delivery log: bounded, each organiser's own, and gone when they are removed."""

import pytest

from storage.sqlite.webhooks import SqliteWebhooks
from storage.webhooks import WEBHOOKS_PER_ORGANISER_MAX, Delivery, TooMany, Webhook


@pytest.fixture
def webhooks() -> SqliteWebhooks:
    return SqliteWebhooks(None)


def hook(name: str, organiser: str = "o1", at_ms: int = 1) -> Webhook:
    return Webhook(name, organiser, "https://example.org/x", ("order.confirmed", "order.cancelled"), at_ms)


def tried(number: int, webhook: str = "w1") -> Delivery:
    return Delivery(webhook, f"m{number}", "order.confirmed", number, 1, 200, 5)


def test_an_organiser_sees_its_own_and_so_many_at_most(webhooks: SqliteWebhooks) -> None:
    for number in range(WEBHOOKS_PER_ORGANISER_MAX):
        assert webhooks.add(hook(f"w{number}", at_ms=number)) is None
    assert webhooks.add(hook("w99")) == TooMany(WEBHOOKS_PER_ORGANISER_MAX)
    assert webhooks.add(hook("other", "o2")) is None
    assert webhooks.of("o2") == [hook("other", "o2")]
    assert [each.id for each in webhooks.of("o1")][:3] == ["w0", "w1", "w2"]


def test_nobody_removes_anothers(webhooks: SqliteWebhooks) -> None:
    webhooks.add(hook("w1"))
    assert not webhooks.remove("o2", "w1")
    assert webhooks.remove("o1", "w1")
    assert webhooks.find("w1") is None


def test_the_delivery_log_keeps_the_latest(webhooks: SqliteWebhooks) -> None:
    webhooks.add(hook("w1"))
    webhooks.add(hook("w2"))
    webhooks.note(tried(0, "w2"), 3)
    for number in range(5):
        webhooks.note(tried(number), 3)
    assert [delivery.message for _, delivery in webhooks.deliveries("w1")] == ["m4", "m3", "m2"]
    before = webhooks.deliveries("w1")[0][0]
    assert [delivery.message for _, delivery in webhooks.deliveries("w1", before, 1)] == ["m3"]
    assert len(webhooks.deliveries("w2")) == 1


def test_a_removed_webhook_takes_its_log_along(webhooks: SqliteWebhooks) -> None:
    webhooks.add(hook("w1"))
    webhooks.note(tried(1), 3)
    webhooks.remove("o1", "w1")
    webhooks.note(tried(2), 3)
    assert webhooks.deliveries("w1") == []


def test_a_webhook_is_switched_off_once(webhooks: SqliteWebhooks) -> None:
    webhooks.add(hook("w1"))
    webhooks.switch_off("w1", 7)
    webhooks.switch_off("w1", 9)
    assert webhooks.find("w1") == hook("w1")._replace(off_at_ms=7)

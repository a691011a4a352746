"""Webhooks over HTTP: a secret is shown once, messages go to public addresses only, deliveries can be looked into."""

import pytest

from actors.messages.codec import encode
from actors.messages.effects import WebhookMessage
from storage.outbox import Entry
from storage.webhooks import ATTEMPTS_PER_WEBHOOK_MAX, WEBHOOKS_PER_ORGANISER_MAX, Attempt
from tests.gateway.test_members import organiser_of
from tests.gateway.world import World

EVENTS = ["order.confirmed", "order.cancelled"]
PUBLIC = "https://93.184.216.34/hook?a=b"


async def registered(world: World, name: str = "Ada") -> tuple[str, dict[str, str], str]:
    """The path of an organiser's webhooks, its owner's authorisation, and the id of one."""
    organiser, owner, _ = await organiser_of(world, name)
    hooks = f"/api/v1/organisers/{organiser}/webhooks"
    made = await world.ask("POST", hooks, {"url": PUBLIC, "events": EVENTS}, owner)
    assert made.status == 201, made
    return hooks, owner, made.json["id"]


async def test_a_secret_is_shown_once_and_kept_sealed(world: World) -> None:
    organiser, owner, _ = await organiser_of(world)
    hooks = f"/api/v1/organisers/{organiser}/webhooks"
    made = await world.ask("POST", hooks, {"url": PUBLIC, "events": EVENTS}, owner)
    secret = made.json["secret"]
    assert secret.startswith("whsec_")
    assert (made.json["url"], made.json["events"], made.json["active"]) == (PUBLIC, EVENTS, True)
    listed = await world.ask("GET", hooks, headers=owner)
    assert [each["id"] for each in listed.json["items"]] == [made.json["id"]]
    assert secret not in listed.body.decode()
    subscription = world.webhooks.subscription(made.json["id"])
    assert subscription is not None
    assert subscription.secret == secret
    assert secret not in repr(world.webhooks._database.rows("SELECT * FROM webhooks"))


@pytest.mark.parametrize(
    ("url", "events", "field"),
    [
        ("http://127.0.0.1/", EVENTS, "url"),
        ("http://localhost:8081/metrics", EVENTS, "url"),
        ("http://169.254.169.254/latest/meta-data", EVENTS, "url"),
        ("http://[::1]/", EVENTS, "url"),
        ("http://[::ffff:10.0.0.1]/", EVENTS, "url"),
        ("http://2130706433/", EVENTS, "url"),
        ("ftp://example.org/", EVENTS, "url"),
        ("https://user:word@example.org/", EVENTS, "url"),
        ("https://example.org/\r\nX: y", EVENTS, "url"),
        (PUBLIC, [], "events"),
        (PUBLIC, ["order.eaten"], "events[0]"),
        (PUBLIC, ["order.confirmed", "order.confirmed"], "events"),
    ],
)
async def test_what_can_not_be_a_webhook_is_named(world: World, url: str, events: list[str], field: str) -> None:
    organiser, owner, _ = await organiser_of(world)
    hooks = f"/api/v1/organisers/{organiser}/webhooks"
    reply = await world.ask("POST", hooks, {"url": url, "events": events}, owner)
    assert (reply.status, reply.slug) == (422, "invalid")
    assert reply.json["errors"][0]["field"] == field
    assert world.webhooks.of(organiser) == []


async def test_a_webhook_is_removed_with_its_log(world: World) -> None:
    hooks, owner, webhook = await registered(world)
    assert (await world.ask("DELETE", f"{hooks}/{webhook}", None, owner)).status == 204
    assert (await world.ask("GET", hooks, headers=owner)).json["items"] == []
    for method, path in (("DELETE", f"{hooks}/{webhook}"), ("GET", f"{hooks}/{webhook}/deliveries")):
        assert (await world.ask(method, path, None, owner)).slug == "not-found"


async def test_deliveries_are_listed_the_newest_first_in_pages(world: World) -> None:
    hooks, owner, webhook = await registered(world)
    for number in range(1, 4):
        world.webhooks.note(
            webhook,
            Attempt("msg_1", "order.confirmed", number, 1_000 * number, 5, number == 3, 500, "it said 500", 9_000),
            ATTEMPTS_PER_WEBHOOK_MAX,
        )
    page = await world.ask("GET", f"{hooks}/{webhook}/deliveries?limit=2", headers=owner)
    newest = page.json["items"][0]
    assert newest == {
        "id": "msg_1",
        "event": "order.confirmed",
        "attempt": 3,
        "at": "1970-01-01T00:00:03Z",
        "took_ms": 5,
        "delivered": True,
        "status": 500,
        "reason": "it said 500",
        "next_at": "1970-01-01T00:00:09Z",
    }
    rest = await world.ask("GET", f"{hooks}/{webhook}/deliveries?cursor={page.json['next']}", headers=owner)
    assert [each["attempt"] for each in rest.json["items"]] == [1]
    assert rest.json["next"] is None
    assert (await world.ask("GET", f"{hooks}/{webhook}/deliveries?cursor=YQ", headers=owner)).slug == "invalid"


async def test_a_message_is_delivered_again(world: World) -> None:
    hooks, owner, webhook = await registered(world)
    payload = encode(WebhookMessage(webhook, "msg_1", "order.confirmed", b"{}"))
    world.outbox.enqueue([Entry("msg_1", "webhook", payload, 0, webhook)])
    (due,) = world.outbox.take_due(1, 10, 0)
    world.outbox.give_up(due, 1, "it said 500")
    again = await world.ask("POST", f"{hooks}/{webhook}/deliveries/msg_1/redeliver", None, owner)
    assert again.status == 202
    assert [each.key for each in world.outbox.take_due(world.parts.now_ms(), 10, 0)] == ["msg_1"]
    missing = await world.ask("POST", f"{hooks}/{webhook}/deliveries/msg_2/redeliver", None, owner)
    assert missing.slug == "not-found"


async def test_another_tenant_neither_sees_nor_repeats_deliveries(world: World) -> None:
    hooks, _, webhook = await registered(world)
    world.outbox.enqueue([Entry("msg_1", "webhook", b"", 0, webhook)])
    bobs, bob, his = await registered(world, "Bob")
    for path in (hooks, bobs):
        assert (await world.ask("GET", f"{path}/{webhook}/deliveries", headers=bob)).slug == "not-found"
        assert (await world.ask("DELETE", f"{path}/{webhook}", None, bob)).slug == "not-found"
    stolen = f"{bobs}/{his}/deliveries/msg_1/redeliver"
    assert (await world.ask("POST", stolen, None, bob)).slug == "not-found"


async def test_webhooks_are_bounded(world: World) -> None:
    hooks, owner, _ = await registered(world)
    for _ in range(WEBHOOKS_PER_ORGANISER_MAX - 1):
        assert (await world.ask("POST", hooks, {"url": PUBLIC, "events": EVENTS}, owner)).status == 201
    reply = await world.ask("POST", hooks, {"url": PUBLIC, "events": EVENTS}, owner)
    assert (reply.slug, reply.json["limit"]) == ("limit-reached", WEBHOOKS_PER_ORGANISER_MAX)

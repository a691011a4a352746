"""Reservations over HTTP: made, read, prolonged and given back by whoever bears their token."""

import asyncio

import pytest

from actors.messages.refusals import Refused
from actors.messages.seats import Reserve, Unchanged
from gateway.ports import Busy, OutcomeUnknown, Unavailable
from tests.gateway.world import RESERVE, World, bearer, key, wish


async def test_seats_are_reserved_and_the_answer_says_everything(world: World) -> None:
    _, _, seat_type = await world.conference()
    reply = await world.ask("POST", RESERVE, wish(seat_type), key())
    assert reply.status == 201
    made = reply.json
    assert made == {
        "id": made["id"],
        "token": made["token"],
        "status": "held",
        "items": [{"seat_type": seat_type, "requested": 2, "held": 2, "waiting": 0}],
        "total": {"amount": 25_000, "currency": "EUR"},
        "expires_at": "2030-03-17T17:46:40Z",
        "version": 1,
    }
    assert reply.headers["location"] == f"/api/v1/reservations/{made['id']}"
    assert reply.headers["etag"] == '"1"'
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["server"] == "Contoso"


async def test_the_command_carries_what_was_asked_and_who_asks_only_as_a_hash(world: World) -> None:
    _, _, seat_type = await world.conference()
    await world.ask("POST", RESERVE, wish(seat_type, 3, accept_fewer=True), key() | {"X-Correlation-Id": "trace-me-1"})
    stream, correlation, command = world.entities.commands[-1]
    assert isinstance(command, Reserve)
    assert stream == "seats-" + command.reservation.partition("-")[0]
    assert correlation == "trace-me-1"
    assert (command.items, command.accept_fewer, command.wait, command.subject) == ({seat_type: 3}, True, False, "")
    assert len(command.client) == 24


async def test_the_same_key_and_body_get_the_same_answer_with_its_token(world: World) -> None:
    _, _, seat_type = await world.conference()
    mine = key()
    first = await world.ask("POST", RESERVE, wish(seat_type), mine)
    spelt_otherwise = b'{ "items" : [ {"quantity":2, "seat_type":"%s"} ], "accept_fewer": false }' % seat_type.encode()
    again = await world.ask("POST", RESERVE, spelt_otherwise, mine)
    assert (again.status, again.body) == (first.status, first.body)


async def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    _, _, seat_type = await world.conference()
    mine = key()
    await world.ask("POST", RESERVE, wish(seat_type), mine)
    assert (await world.ask("POST", RESERVE, wish(seat_type, 3), mine)).slug == "key-reused"


async def test_who_waits_leaves_an_email_in_the_vault_and_only_there(world: World) -> None:
    _, _, seat_type = await world.conference()
    reply = await world.ask("POST", RESERVE, wish(seat_type, if_short="wait", email="bob@example.org"), key())
    assert (reply.status, reply.json["status"], reply.json["position"]) == (202, "waiting", 1)
    assert reply.json["items"][0] == {"seat_type": seat_type, "requested": 2, "held": 0, "waiting": 2}
    _, _, command = world.entities.commands[-1]
    assert world.vault.people == {command.subject: {"email": "bob@example.org"}}
    assert "bob" not in repr(command)


async def test_whoever_need_not_wait_is_forgotten(world: World) -> None:
    _, _, seat_type = await world.conference()
    world.entities.refuse = Refused("sold-out", "No.", available={seat_type: 1})
    reply = await world.ask("POST", RESERVE, wish(seat_type, if_short="wait", email="bob@example.org"), key())
    assert reply.slug == "sold-out"
    assert world.vault.people == {}


async def test_whose_outcome_is_unknown_is_not_forgotten(world: World) -> None:
    _, _, seat_type = await world.conference()
    world.entities.fail = OutcomeUnknown("x")
    await world.ask("POST", RESERVE, wish(seat_type, if_short="wait", email="bob@example.org"), key())
    assert len(world.vault.people) == 1


async def test_to_wait_without_an_email_is_invalid(world: World) -> None:
    _, _, seat_type = await world.conference()
    reply = await world.ask("POST", RESERVE, wish(seat_type, if_short="wait"), key())
    assert reply.slug == "invalid"
    assert reply.json["errors"] == [{"field": "email", "problem": "is required to wait"}]


@pytest.mark.parametrize(
    ("refused", "slug", "members"),
    [
        (Refused("sold-out", "No.", available={"st1": 1}), "sold-out", {"available": {"st1": 1}}),
        (Refused("not-on-sale", "No."), "not-on-sale", {}),
        (Refused("admission-required", "No."), "admission-required", {}),
        (Refused("too-many-holds", "No.", number=3), "too-many-holds", {"limit": 3}),
        (Refused("too-many-seats", "No.", number=20), "too-many-seats", {"limit": 20}),
        (Refused("unknown-seat-type", "No.", subject="st1"), "unknown-seat-type", {"seat_type": "st1"}),
        (Refused("no-room", "No."), "busy", {}),
    ],
)
async def test_a_refusal_says_why(world: World, refused: Refused, slug: str, members: dict[str, object]) -> None:
    _, _, seat_type = await world.conference()
    world.entities.refuse = refused
    reply = await world.ask("POST", RESERVE, wish(seat_type), key())
    assert reply.slug == slug
    assert members.items() <= reply.json.items()
    assert ("retry-after" in reply.headers) == (reply.status in (429, 503))


@pytest.mark.parametrize(
    ("failure", "slug"),
    [(Busy("x"), "busy"), (Unavailable("x"), "busy"), (OutcomeUnknown("x"), "outcome-unknown")],
)
async def test_a_missing_reply_is_a_503_that_says_what_is_known(world: World, failure: Busy, slug: str) -> None:
    _, _, seat_type = await world.conference()
    world.entities.fail = failure
    reply = await world.ask("POST", RESERVE, wish(seat_type), key())
    assert (reply.status, reply.slug, reply.headers["retry-after"]) == (503, slug, "1")


async def test_an_unknown_conference_is_not_found(world: World) -> None:
    assert (await world.ask("POST", RESERVE, wish("st1"), key())).slug == "not-found"


async def test_a_key_is_required_and_long_enough(world: World) -> None:
    _, _, seat_type = await world.conference()
    assert (await world.ask("POST", RESERVE, wish(seat_type))).slug == "key-missing"
    assert (await world.ask("POST", RESERVE, wish(seat_type), {"Idempotency-Key": "short"})).slug == "key-too-short"
    for bad in ("x" * 256, "with blank inside it", "ümlaut-ümlaut-ümlaut"):
        assert (await world.ask("POST", RESERVE, wish(seat_type), {"Idempotency-Key": bad})).slug == "malformed"


async def made(world: World) -> tuple[str, dict[str, str]]:
    """A fresh reservation's path and authorisation."""
    _, _, seat_type = await world.conference()
    reply = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
    return f"/api/v1/reservations/{reply['id']}", bearer(reply["token"])


async def test_a_reservation_is_read_with_its_token(world: World) -> None:
    path, token = await made(world)
    reply = await world.ask("GET", path, headers=token)
    assert (reply.status, reply.json["status"], reply.headers["etag"]) == (200, "held", '"1"')
    assert "token" not in reply.json
    assert "created_at" not in reply.json


async def test_what_the_client_has_already_is_not_sent_again(world: World) -> None:
    path, token = await made(world)
    for tag in ('"1"', 'W/"1"', '"0", "1"', "*"):
        reply = await world.ask("GET", path, headers=token | {"If-None-Match": tag})
        assert (reply.status, reply.body) == (304, b"")
    assert (await world.ask("GET", path, headers=token | {"If-None-Match": '"2"'})).status == 200


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
async def test_without_its_own_token_a_reservation_does_not_exist(world: World, method: str) -> None:
    path, token = await made(world)
    other = (await world.ask("POST", RESERVE, wish("st1"), key())).json["token"]
    target = path + "/extend" if method == "POST" else path
    for wrong in ({}, bearer(other), bearer("x"), {"Authorization": "Basic eDp5"}, bearer("é" * 10)):
        assert (await world.ask(method, target, headers=wrong)).slug == "not-found"
    assert (await world.ask(method, target.replace("-r", "-x"), headers=token)).slug == "not-found"


async def test_a_just_made_reservation_is_waited_for_and_never_denied(world: World) -> None:
    world.views.freeze()
    _, _, seat_type = await make_published(world)
    world.views.freeze()
    reply = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
    world.views.hidden.add(reply["id"])
    path, token = f"/api/v1/reservations/{reply['id']}", bearer(reply["token"])
    asking = asyncio.ensure_future(world.ask("GET", path, headers=token))
    await asyncio.sleep(0)
    world.views.thaw()
    assert (await asking).status == 200


async def make_published(world: World) -> tuple[str, dict[str, str], str]:
    world.views.thaw()
    return await world.conference()


async def test_what_the_read_models_do_not_learn_in_time_is_not_yet_known(runner: asyncio.Runner) -> None:
    world = await World.start(min_version_wait_ms="50")
    try:
        _, _, seat_type = await world.conference()
        world.views.freeze()
        reply = (await world.ask("POST", RESERVE, wish(seat_type), key())).json
        asked = await world.ask("GET", f"/api/v1/reservations/{reply['id']}", headers=bearer(reply["token"]))
        assert (asked.status, asked.slug, asked.headers["retry-after"]) == (503, "not-yet", "1")
    finally:
        await world.stop()


async def test_a_read_may_ask_for_a_version_and_gets_it_or_not_yet(runner: asyncio.Runner) -> None:
    world = await World.start(min_version_wait_ms="50")
    try:
        path, token = await made(world)
        assert (await world.ask("GET", path, headers=token | {"Min-Version": "1"})).status == 200
        assert (await world.ask("GET", path, headers=token | {"Min-Version": "2"})).slug == "not-yet"
        assert (await world.ask("GET", path, headers=token | {"Min-Version": "-1"})).slug == "malformed"
        assert (await world.ask("GET", path, headers=token | {"Min-Version": "9" * 30})).slug == "malformed"
    finally:
        await world.stop()


async def test_a_hold_is_extended_and_given_back(world: World) -> None:
    path, token = await made(world)
    extended = await world.ask("POST", f"{path}/extend", headers=token)
    assert (extended.status, extended.json["expires_at"], extended.json["version"]) == (200, "2030-03-17T18:01:40Z", 2)
    ended = await world.ask("DELETE", path, headers=token)
    assert (ended.status, ended.json["status"], ended.json["version"]) == (200, "cancelled", 3)
    assert ended.json["items"][0]["held"] == 0
    assert (await world.ask("GET", path, headers=token)).json["status"] == "cancelled"


async def test_what_can_not_be_extended_is_a_conflict(world: World) -> None:
    path, token = await made(world)
    world.entities.refuse = Refused("not-extendable", "Somebody waits.")
    assert (await world.ask("POST", f"{path}/extend", headers=token)).slug == "not-extendable"


async def test_a_change_that_changed_nothing_answers_the_reservation_as_it_stands(world: World) -> None:
    path, token = await made(world)
    world.entities.reply = Unchanged(1)
    reply = await world.ask("DELETE", path, headers=token)
    assert (reply.status, reply.json["status"]) == (200, "held")


async def test_what_has_ended_can_be_given_back_again_but_not_extended(world: World) -> None:
    path, token = await made(world)
    ended = await world.ask("DELETE", path, headers=token)
    world.entities.refuse = Refused("not-standing", "No such reservation stands.")
    again = await world.ask("DELETE", path, headers=token)
    assert (again.status, again.json) == (200, ended.json)
    assert (await world.ask("POST", f"{path}/extend", headers=token)).slug == "not-extendable"


async def test_an_end_that_the_read_models_do_not_know_is_not_yet_answered(runner: asyncio.Runner) -> None:
    world = await World.start(min_version_wait_ms="50")
    try:
        path, token = await made(world)
        world.entities.refuse = Refused("not-standing", "No such reservation stands.")
        assert (await world.ask("DELETE", path, headers=token)).slug == "not-yet"
    finally:
        await world.stop()


async def test_repeated_seat_types_are_invalid(world: World) -> None:
    await world.conference()
    body = {"items": [{"seat_type": "a", "quantity": 1}, {"seat_type": "a", "quantity": 2}]}
    assert (await world.ask("POST", RESERVE, body, key())).slug == "invalid"

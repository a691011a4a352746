"""Signing in and out: here, everywhere, with a second factor; guessing is slow whatever is guessed."""

import asyncio

import pyotp
import pytest

from tests.gateway.staff import PASSWORD, signed_in
from tests.gateway.world import Reply, World, bearer

ADA = "ada@example.org"
ME = "/api/v1/accounts/current"
FACTOR = f"{ME}/second-factor"
STEP = 60_000_000


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes are those of one moment, however long a test takes."""
    monkeypatch.setattr("gateway.second_factors.step_at", lambda _now_ms: STEP)


async def attempt(world: World, email: str = ADA, password: str = PASSWORD, **more: str) -> Reply:
    return await world.ask("POST", "/api/v1/sessions", {"email": email, "password": password} | more)


async def test_one_signs_out_everywhere(world: World) -> None:
    await world.organiser()
    tokens = [bearer((await signed_in(world, ADA))["token"]) for _ in range(3)]
    assert (await world.ask("DELETE", "/api/v1/sessions", None, tokens[0])).status == 204
    for token in tokens:
        assert (await world.ask("GET", ME, headers=token)).slug == "not-authenticated"
    assert (await attempt(world)).status == 201


async def test_one_knows_who_one_is(world: World) -> None:
    root, owner = await world.organiser()
    reply = await world.ask("GET", ME, headers=owner)
    assert (reply.json["email"], reply.json["second_factor"]) == (ADA, False)
    assert reply.json["organisers"] == [{"id": root.split("/")[4], "name": "Ada", "role": "owner"}]
    assert reply.headers["cache-control"] == "no-store"


async def test_each_session_has_a_fresh_token(world: World) -> None:
    await world.organiser()
    assert len({(await signed_in(world, ADA))["token"] for _ in range(5)}) == 5


async def test_a_new_password_ends_all_sessions_but_the_one_it_opens(world: World) -> None:
    _, owner = await world.organiser()
    body = {"password": PASSWORD, "new_password": "another fine password"}
    changed = await world.ask("PUT", f"{ME}/password", body, owner)
    assert changed.status == 200
    assert (await world.ask("GET", ME, headers=owner)).slug == "not-authenticated"
    assert (await world.ask("GET", ME, headers=bearer(changed.json["token"]))).status == 200
    assert (await attempt(world)).status == 401
    assert (await attempt(world, password="another fine password")).status == 201


async def test_a_stolen_session_changes_no_password(world: World) -> None:
    _, owner = await world.organiser()
    wrong = {"password": "a guessed password", "new_password": "another fine password"}
    assert (await world.ask("PUT", f"{ME}/password", wrong, owner)).json["errors"][0]["field"] == "password"
    short = {"password": PASSWORD, "new_password": "short"}
    assert (await world.ask("PUT", f"{ME}/password", short, owner)).slug == "invalid"
    for _ in range(world.settings.accounts.sign_ins_per_minute_max - 1):
        await world.ask("PUT", f"{ME}/password", wrong, owner)
    slowed = await world.ask("PUT", f"{ME}/password", wrong | {"password": PASSWORD}, owner)
    assert (slowed.status, slowed.slug) == (429, "too-many-requests")
    assert (await attempt(world)).status == 429


async def with_second_factor(world: World) -> tuple[pyotp.TOTP, dict[str, str]]:
    """Ada has one from now on: it, and her session."""
    _, owner = await world.organiser()
    offered = await world.ask("POST", FACTOR, {"password": PASSWORD}, owner)
    assert offered.status == 201
    assert offered.json["uri"].startswith("otpauth://totp/")
    totp = pyotp.TOTP(offered.json["secret"])
    confirmed = await world.ask("PUT", FACTOR, {"code": code_of(totp, -1)}, owner)
    assert confirmed.status == 200
    assert (await world.ask("GET", ME, headers=owner)).slug == "not-authenticated", "other sessions have ended"
    return totp, bearer(confirmed.json["token"])


def code_of(totp: pyotp.TOTP, steps: int = 0) -> str:
    """The code of now, or of some steps of 30 s later."""
    return totp.generate_otp(STEP + steps)


async def test_with_a_second_factor_signing_in_takes_its_code_once(world: World) -> None:
    totp, _ = await with_second_factor(world)
    code = code_of(totp)
    assert (await attempt(world)).status == 401
    assert (await attempt(world, code="000000" if code != "000000" else "000001")).status == 401
    assert (await attempt(world, code=code)).status == 201
    assert (await attempt(world, code=code)).status == 401, "a code that was seen does not work again"
    assert (await attempt(world, code=code_of(totp, 1))).status == 201, "a clock may be ahead"
    assert (await attempt(world, code=code)).status == 401, "nor does an older one"


async def test_a_code_of_long_ago_or_later_opens_nothing(world: World) -> None:
    totp, _ = await with_second_factor(world)
    for steps in (-3, -2, 2, 3):
        assert (await attempt(world, code=code_of(totp, steps))).status == 401


async def test_wrong_password_wrong_code_and_no_code_hear_the_same(world: World) -> None:
    await with_second_factor(world)
    replies = [
        await attempt(world),
        await attempt(world, code="123456"),
        await attempt(world, password="a wrong password"),
        await attempt(world, email="nobody@example.org"),
        await attempt(world, email="nobody@example.org", code="123456"),
    ]
    assert {reply.status for reply in replies} == {401}
    assert len({reply.body for reply in replies}) == 1


async def test_a_second_factor_counts_when_it_is_confirmed(world: World) -> None:
    _, owner = await world.organiser()
    assert (await world.ask("PUT", FACTOR, {"code": "123456"}, owner)).slug == "not-found"
    assert (await world.ask("POST", FACTOR, {"password": "a wrong password"}, owner)).slug == "invalid"
    secret = (await world.ask("POST", FACTOR, {"password": PASSWORD}, owner)).json["secret"]
    assert (await attempt(world)).status == 201
    wrong = "000000" if code_of(pyotp.TOTP(secret)) != "000000" else "000001"
    assert (await world.ask("PUT", FACTOR, {"code": wrong}, owner)).slug == "invalid"
    assert (await world.ask("GET", ME, headers=owner)).json["second_factor"] is False
    assert secret not in world.accounts.stored()


async def test_a_second_factor_is_given_up_with_password_and_code_only(world: World) -> None:
    totp, session = await with_second_factor(world)
    assert (await world.ask("POST", FACTOR, {"password": PASSWORD}, session)).slug == "already-standing"
    for body in (
        {"password": PASSWORD},
        {"password": PASSWORD, "code": code_of(totp, 5)},
        {"password": "a wrong password", "code": code_of(totp)},
    ):
        assert (await world.ask("POST", f"{FACTOR}/disable", body, session)).slug == "invalid"
    body = {"password": PASSWORD, "code": code_of(totp)}
    assert (await world.ask("POST", f"{FACTOR}/disable", body, session)).status == 200
    assert (await attempt(world)).status == 201


async def test_codes_can_not_be_tried_out(world: World) -> None:
    totp, _ = await with_second_factor(world)
    for _ in range(world.settings.accounts.sign_ins_per_minute_max):
        await attempt(world, code="123456")
    assert (await attempt(world, code=code_of(totp))).slug == "too-many-requests"


@pytest.mark.parametrize("spelling", ["ADA@example.org", "\uff41da@example.org", "Ada@EXAMPLE.org"])
async def test_another_spelling_is_the_same_account_to_whoever_counts(world: World, spelling: str) -> None:
    await world.organiser()
    for _ in range(world.settings.accounts.sign_ins_per_minute_max):
        world.parts.attempts.failed("e-mail ada@example.org")
    assert (await attempt(world, spelling)).slug == "too-many-requests"


async def test_many_guesses_at_the_same_time_are_many(world: World) -> None:
    await world.organiser()
    most = world.settings.accounts.sign_ins_per_minute_max
    replies = await asyncio.gather(*(attempt(world, password=f"guess number {n}") for n in range(3 * most)))
    assert sorted(reply.status for reply in replies) == [401] * most + [429] * (2 * most)


async def test_who_signs_in_rightly_is_never_slowed_down(world: World) -> None:
    await world.organiser()
    for _ in range(world.settings.accounts.sign_ins_per_minute_max + 2):
        assert (await attempt(world)).status == 201

"""One attempt, over real sockets, at receivers of every temper; and when the next is due."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from gateway.webhooks.delivery import (
    DELAYS_S,
    EXCERPT_BYTES_MAX,
    Courier,
    Delivered,
    Failed,
    Outcome,
    next_attempt_at_ms,
)
from gateway.webhooks.signing import message_of, secret_of
from gateway.webhooks.targets import Target, target_of

SECRET = secret_of(bytes(range(32)))
MESSAGE = message_of("msg_1", "order.confirmed", 1_795_000_000_000, {"order": "cabc-oxyz"})

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Speaker = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def loopback(_host: str, _port: int) -> tuple[str, ...]:
    return ("127.0.0.1",)


def target_at(port: int, scheme: str = "http") -> Target:
    target = target_of(f"{scheme}://hooks.example:{port}/a")
    assert isinstance(target, Target)
    return target


def deliver_to(handler: Handler, courier: Courier | None = None) -> Outcome:
    """Attempt to deliver to a real web server on a free port that a made-up name leads to."""

    async def run() -> Outcome:
        runner = web.ServerRunner(web.Server(handler))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            port = runner.addresses[0][1]
            return await (courier or Courier(True, loopback)).attempt(MESSAGE, target_at(port), SECRET)
        finally:
            await runner.cleanup()

    return asyncio.run(run())


def deliver_to_raw(answer: bytes, attempt_ms_max: int = 500) -> Outcome:
    """Attempt to deliver to a socket that answers with these bytes and then says nothing more."""

    async def run() -> Outcome:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
                await reader.read()  # Until the other side has had enough.
            except ConnectionError:
                pass  # It may go without saying good-bye.
            finally:
                writer.close()
                ended.set()

        ended = asyncio.Event()
        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            outcome = await Courier(True, loopback, attempt_ms_max=attempt_ms_max).attempt(
                MESSAGE, target_at(port), SECRET
            )
            await asyncio.wait_for(ended.wait(), 5)
            return outcome

    return asyncio.run(run())


def answering(status: int, text: str = "", headers: dict[str, str] | None = None) -> Handler:
    async def handler(_request: web.BaseRequest) -> web.Response:
        return web.Response(status=status, text=text, headers=headers)

    return handler


def test_a_receiver_gets_a_message_that_it_can_verify() -> None:
    told: list[object] = []

    async def receive(request: web.BaseRequest) -> web.Response:
        assert request.host.startswith("hooks.example:")
        assert request.content_type == "application/json"
        told.append(Webhook(SECRET).verify(await request.read(), dict(request.headers)))
        return web.Response(status=204)

    outcome = deliver_to(receive)
    assert isinstance(outcome, Delivered)
    assert outcome.status == 204
    assert told == [{"type": "order.confirmed", "timestamp": "2026-11-18T11:06:40Z", "data": {"order": "cabc-oxyz"}}]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_any_answer_but_2xx_is_a_failure_with_what_was_said(status: int) -> None:
    outcome = deliver_to(answering(status, "no thanks"))
    assert isinstance(outcome, Failed)
    assert (outcome.status, outcome.excerpt, outcome.gone) == (status, "no thanks", False)


def test_a_receiver_that_is_gone_says_so() -> None:
    outcome = deliver_to(answering(410))
    assert isinstance(outcome, Failed)
    assert outcome.gone


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    async def redirect(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/inside"})

    outcome = deliver_to(redirect)
    assert isinstance(outcome, Failed)
    assert "redirects are not followed" in outcome.reason
    assert asked == ["/a"]


def test_nothing_is_sent_to_an_inner_address() -> None:
    asked: list[str] = []

    async def receive(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        return web.Response()

    outcome = deliver_to(receive, Courier(False, loopback))
    assert isinstance(outcome, Failed)
    assert "public internet" in outcome.reason
    assert asked == []


def test_a_name_is_asked_for_once_so_that_it_cannot_change_after_the_check() -> None:
    answers = [("127.0.0.1",), ("127.0.0.2",)]

    async def changing(_host: str, _port: int) -> tuple[str, ...]:
        return answers.pop(0)

    assert isinstance(deliver_to(answering(200), Courier(True, changing)), Delivered)
    assert answers == [("127.0.0.2",)]


def test_a_long_answer_is_kept_only_in_part() -> None:
    outcome = deliver_to(answering(500, "x" * 1_000_000))
    assert isinstance(outcome, Failed)
    assert len(outcome.excerpt) <= EXCERPT_BYTES_MAX


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 500 Oops\r\n",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 10\r\n\r\n",
    ],
    ids=["at once", "in its headers", "in its body"],
)
def test_a_receiver_that_hangs_is_left(answer: bytes) -> None:
    started_s = time.monotonic()
    outcome = deliver_to_raw(answer)
    assert isinstance(outcome, Failed)
    assert "in time" in outcome.reason
    assert time.monotonic() - started_s < 5


@pytest.mark.parametrize(
    "answer",
    [
        b"220 smtp.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    ],
    ids=["another protocol", "a long header", "many headers"],
)
def test_an_answer_that_is_no_sound_http_is_a_failure(answer: bytes) -> None:
    assert isinstance(deliver_to_raw(answer), Failed)


def test_a_200_whose_body_never_ends_is_delivered() -> None:
    assert isinstance(deliver_to_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx"), Delivered)


def test_nobody_listening_is_a_failure_without_the_addresses_of_our_network() -> None:
    outcome = asyncio.run(Courier(True, loopback).attempt(MESSAGE, target_at(1), SECRET))
    assert isinstance(outcome, Failed)
    assert "127.0.0.1" not in outcome.reason


def test_a_receiver_without_a_certificate_that_we_trust_gets_nothing() -> None:
    async def receive(_request: web.BaseRequest) -> web.Response:
        raise AssertionError("nothing may arrive")

    async def run() -> Outcome:
        runner = web.ServerRunner(web.Server(receive))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            target = target_at(runner.addresses[0][1], "https")
            return await Courier(True, loopback).attempt(MESSAGE, target, SECRET)
        finally:
            await runner.cleanup()

    assert isinstance(asyncio.run(run()), Failed)


def test_attempts_go_on_for_three_days_and_then_end() -> None:
    at_ms, attempts = 0, 1
    while (next_ms := next_attempt_at_ms(attempts, at_ms, 0.0)) is not None:
        assert next_ms > at_ms
        at_ms, attempts = next_ms, attempts + 1
    assert attempts == len(DELAYS_S) + 1
    assert 2.9 * 86_400_000 < at_ms <= 3 * 86_400_000


def test_what_failed_together_does_not_come_back_together() -> None:
    assert next_attempt_at_ms(3, 0, 0.0) == 1_800_000
    assert next_attempt_at_ms(3, 0, 1.0) == 1_620_000

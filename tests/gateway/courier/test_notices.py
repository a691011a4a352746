"""The sandbox's notices over a real socket: signed anew at each try, and tried until they are heard."""

import asyncio
from typing import Any

import msgspec
from aiohttp import web

from actors.messages.effects import SandboxNotice
from gateway.courier.carriers import Again, Done, GivenUp, Outcome
from gateway.courier.notices import PATH, Notices
from gateway.payments.ledger import Ledger
from gateway.payments.ports import Wanted
from gateway.payments.sandbox import SIGNATURE_HEADER, Sandbox, SandboxEvent, signed
from tests.gateway.courier.given import DAY_MS, NOW_MS, due
from tests.support.product import free_port

KEY = b"k" * 32
Came = list[tuple[str, str | None, bytes]]
PAID = SandboxEvent("payment.captured", "c1-oa", "sbx-c1-oa", 100, "EUR")
BODY = msgspec.json.encode(PAID)


def sandbox(ledger: Ledger | None = None) -> Sandbox:
    """One whose books stand there."""
    opened = ledger or Ledger(None)
    return Sandbox(lambda: opened, KEY, str, lambda: NOW_MS)


def carry(*statuses: int, attempt: int = 1, now_ms: int = NOW_MS) -> tuple[Outcome, Came]:
    """How a notice ends at a receiver that answers so."""
    came: Came = []
    left = list(statuses)

    async def answer(request: web.BaseRequest) -> web.Response:
        came.append((request.rel_url.raw_path, request.headers.get(SIGNATURE_HEADER), await request.read()))
        return web.Response(status=left.pop(0))

    async def run() -> Any:
        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        notices = Notices(f"http://127.0.0.1:{runner.addresses[0][1]}", sandbox(), DAY_MS, lambda: 0.0)
        try:
            return await notices.carry(due(SandboxNotice(BODY), "notice", attempt=attempt), now_ms)
        finally:
            await notices.close()
            await runner.cleanup()

    return asyncio.run(run()), came


def test_a_notice_is_signed_at_the_time_of_its_try() -> None:
    outcome, came = carry(200, now_ms=NOW_MS + 5_000)
    assert outcome == Done()
    assert came == [(PATH, signed(KEY, NOW_MS // 1000 + 5, BODY), BODY)]


def test_one_that_is_not_heard_comes_again_and_is_given_up_at_last() -> None:
    assert carry(503)[0] == Again(NOW_MS + 2_000, "answered 503")
    assert carry(503, attempt=5_000)[0] == GivenUp("answered 503")


def test_nobody_there_is_no_answer() -> None:
    async def run() -> Outcome:
        notices = Notices(f"http://127.0.0.1:{free_port()}", sandbox(), DAY_MS)
        try:
            return await notices.carry(due(SandboxNotice(BODY), "notice"), NOW_MS)
        finally:
            await notices.close()

    outcome = asyncio.run(run())
    assert isinstance(outcome, Again)
    assert outcome.problem.startswith("no answer")


def test_the_books_move_with_the_notice_so_that_late_is_late() -> None:
    ledger = Ledger(None)
    ledger.begin("sbx-c1-oa", Wanted("c1-oa", 100, "EUR", 0), 1)

    async def run() -> None:
        notices = Notices(f"http://127.0.0.1:{free_port()}", sandbox(ledger), DAY_MS)
        await notices.carry(due(SandboxNotice(BODY), "notice"), NOW_MS)
        await notices.close()

    found = ledger.find("sbx-c1-oa")
    assert found is not None
    assert found.state == "open"
    asyncio.run(run())
    found = ledger.find("sbx-c1-oa")
    assert found is not None
    assert found.state == "captured"

"""The page to pay on and the provider's notices, over HTTP."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import pytest

from actors.messages.codec import Decoder
from actors.messages.effects import SandboxNotice
from config.addresses import Address
from config.settings import load
from gateway.payments.offered import sandbox_key
from gateway.payments.sandbox import SIGNATURE_HEADER, SandboxEvent, signed
from gateway.server import bind
from tests.gateway.world import KEYS, RESERVE, Reply, World, bearer, key, wish

NOTICE = "/api/v1/payments/sandbox/notice"
BUTTONS = ("Pay", "Decline", "Pay late", "Pay, notice sent twice", "Pay, notice never sent")
decode: Decoder[SandboxNotice] = Decoder(SandboxNotice)


class Till:
    """An order to be paid, in a world of its own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.order: dict[str, Any] = {}

    async def open(self) -> None:
        _, _, seat_type = await self.world.conference()
        held = (await self.world.ask("POST", RESERVE, wish(seat_type), key())).json
        buyer = {"name": "Ana <script>", "email": "ana@example.org"}
        made = await self.world.ask(
            "POST",
            f"/api/v1/reservations/{held['id']}/order",
            {"buyer": buyer, "payment": "sandbox"},
            bearer(held["token"]) | key(),
        )
        assert made.status == 201, made
        self.order = made.json

    @property
    def page(self) -> str:
        return urlsplit(str(self.order["payment_url"])).path

    async def press(self, outcome: str, **fields: str) -> Reply:
        body = urlencode({"outcome": outcome, **fields}).encode()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.world.ask("POST", self.page, body, form)

    async def tell(self, body: bytes, signature: str) -> Reply:
        return await self.world.ask("POST", NOTICE, body, {SIGNATURE_HEADER: signature})

    async def status(self) -> str:
        read = await self.world.ask("GET", f"/api/v1/orders/{self.order['id']}", None, bearer(self.order["token"]))
        return str(read.json["status"])

    def notices(self) -> list[tuple[SandboxEvent, int]]:
        """What is to be told, and when."""
        at_ms = {row.id: row.at_ms for row in self.world.outbox.listed("waiting")}
        taken = self.world.outbox.take_due(2**60, 10, 1, "notice")
        return [(msgspec.json.decode(decode(due.payload).body, type=SandboxEvent), at_ms[due.id]) for due in taken]


Case = Callable[[Till], Awaitable[None]]


@pytest.fixture
def at_the_till(tmp_path: Path) -> Callable[[Case], None]:
    """Runs a case with an order that awaits its payment."""

    async def run(case: Case) -> None:
        world = World(load({"CONTOSO_DATA": str(tmp_path)}))
        listener = bind(Address("127.0.0.1", 0))
        await world.gateway.start([listener])
        world.port = listener.getsockname()[1]
        till = Till(world)
        try:
            await till.open()
            await case(till)
        finally:
            await world.stop()

    return lambda case: asyncio.run(run(case))


def body_of(till: Till, **changes: Any) -> bytes:
    order = till.order["id"]
    event = SandboxEvent("payment.captured", order, f"sbx-{order}", till.order["total"]["amount"], "EUR")
    return msgspec.json.encode(msgspec.structs.replace(event, **changes))


def seal(body: bytes, late_s: int = 0) -> str:
    return signed(sandbox_key(KEYS.tokens), int(time.time()) + late_s, body)


def test_the_page_has_all_buttons_and_runs_nothing_of_others(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        page = await till.world.ask("GET", till.page)
        assert page.status == 200
        assert all(f">{button}</button>" in page.body.decode() for button in BUTTONS)
        assert "€250.00" in page.body.decode()
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"

    at_the_till(case)


def test_the_page_opens_for_nobody_without_its_address(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        order = till.order["id"]
        for path in (f"/pay/sandbox/{order}/{'A' * 32}", till.page.replace("sandbox", "stripe"), "/pay/sandbox/x/y"):
            assert (await till.world.ask("GET", path)).status == 404
            assert (await till.world.ask("POST", path, b"outcome=pay")).status == 404

    at_the_till(case)


@pytest.mark.parametrize(
    ("outcome", "kinds"),
    [
        ("pay", ["payment.captured"]),
        ("twice", ["payment.captured"] * 2),
        ("never", []),
        ("decline", ["payment.declined"]),
        ("late", ["payment.captured"]),
    ],
)
def test_a_button_moves_the_books_and_sends_its_notices(
    at_the_till: Callable[[Case], None], outcome: str, kinds: list[str]
) -> None:
    async def case(till: Till) -> None:
        pressed = await till.press(outcome)
        assert (pressed.status, pressed.headers["location"]) == (303, till.page)
        assert [event.kind for event, _ in till.notices()] == kinds
        found = await till.world.parts.payments.sandbox.lookup(f"sbx-{till.order['id']}")
        assert found is not None
        assert found.state == {"decline": "declined", "late": "open"}.get(outcome, "captured")

    at_the_till(case)


def test_pay_late_sends_its_notice_after_the_seconds_asked_for(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        before_ms = time.time_ns() // 1_000_000
        await till.press("late", seconds="90")
        ((_, at_ms),) = till.notices()
        assert 90_000 <= at_ms - before_ms < 150_000

    at_the_till(case)


def test_who_presses_twice_pays_once(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        await asyncio.gather(*(till.press("pay") for _ in range(5)))
        assert len(till.notices()) == 1
        page = (await till.world.ask("GET", till.page)).body.decode()
        assert "captured" in page
        assert "<button" not in page

    at_the_till(case)


def test_a_form_that_is_none_of_ours_is_malformed(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        for outcome, seconds in (("steal", "1"), ("late", "-1"), ("late", "9" * 50), ("", "1")):
            assert (await till.press(outcome, seconds=seconds)).slug == "malformed"
        assert till.notices() == []

    at_the_till(case)


def test_a_notice_confirms_the_order_once_however_often_it_comes(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        body = body_of(till)
        for _ in range(3):
            told = await till.tell(body, seal(body))
            assert (told.status, told.body) == (200, b"")
        assert await till.status() == "confirmed"
        orders = till.world.entities.orders[till.order["id"].partition("-")[0]]
        assert len(orders.state.orders[till.order["id"]].captures) == 1

    at_the_till(case)


def test_a_decline_leaves_the_order_waiting(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        body = body_of(till, kind="payment.declined")
        assert (await till.tell(body, seal(body))).status == 200
        assert await till.status() == "awaiting_payment"

    at_the_till(case)


def test_a_forged_or_stale_notice_is_refused_without_a_hint(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        body = body_of(till)
        refused = [await till.tell(body, signature) for signature in ("", seal(body + b" "), seal(body, -400))]
        assert {reply.slug for reply in refused} == {"malformed"}
        assert len({reply.json["detail"] for reply in refused}) == 1
        assert await till.status() == "awaiting_payment"
        assert (await till.world.ask("POST", NOTICE.replace("sandbox", "stripe"), body)).status == 404
        assert (await till.world.ask("POST", NOTICE.replace("sandbox", "invoice"), body)).slug == "malformed"

    at_the_till(case)


def test_a_notice_of_no_order_of_ours_need_not_come_again(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        stranger = f"cabcdefghijkl-o{'b' * 26}"
        for order in (stranger, "nonsense", till.order["id"][:-1] + "ab"[till.order["id"].endswith("a")]):
            body = body_of(till, order=order)
            assert (await till.tell(body, seal(body))).status == 200
        assert await till.status() == "awaiting_payment"

    at_the_till(case)


def test_a_body_of_any_kind_is_no_server_error(at_the_till: Callable[[Case], None]) -> None:
    async def case(till: Till) -> None:
        for body in (b"", b"{}", b"\xff" * 100, secrets.token_bytes(1000)):
            assert (await till.tell(body, seal(body))).slug == "malformed"
            assert (await till.world.ask("POST", till.page, body)).slug == "malformed"

    at_the_till(case)

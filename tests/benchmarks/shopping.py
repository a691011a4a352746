"""Buyers who go all the way: reserve, order, pay on the sandbox's page, and look until the seats are theirs."""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import uvloop

from gateway.loadtest.client import Answer, Connection
from gateway.loadtest.target import Target
from gateway.loadtest.venues import BASE, Venue, keyed_request, plain_request
from tests.benchmarks.loading import Load

LOOK_AGAIN_S = 0.02
CONFIRMED_S_MAX = 60.0
BUYER = {"name": "Bench Buyer", "email": "bench@example.org"}
JOURNEY_REQUESTS = 4
"""Reserve, order, pay, look: what a journey is at least, and what the yardstick's journey is made of."""


class Purchase(NamedTuple):
    """A confirmed order: its id, token and the codes of its seats."""

    order: str
    token: str
    codes: list[str]


class Shopper:
    """One buyer after the other on one connection."""

    def __init__(self, target: Target) -> None:
        self._connection = Connection(target)
        self._authority = target.authority

    async def buy(self, venue: Venue, quantity: int = 1, payment: str = "sandbox") -> Purchase:
        """A whole journey. With an invoice it is the organiser who says that it is paid."""
        items = [{"seat_type": next(iter(venue.quotas)), "quantity": quantity}]
        held = await self.post(f"{BASE}/conferences/{venue.slug}/reservations", {"items": items}, 201)
        asked = {"buyer": BUYER, "payment": payment}
        path = f"{BASE}/reservations/{held['id']}/order"
        order = await self.post(path, asked, 201, held["token"])
        if payment == "invoice":
            await self.post(f"{venue.path}/orders/{order['id']}/mark-paid", None, 200, venue.token)
        else:
            await self._pay(order["payment_url"])
        return await self._confirmed(order["id"], order["token"])

    async def _pay(self, url: str) -> None:
        path = "/" + url.split("/", 3)[3]
        form = b"outcome=pay"
        head = f"POST {path} HTTP/1.1\r\nHost: {self._authority}\r\nContent-Length: {len(form)}\r\n"
        head += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        expect(await self._connection.ask(head.encode() + form), 200, 303)

    async def _confirmed(self, order: str, token: str) -> Purchase:
        ends = time.monotonic() + CONFIRMED_S_MAX
        while True:
            found = await self.get(f"{BASE}/orders/{order}", token)
            if found["status"] == "confirmed":
                return Purchase(order, token, [seat["ticket_code"] for seat in found["seats"]])
            if time.monotonic() > ends:
                raise AssertionError(f"{order} is {found['status']} after {CONFIRMED_S_MAX:.0f} s")
            await asyncio.sleep(LOOK_AGAIN_S)

    async def get(self, path: str, token: str) -> Any:
        """What a read answers."""
        answer = await self._connection.ask(plain_request("GET", path, self._authority, token))
        return json.loads(expect(answer, 200).body)

    async def post(self, path: str, body: object, status: int, token: str = "", method: str = "POST") -> Any:
        """What a write answers, under a key of its own."""
        key = secrets.token_hex(16)
        if body is None:
            request = plain_request(method, path, self._authority, token, key)
        else:
            head, tail = keyed_request(method, path, self._authority, body, token)
            request = head + key.encode() + tail
        return json.loads(expect(await self._connection.ask(request), status).body)

    def close(self) -> None:
        self._connection.close()


def expect(answer: Answer, *statuses: int) -> Answer:
    """Raises if anything else was answered."""
    if answer.status not in statuses:
        raise AssertionError(f"expected {statuses}, got {answer.status}: {answer.body[:300]!r}")
    return answer


async def shopping(
    target: Target,
    connections: int,
    go: Callable[[Shopper], Awaitable[Any]],
    seconds: float | None = None,
    count: int | None = None,
) -> tuple[Load, list[Any]]:
    """So many shoppers who go again and again; what each time gave, and how long it took."""
    load, given = Load(), []
    begun = time.perf_counter()
    ends = begun + (seconds if seconds is not None else 3_600)
    left = count if count is not None else 1 << 62

    async def work() -> None:
        nonlocal left
        shopper = Shopper(target)
        while left > 0 and time.perf_counter() < ends:
            left -= 1
            started = time.perf_counter_ns()
            given.append(await go(shopper))
            load.latencies_us.append((time.perf_counter_ns() - started) // 1_000)
            load.statuses[200] += 1
        shopper.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    load.seconds = time.perf_counter() - begun
    return load, given


def shop(
    target: Target,
    connections: int,
    go: Callable[[Shopper], Awaitable[Any]],
    seconds: float | None = None,
    count: int | None = None,
) -> tuple[Load, list[Any]]:
    """:func:`shopping` in a loop of its own."""
    return uvloop.run(shopping(target, connections, go, seconds, count))


async def paced(target: Target, per_s: float, requests: list[bytes], status: int, connections: int = 16) -> Load:
    """Requests that leave at their own times, whatever became of those before; latencies count from those times."""
    load, waiting = Load(), asyncio.Queue[tuple[float, bytes]]()
    begun = time.perf_counter()
    for number, request in enumerate(requests):
        waiting.put_nowait((begun + number / per_s, request))

    async def work() -> None:
        connection = Connection(target)
        await connection.open()
        while not waiting.empty():
            at, request = waiting.get_nowait()
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            expect(await connection.ask(request), status)
            load.latencies_us.append(int((time.perf_counter() - at) * 1_000_000))
            load.statuses[status] += 1
        connection.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    load.seconds = time.perf_counter() - begun
    return load

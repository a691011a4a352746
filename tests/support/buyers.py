"""Many buyers at once: an asyncio client that reserves, each request under its own key, and keeps the history."""

import asyncio
from collections import Counter
from typing import Any, NamedTuple
from uuid import uuid4

import aiohttp

CONNECTIONS = 64
REQUEST_S_MAX = 20.0


class Outcome(NamedTuple):
    """What one buyer was told: the status (0 when the connection broke) and the body."""

    key: str
    status: int
    body: Any


async def reserve(session: aiohttp.ClientSession, url: str, items: list[dict[str, Any]], key: str) -> Outcome:
    """One reservation request."""
    try:
        async with session.post(url, json={"items": items}, headers={"Idempotency-Key": key}) as answer:
            return Outcome(key, answer.status, await answer.json(content_type=None))
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Outcome(key, 0, None)


async def rush(port: int, slug: str, seat_type: str, buyers: int, *, sends: int = 1) -> list[Outcome]:
    """``buyers`` each ask for one seat, each request ``sends`` times with the same key; all outcomes."""
    url = f"http://127.0.0.1:{port}/api/v1/conferences/{slug}/reservations"
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    timeout = aiohttp.ClientTimeout(total=REQUEST_S_MAX)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        gate = asyncio.Semaphore(CONNECTIONS)

        async def one() -> list[Outcome]:
            key = str(uuid4())
            async with gate:
                items = [{"seat_type": seat_type, "quantity": 1}]
                return [await reserve(session, url, items, key) for _ in range(sends)]

        told = await asyncio.gather(*(one() for _ in range(buyers)))
    return [outcome for outcomes in told for outcome in outcomes]


def statuses(outcomes: list[Outcome]) -> Counter[int]:
    """How often each status came."""
    return Counter(outcome.status for outcome in outcomes)

"""One attempt to deliver a webhook message, and when the next one is due.

An attempt ends within ``ATTEMPT_MS_MAX`` whatever the other side does, follows no redirect, keeps at most
``EXCERPT_BYTES_MAX`` of an answer, and says how it went as a value.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import Final

import aiohttp
from msgspec import Struct

from gateway.webhooks.signing import Message, signed_headers
from gateway.webhooks.targets import (
    CheckedResolver,
    Forbidden,
    Resolve,
    Target,
    Unresolved,
    addresses_of,
    resolve_by_system,
)

ATTEMPT_MS_MAX: Final = 15_000
EXCERPT_BYTES_MAX: Final = 1_024
HEADER_BYTES_MAX: Final = 8_190
AGENT: Final = "Contoso-Webhooks/1"

# At once, then after these: within three days ten attempts, as the convention recommends.
_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
DELAYS_S: Final = (
    5, 5 * _MINUTE_S, 30 * _MINUTE_S, 2 * _HOUR_S, 5 * _HOUR_S, 10 * _HOUR_S, 14 * _HOUR_S, 20 * _HOUR_S, 20 * _HOUR_S,
)  # fmt: skip
SPREAD: Final = 0.1
"""A delay is shortened by up to this part of itself, so that what failed together does not come back together."""


class Delivered(Struct, frozen=True):
    """The receiver said 2xx."""

    status: int
    took_ms: int


class Failed(Struct, frozen=True):
    """It did not. ``status`` and ``excerpt``: what the receiver answered, if it did.

    ``gone``: it wants no more messages at all (410): the webhook is to be switched off.
    """

    reason: str
    took_ms: int
    status: int | None = None
    excerpt: str = ""
    gone: bool = False


Outcome = Delivered | Failed


def next_attempt_at_ms(attempts_made: int, now_ms: int, spread: float) -> int | None:
    """When to try again after the ``attempts_made``-th attempt failed at ``now_ms``; None: give up.

    ``spread``: a random number from 0 to 1, by the caller.
    """
    assert attempts_made >= 1, "the first attempt is made at once"
    if attempts_made > len(DELAYS_S):
        return None
    return now_ms + round(DELAYS_S[attempts_made - 1] * 1_000 * (1 - SPREAD * spread))


class Courier:
    """Makes attempts. ``allow_private``: as configured; ``clock_s``: Unix time, for the signature."""

    def __init__(
        self,
        allow_private: bool = False,
        resolve: Resolve = resolve_by_system,
        clock_s: Callable[[], float] = time.time,
        trusted: ssl.SSLContext | bool = True,
        attempt_ms_max: int = ATTEMPT_MS_MAX,
    ) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._clock_s = clock_s
        self._trusted = trusted
        self._attempt_ms_max = attempt_ms_max

    async def attempt(self, message: Message, target: Target, *secrets: str) -> Outcome:
        """Send the message once. Raises nothing that the network or the receiver can cause."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            **signed_headers(message, int(self._clock_s()), *secrets),
        }
        started_s = time.monotonic()
        try:
            async with asyncio.timeout(self._attempt_ms_max / 1_000):
                outcome = await self._attempt(message, target, headers)
        except TimeoutError:
            outcome = Failed("the receiver did not answer in time", 0)
        except (aiohttp.ClientError, OSError) as problem:
            # Its words may hold the inside of our network; its kind says enough.
            outcome = Failed(f"no answer: {type(problem).__name__}", 0)
        took_ms = round((time.monotonic() - started_s) * 1_000)
        match outcome:
            case Delivered(status=status):
                return Delivered(status, took_ms)
            case Failed(reason=reason, status=status_or_none, excerpt=excerpt, gone=gone):
                return Failed(reason, took_ms, status_or_none, excerpt, gone)

    async def _attempt(self, message: Message, target: Target, headers: dict[str, str]) -> Outcome:
        addresses = await addresses_of(target, self._allow_private, self._resolve)
        if isinstance(addresses, Forbidden | Unresolved):
            return Failed(addresses.problem, 0)
        connector = aiohttp.TCPConnector(
            resolver=CheckedResolver(addresses), use_dns_cache=False, force_close=True, ssl=self._trusted, limit=1
        )
        async with aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,  # A small answer may unpack to a very large one.
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=HEADER_BYTES_MAX,
            max_field_size=HEADER_BYTES_MAX,
        ) as session:
            return await _post(session, message, target, headers)


async def _post(session: aiohttp.ClientSession, message: Message, target: Target, headers: dict[str, str]) -> Outcome:
    async with session.post(target.url, data=message.body, headers=headers, allow_redirects=False) as answer:
        if 200 <= answer.status < 300:
            return Delivered(answer.status, 0)
        excerpt = (await answer.content.read(EXCERPT_BYTES_MAX)).decode("utf-8", "replace")
        redirected = " (redirects are not followed)" if 300 <= answer.status < 400 else ""
        reason = f"the receiver answered {answer.status}{redirected}"
        return Failed(reason, 0, answer.status, excerpt, gone=answer.status == 410)

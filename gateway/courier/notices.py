"""Carries the sandbox's notices, over HTTP to this installation, as a provider elsewhere would.

The books are moved first, so that whoever pays late has paid when the notice says so, and not before.
"""

import random
from collections.abc import Callable
from typing import Final

import aiohttp

from actors.messages.codec import Decoder, Malformed
from actors.messages.effects import SandboxNotice
from gateway.courier.carriers import Again, Done, GivenUp, Outcome, pause_ms, waited_ms
from gateway.payments.ports import Paid, Unreachable
from gateway.payments.sandbox import SIGNATURE_HEADER, Sandbox
from storage.outbox import Due

TRY_S_MAX: Final = 20.0
PAUSE_MS_MAX: Final = 60_000
PATH: Final = "/api/v1/payments/sandbox/notice"

_notice: Decoder[SandboxNotice] = Decoder(SandboxNotice)


class Notices:
    """Satisfies ``carriers.Carrier``. ``base``: where this installation listens, as ``http://127.0.0.1:8080``."""

    def __init__(
        self, base: str, sandbox: Sandbox, give_up_ms: int, spread: Callable[[], float] = random.random
    ) -> None:
        self._url, self._sandbox, self._give_up_ms, self._spread = base + PATH, sandbox, give_up_ms, spread
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Ends its connections."""
        if self._session is not None:
            await self._session.close()

    async def carry(self, due: Due, now_ms: int) -> Outcome:
        try:
            body = _notice(due.payload).body
        except Malformed as malformed:
            return GivenUp(f"of a newer release: {malformed}")
        signature = self._sandbox.signature(now_ms // 1000, body)
        try:
            said = self._sandbox.notice({SIGNATURE_HEADER: signature}, body)
            if isinstance(said, Paid):
                await self._sandbox.settle(said.payment, captured=True)
        except Unreachable as problem_there:
            return Again(now_ms + pause_ms(due.attempt, self._spread(), PAUSE_MS_MAX), str(problem_there))
        problem = await self._post(body, signature)
        if problem is None:
            return Done()
        if waited_ms(due.attempt, PAUSE_MS_MAX) >= self._give_up_ms:
            return GivenUp(problem)
        return Again(now_ms + pause_ms(due.attempt, self._spread(), PAUSE_MS_MAX), problem)

    async def _post(self, body: bytes, signature: str) -> str | None:
        """Why it did not arrive."""
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature}
        if self._session is None:  # Made on the loop, and kept as long as it.
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TRY_S_MAX))
        try:
            async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                return None if 200 <= answer.status < 300 else f"answered {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            return f"no answer: {type(problem).__name__}"

"""Looks at times for payments whose notice never came: the money of the last days ends in seats or goes back.

The read models are a hint only: the order decides, and notes a payment once.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Final

from actors.messages.codec import encode
from actors.messages.orders import NotePayment
from gateway.courier.facts import Facts
from gateway.payments.offered import Payments
from gateway.payments.ports import PaymentFound, Provider, Unreachable
from gateway.ports import Entities, EntityFailure

LOOK_BACK_MS: Final = 2 * 86_400_000

log = logging.getLogger(__name__)


class Sweeps:
    """``every_ms``: how often; 0: never."""

    def __init__(
        self, payments: Payments, facts: Facts, entities: Entities, now_ms: Callable[[], int], every_ms: int
    ) -> None:
        self._payments, self._facts, self._entities = payments, facts, entities
        self._now_ms, self._every_ms = now_ms, every_ms

    async def work(self) -> None:
        """Until it is cancelled."""
        while self._every_ms:
            await asyncio.sleep(self._every_ms / 1000)
            await self.sweep()

    async def sweep(self) -> int:
        """One look at all providers; how many payments were noted."""
        noted = 0
        for provider in self._payments.providers.values():
            try:
                async for found in provider.payments(self._now_ms() - LOOK_BACK_MS):
                    if self._is_missed(found):
                        await self._note(provider, found)
                        noted += 1
            except (Unreachable, EntityFailure) as problem:  # The next sweep finds it again.
                log.warning("sweep-cut-short", extra={"provider": provider.name, "problem": type(problem).__name__})
        return noted

    def _is_missed(self, found: PaymentFound) -> bool:
        if found.state != "captured":
            return False
        order = self._facts.order(found.order)
        return order is not None and not order.captured_minor

    async def _note(self, provider: Provider, found: PaymentFound) -> None:
        log.warning("notice-missed", extra={"provider": provider.name})
        note = NotePayment(found.order, provider.name, found.payment, found.amount_minor, found.currency)
        stream = f"orders-{found.order.partition('-')[0]}"
        await self._entities.ask(stream, secrets.token_bytes(16), bytes(16), "sweep", encode(note))

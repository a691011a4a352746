"""Carries refunds: asks the provider under the refund's own key until it is certain, and tells the order.

Whatever dies in between, the same key asked again gets the same refund, and an order notes it once.
"""

import random
import secrets
from collections.abc import Callable
from typing import Final, Literal, assert_never

from actors.messages.codec import Decoder, Malformed, encode
from actors.messages.effects import GiveBack
from actors.messages.order_replies import OrderReply
from actors.messages.orders import NoteRefund
from actors.messages.refusals import Refused
from gateway.courier.carriers import Again, Done, GivenUp, Outcome, pause_ms
from gateway.payments.ports import Failed, Pending, Provider, Refunded, Unknown
from gateway.ports import Entities, EntityFailure, UnknownStream
from storage.outbox import Due

PENDING_MS: Final = 60_000
PAUSE_MS_MAX: Final = 600_000
FAILURES_MAX: Final = 20
"""Times that a provider may say no before the refund is given up: a person has to pay it back then."""
PROBLEM_CHARACTERS_MAX: Final = 200

_give_back: Decoder[GiveBack] = Decoder(GiveBack)
_reply: Decoder[OrderReply] = Decoder(OrderReply)


class Refunds:
    """Satisfies ``carriers.Carrier``. ``providers`` by name."""

    def __init__(
        self,
        providers: Callable[[str], Provider | None],
        entities: Entities,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._providers, self._entities, self._spread = providers, entities, spread

    async def carry(self, due: Due, now_ms: int) -> Outcome:
        try:
            wanted = _give_back(due.payload)
        except Malformed as malformed:
            return GivenUp(f"of a newer release: {malformed}")
        provider = self._providers(wanted.provider)
        if provider is None:
            return Again(now_ms + PAUSE_MS_MAX, f"{wanted.provider} is not configured here any more")
        outcome = await provider.refund(wanted.payment, wanted.amount_minor, wanted.currency, wanted.refund)
        match outcome:
            case Refunded(reference=reference):
                return await self._note(wanted, due, now_ms, "done", reference=reference)
            case Pending(reference=reference):
                return Again(now_ms + PENDING_MS, f"{wanted.provider} has it in hand as {reference}")
            case Unknown(problem=problem):
                return Again(now_ms + pause_ms(due.attempt, self._spread(), PAUSE_MS_MAX), problem)
            case Failed(problem=problem):
                return await self._note(wanted, due, now_ms, "failed", problem=problem)
            case unreachable:
                assert_never(unreachable)

    async def _note(
        self,
        wanted: GiveBack,
        due: Due,
        now_ms: int,
        outcome: Literal["done", "failed"],
        reference: str = "",
        problem: str = "",
    ) -> Outcome:
        pause = now_ms + pause_ms(due.attempt, self._spread(), PAUSE_MS_MAX)
        note = NoteRefund(wanted.order, wanted.refund, outcome, reference, problem[:PROBLEM_CHARACTERS_MAX])
        try:
            refused = await tell(self._entities, note)
        except EntityFailure as failure:
            return Again(pause, f"the order was not told: {type(failure).__name__}")
        if refused is not None:
            return GivenUp(refused)
        if outcome == "done":
            return Done()
        return GivenUp(problem) if due.attempt >= FAILURES_MAX else Again(pause, problem)


async def tell(entities: Entities, note: NoteRefund) -> str | None:
    """Tells an order what became of its refund; why it does not want to hear it. Raises ``EntityFailure``.

    Each asking has a key of its own: an order notes a refund once, however often it hears of it.
    """
    stream = f"orders-{note.order.partition('-')[0]}"
    try:
        frame = await entities.ask(stream, secrets.token_bytes(16), bytes(16), "courier", encode(note))
    except UnknownStream:
        return "there are no such orders"
    reply = _reply(frame)
    return reply.detail if isinstance(reply, Refused) else None

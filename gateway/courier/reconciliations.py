"""Carries reconciliations: compares every provider's books with the logs, settles what has one right answer, reports.

The report is a file of JSON lines in the data directory, one for each difference and a last one that sums up.
"""

import os
import secrets
from collections import Counter
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from actors.messages.codec import Decoder, Malformed, encode
from actors.messages.effects import Reconciliation
from actors.messages.order_replies import OrderReply
from actors.messages.orders import NotePayment, NoteRefund
from actors.messages.refusals import Refused
from gateway.courier.carriers import Done, GivenUp, Outcome
from gateway.courier.facts import Facts
from gateway.courier.refunds import tell
from gateway.courier.rounds import Run
from gateway.payments.books import ENTRIES_MAX, SETTLED, Books, Difference, TooMany, compare
from gateway.payments.offered import Payments
from gateway.payments.ports import Failed, PaymentFound, Provider, Refunded, Unreachable
from gateway.ports import Entities, EntityFailure, UnknownStream
from storage.outbox import Due

CONFERENCES_PAGE: Final = 200
EVENTS_PAGE: Final = 500

_wanted: Decoder[Reconciliation] = Decoder(Reconciliation)
_reply: Decoder[OrderReply] = Decoder(OrderReply)


class Line(NamedTuple):
    """A difference, and what came of it: "settled", "listed", or why it could not be settled."""

    difference: Difference
    outcome: str


class Reconciliations:
    """Satisfies ``carriers.Carrier``."""

    def __init__(self, payments: Payments, facts: Facts, entities: Entities, run: Run, data: Path) -> None:
        self._payments, self._facts, self._entities = payments, facts, entities
        self._run, self._data = run, data

    async def carry(self, due: Due, now_ms: int) -> Outcome:
        try:
            wanted = _wanted(due.payload)
            # The providers first: what comes meanwhile is known to the log, and no notice is missed that is on its way.
            found = {name: await _all(provider, wanted.since_ms) for name, provider in self._payments.providers.items()}
            books = await self._books()
            lines = []
            for name, provider in self._payments.providers.items():
                for difference in await self._differences(provider, books, found[name]):
                    outcome = await self._settle(difference, provider, wanted.settle)
                    lines.append(Line(difference, outcome))
        except Malformed as problem:
            return GivenUp(f"of a newer release: {problem}")
        except (Unreachable, TooMany, EntityFailure) as problem:
            return GivenUp(f"{type(problem).__name__}: {problem}")
        await self._run(write_report, report_path(self._data, due.key), lines, len(books.captures), len(books.refunds))
        return Done()

    async def _books(self) -> Books:
        """What all logs of orders say. Raises ``EntityFailure`` and ``TooMany``."""
        books, after = Books(), ""
        while conferences := self._facts.conferences(after, CONFERENCES_PAGE):
            for conference in conferences:
                await self._read(f"orders-{conference}", books)
            after = conferences[-1]
        return books

    async def _read(self, stream: str, books: Books) -> None:
        position = 0
        while True:
            try:
                page = await self._entities.read_log(stream, position, EVENTS_PAGE)
            except UnknownStream:
                return  # Nothing was ever ordered there.
            for event in page.described:
                books.take(event.type, msgspec.msgpack.decode(event.fields))
                position = event.version
            if not page.described or position >= page.head:
                return

    async def _differences(self, provider: Provider, books: Books, found: list[PaymentFound]) -> list[Difference]:
        """What still differs when the provider is asked once more of each payment in question.

        Its answer may be older than the log: what was given back in between is no difference.
        """
        there = {each.payment: each for each in await self._older(provider, books, found)}
        if provider.name != "invoice":
            for payment in {each.payment for each in compare(books, provider.name, there.values())}:
                if (fresh := await provider.lookup(payment)) is not None:
                    there[payment] = fresh
        return list(compare(books, provider.name, there.values()))

    async def _older(self, provider: Provider, books: Books, found: list[PaymentFound]) -> list[PaymentFound]:
        """What was found, and what the log knows of before: those payments are looked up one by one."""
        if provider.name == "invoice":
            return found
        known = {each.payment for each in found}
        wanted = [payment for name, payment in books.captures if name == provider.name and payment not in known]
        more = [await provider.lookup(payment) for payment in wanted]
        return [*found, *(each for each in more if each is not None)]

    async def _settle(self, difference: Difference, provider: Provider, settle: bool) -> str:
        if not settle or difference.kind not in SETTLED:
            return "listed"
        try:
            return await self._settled(difference, provider)
        except EntityFailure as failure:
            return f"the order was not told: {type(failure).__name__}"

    async def _settled(self, difference: Difference, provider: Provider) -> str:
        order, refund = difference.order, difference.refund
        amount_minor, currency = difference.amount_minor, difference.currency
        match difference.kind:
            case "notice-missing":
                note = NotePayment(order, provider.name, difference.payment, amount_minor, currency)
                stream = f"orders-{order.partition('-')[0]}"
                frame = await self._entities.ask(
                    stream, secrets.token_bytes(16), bytes(16), "reconciliation", encode(note)
                )
                reply = _reply(frame)
                return reply.detail if isinstance(reply, Refused) else "settled"
            case "refund-not-noted":
                return await tell(self._entities, NoteRefund(order, refund, "done", difference.detail)) or "settled"
            case "refund-due":
                outcome = await provider.refund(difference.payment, amount_minor, currency, refund)
                if isinstance(outcome, Refunded):
                    note_refund = NoteRefund(order, refund, "done", outcome.reference)
                    return await tell(self._entities, note_refund) or "settled"
                return outcome.problem if isinstance(outcome, Failed) else "asked for again"
            case _:
                return "listed"


async def _all(provider: Provider, since_ms: int) -> list[PaymentFound]:
    """All payments that a provider knows. Raises ``Unreachable`` and ``TooMany``."""
    found = []
    async for each in provider.payments(since_ms):
        found.append(each)
        if len(found) > ENTRIES_MAX:
            raise TooMany(f"{provider.name} tells of more than {ENTRIES_MAX:,} payments")
    return found


def report_path(data: Path, key: str) -> Path:
    """The report of the reconciliation with this key in the outbox."""
    return data / "reconciliations" / f"{key.rpartition('/')[2]}.jsonl"


def write_report(path: Path, lines: list[Line], payments: int, refunds: int) -> None:
    """All at once, or not at all."""
    written = [_line(line) for line in lines]
    outcomes = Counter("not settled" if line.outcome not in ("settled", "listed") else line.outcome for line in lines)
    written.append({"payments": payments, "refunds": refunds, "differences": len(lines), **outcomes})
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_suffix(".unfinished")
    draft.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in written))
    os.replace(draft, path)


def _line(line: Line) -> dict[str, Any]:
    return line.difference._asdict() | {"outcome": line.outcome}

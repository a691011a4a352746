"""The courier's life: puts its parts together, works the outbox off, and stops without letting anything fall."""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import msgspec

from config.settings import Settings
from gateway.courier.carriers import Carrier
from gateway.courier.facts import StoredFacts
from gateway.courier.forgetting import forget_for_ever
from gateway.courier.letters import Writer
from gateway.courier.links import Links
from gateway.courier.mails import Mails
from gateway.courier.notices import Notices
from gateway.courier.reconciliations import Reconciliations
from gateway.courier.refunds import Refunds
from gateway.courier.rounds import Rounds, Terms
from gateway.courier.sweeps import Sweeps
from gateway.courier.webhooks import Announcements, WebhookMessages
from gateway.documents.codes import CodeSigner
from gateway.mail.senders import FolderSender, Sender, SmtpSender, SmtpSettings
from gateway.payments.offered import Payments, open_payments
from gateway.ports import Entities
from gateway.switchboard import Joint, Switchboard
from gateway.webhooks.delivery import Courier
from storage.keys import Keys, open_keys
from storage.outbox import Outbox
from storage.sqlite.accounts import SqliteAccounts
from storage.sqlite.outbox import SqliteOutbox
from storage.sqlite.readmodels import open_reader
from storage.sqlite.vault import SqliteVault
from storage.sqlite.webhooks import SqliteWebhooks

THREADS: Final = 4
ANNOUNCEMENTS_AT_ONCE_MAX: Final = 8
NOTICES_AT_ONCE_MAX: Final = 32
SWITCH_S: Final = 0.0005
"""How long a thread that draws tickets may keep all others waiting: a tenth of Python's own."""

T = TypeVar("T")
log = logging.getLogger(__name__)


async def main(joint: Joint) -> None:
    """Until the system stops."""
    sys.setswitchinterval(SWITCH_S)
    settings = msgspec.msgpack.decode(joint.settings, type=Settings)
    switchboard = Switchboard(joint, settings)
    rounds, beside = build(settings, switchboard.entities)
    working = [asyncio.create_task(each.work()) for each in rounds]
    at_times = [asyncio.create_task(each) for each in beside]
    for task in (*working, *at_times):
        task.add_done_callback(_end_with)
    joint.here()
    await switchboard.until_drain()
    for task in at_times:
        task.cancel()
    for each in rounds:
        each.stop()
    # What is cut off here was leased: the next courier does it again, under the same keys.
    await asyncio.wait(working, timeout=settings.gateway.drain_ms / 1000)
    joint.drained()
    await asyncio.Event().wait()  # The actor ends the process; its loop must not end before.


def _end_with(task: asyncio.Task[None]) -> None:
    """A round that breaks takes the process along: the next one starts afresh."""
    if not task.cancelled() and (problem := task.exception()) is not None:
        log.critical("courier-broken", exc_info=problem)
        asyncio.get_running_loop().stop()


def build(settings: Settings, entities: Entities) -> tuple[list[Rounds], list[Coroutine[Any, Any, None]]]:
    """All rounds, and what is done at times beside them, over the stores in the data directory."""
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="stores")

    async def run(call: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, call, *arguments)

    data, keys = settings.data, open_keys(settings.data, settings.vault.key)
    outbox = SqliteOutbox(data / "outbox.db")
    webhooks = SqliteWebhooks(data / "webhooks.db", keys.vault())
    facts = StoredFacts(
        open_reader(data / "readmodels.db"),
        SqliteVault(data / "vault.db", keys.vault()),
        SqliteAccounts(data / "accounts.db", keys.vault()),
        run,
    )
    courier, at_once = settings.courier, settings.courier.webhooks_at_once_max
    payments = open_payments(settings, keys.tokens(), _now_ms)
    carriers: list[tuple[Terms, Carrier]] = [
        (Terms("mail", courier.mails_at_once_max), _mails(settings, facts, payments, keys)),
        (Terms("announcement", ANNOUNCEMENTS_AT_ONCE_MAX), Announcements(facts, webhooks, run)),
        (
            Terms("webhook", at_once, courier.webhooks_per_target_max),
            WebhookMessages(webhooks, Courier(settings.webhooks.allow_private), run, courier.deliveries_kept_max),
        ),
        (Terms("refund", courier.refunds_at_once_max), Refunds(payments.of, entities)),
        (
            Terms("notice", NOTICES_AT_ONCE_MAX),
            Notices(_here(settings), payments.sandbox, courier.give_up_ms),
        ),
        (Terms("reconciliation", 1), Reconciliations(payments, facts, entities, run, data)),
    ]
    beside = [
        Sweeps(payments, facts, entities, _now_ms, courier.missed_notices_ms).work(),
        forget_for_ever(outbox, run, _now_ms, courier.done_kept_ms),
    ]
    return [_rounds(terms, carrier, outbox, run, settings) for terms, carrier in carriers], beside


def _rounds(terms: Terms, carrier: Carrier, outbox: Outbox, run: Any, settings: Settings) -> Rounds:
    courier = settings.courier
    return Rounds(terms, carrier, outbox, run, _now_ms, lease_ms=courier.lease_ms, poll_ms=courier.poll_ms)


def _mails(settings: Settings, facts: StoredFacts, payments: Payments, keys: Keys) -> Mails:
    writer = Writer(
        facts,
        Links(payments, keys.tokens()),
        CodeSigner(keys.tickets()),
        settings.mail.language,
        settings.courier.naming_reminder_ms,
    )
    return Mails(facts, writer, _sender(settings), settings.mail, settings.courier.give_up_ms)


def _sender(settings: Settings) -> Sender:
    mail = settings.mail
    if not mail.host:
        folder = settings.data / "mail"
        log.warning("mail-goes-to-files", extra={"folder": str(folder), "hint": "set mail.host to send it"})
        return FolderSender(folder)
    return SmtpSender(
        SmtpSettings(
            mail.host, mail.port, mail.security, mail.username or None, mail.password or None, mail.timeout_ms / 1000
        )
    )


def _here(settings: Settings) -> str:
    """Where this installation can be reached from this machine."""
    address = settings.gateway.address
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(address.host)  # noqa: S104 - it is told apart, not listened on.
    return f"http://{host}:{address.port}" if host else f"http://{address}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

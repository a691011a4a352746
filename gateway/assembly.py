"""Puts together what handlers use: stores, keys and memories of one gateway."""

import asyncio
import time
from typing import NamedTuple

from argon2 import PasswordHasher

from config.settings import Settings
from gateway.acknowledged import Acknowledged
from gateway.afterwards import Afterwards
from gateway.attempts import Attempts
from gateway.authority import Authority
from gateway.calls import Parts
from gateway.clients import Clients
from gateway.feed import Feed
from gateway.idempotency import Idempotency
from gateway.ids import Ids
from gateway.mail.posting import LINKS, OutboxLetters
from gateway.order_keys import OrderKeys
from gateway.passwords import Passwords
from gateway.payments.offered import open_payments
from gateway.ports import Entities
from gateway.printing import Printing
from gateway.reading import Views
from gateway.reading_orders import OrderViews
from gateway.slugs import Slugs
from gateway.tenants import Accounts, Vault
from gateway.ticket_codes import TicketCodes
from gateway.tokens import Tokens
from gateway.turns import LOOKS_AT_ONCE_MAX, Turns
from gateway.webhooks.receivers import Receivers
from gateway.workers import Workers
from gateway.writes import gathered
from storage.outbox import Outbox
from storage.webhooks import Webhooks

STORE_CALLS_WAITING_MAX = 512


class Stores(NamedTuple):
    """What the gateway reads and writes beside the entities."""

    views: Views
    accounts: Accounts
    vault: Vault
    orders: OrderViews
    outbox: Outbox
    webhooks: Webhooks


class Keys(NamedTuple):
    """Secrets of the installation, each for one purpose; the same in all gateways, at least 32 bytes."""

    tokens: bytes
    clients: bytes
    idempotency: bytes
    tickets: bytes


def build_parts(
    settings: Settings, entities: Entities, stores: Stores, keys: Keys, hasher: PasswordHasher | None = None
) -> Parts:
    """Everything that handlers use. Call it in the gateway's own process, with its loop running."""
    loop = asyncio.get_running_loop()
    workers = Workers("stores", 1, STORE_CALLS_WAITING_MAX)
    accounts = settings.accounts
    payments = open_payments(settings, keys.tokens, now_ms)
    return Parts(
        settings=settings.gateway,
        account_settings=accounts,
        entities=entities,
        views=stores.views,
        accounts=stores.accounts,
        vault=stores.vault,
        workers=workers,
        writes=gathered(stores.vault, payments.sandbox, stores.outbox),
        passwords=Passwords(accounts.passwords_at_once_max, hasher),
        authority=Authority(
            stores.accounts,
            workers,
            now_ms,
            cache_ms=accounts.authorisation_cache_ms,
            cached_max=accounts.authorisations_cached_max,
        ),
        attempts=Attempts(accounts.sign_ins_per_minute_max, loop.time),
        registrations=Attempts(accounts.registrations_per_minute_max, loop.time),
        slugs=Slugs(stores.accounts, stores.views, workers, loop.time),
        feed=Feed(stores.views.availability_document, loop.time, loop.call_later),
        acknowledged=Acknowledged(),
        tokens=Tokens(keys.tokens, b"reservation"),
        order_keys=OrderKeys(keys.tokens),
        order_views=stores.orders,
        tickets=TicketCodes(keys.tickets),
        printing=Printing(),
        looks=Turns(LOOKS_AT_ONCE_MAX),
        payments=payments,
        letters=OutboxLetters(stores.outbox, stores.vault),
        links=Tokens(keys.tokens, LINKS),
        afterwards=Afterwards(),
        receivers=Receivers(
            stores.webhooks,
            stores.outbox,
            settings.webhooks.allow_private,
        ),
        clients=Clients(keys.clients, settings.gateway.trusted_proxies),
        idempotency=Idempotency(keys.idempotency),
        ids=Ids(),
        now_ms=now_ms,
    )


def now_ms() -> int:
    """The wall clock, in Unix milliseconds."""
    return time.time_ns() // 1_000_000

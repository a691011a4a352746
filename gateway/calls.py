"""One call: what a handler is given, and what it gives back."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aiohttp.web import BaseRequest

from actors.messages.codec import Decoder, encode
from actors.messages.conference import ConferenceReply, ConferenceStands, SeatTypeStands
from actors.messages.order_replies import CheckedIn, OrderReply, OrdersConfigured, OrderStands
from actors.messages.refusals import Refused
from actors.messages.seats import Configured, Confirmed, Ended, Held, SeatReply, Unchanged, WaitListed
from config.sections import Accounts as AccountSettings
from config.sections import Gateway as GatewaySettings
from gateway.acknowledged import Acknowledged
from gateway.afterwards import Afterwards
from gateway.attempts import Attempts
from gateway.authority import Authority
from gateway.clients import Clients
from gateway.feed import Feed
from gateway.idempotency import Idempotency
from gateway.ids import Ids
from gateway.mail.posting import Letters
from gateway.order_keys import OrderKeys
from gateway.passwords import Passwords
from gateway.payments.offered import Payments
from gateway.ports import Entities, EntityFailure
from gateway.printing import Printing
from gateway.problems import of_failure, of_refusal
from gateway.reading import Views
from gateway.reading_orders import OrderViews
from gateway.routes import Route
from gateway.slugs import Slugs
from gateway.tenants import Accounts, Principal, Vault
from gateway.ticket_codes import TicketCodes
from gateway.tokens import Tokens
from gateway.turns import Turns
from gateway.webhooks.receivers import Receivers
from gateway.workers import Workers
from gateway.writes import Writes

SeatsDone = Held | WaitListed | Confirmed | Ended | Unchanged | Configured
ConferenceDone = ConferenceStands | SeatTypeStands
OrdersDone = OrderStands | CheckedIn | OrdersConfigured

decode_seat_reply: Decoder[SeatReply] = Decoder(SeatReply)
decode_order_reply: Decoder[OrderReply] = Decoder(OrderReply)
decode_conference_reply: Decoder[ConferenceReply] = Decoder(ConferenceReply)


class Parts(NamedTuple):
    """Everything that handlers use; made once per gateway."""

    settings: GatewaySettings
    account_settings: AccountSettings
    entities: Entities
    views: Views
    accounts: Accounts
    vault: Vault
    workers: Workers
    writes: Writes
    passwords: Passwords
    authority: Authority
    attempts: Attempts
    registrations: Attempts
    slugs: Slugs
    feed: Feed
    acknowledged: Acknowledged
    tokens: Tokens
    order_keys: OrderKeys
    order_views: OrderViews
    tickets: TicketCodes
    printing: Printing
    looks: Turns
    payments: Payments
    letters: Letters
    links: Tokens
    afterwards: Afterwards
    receivers: Receivers
    clients: Clients
    idempotency: Idempotency
    ids: Ids
    now_ms: Callable[[], int]


class Answer(NamedTuple):
    """What is answered: a status, a body from ``gateway.replies``, its version (the ``ETag``) and headers."""

    body: Any = None
    status: int = 200
    version: int | None = None
    headers: Mapping[str, str] = {}


class Call(NamedTuple):
    """A request that its route's policy let through. ``body`` is parsed; ``key`` and ``fingerprint`` are hashes."""

    request: BaseRequest
    route: Route
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    correlation: str
    parts: Parts
    principal: Principal | None
    body: Any
    key: bytes
    fingerprint: bytes
    expected_version: int

    @property
    def account(self) -> str:
        """The account that asks, where the route's policy wants a person."""
        assert self.principal is not None, "the route's policy lets nobody else in"
        assert self.principal.account is not None, "the route's policy lets no API token in"
        return self.principal.account

    async def command_seats(self, stream: str, command: Any) -> SeatsDone:
        """The inventory's reply. Raises ``Problem`` for a refusal, or when there is no reply."""
        reply: SeatsDone = await self._command(stream, command, decode_seat_reply, create=False)
        return reply

    async def command_orders(self, stream: str, command: Any) -> OrdersDone:
        """The orders' reply. Raises ``Problem`` for a refusal, or when there is no reply."""
        reply: OrdersDone = await self._command(stream, command, decode_order_reply, create=False)
        return reply

    async def command_conference(self, stream: str, command: Any, *, create: bool = False) -> ConferenceDone:
        """The conference's reply. Raises ``Problem`` for a refusal, or when there is no reply."""
        reply: ConferenceDone = await self._command(stream, command, decode_conference_reply, create=create)
        return reply

    async def _command(self, stream: str, command: Any, decode: Callable[[Any], Any], *, create: bool) -> Any:
        entities = self.parts.entities
        try:
            frame = await entities.ask(
                stream, self.key, self.fingerprint, self.correlation, encode(command), create=create
            )
        except EntityFailure as failure:
            raise of_failure(failure) from failure
        reply = decode(frame)
        if isinstance(reply, Refused):
            raise of_refusal(reply)
        self.parts.acknowledged.note(stream, reply.version)
        return reply

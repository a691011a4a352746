"""A gateway on a real socket with fakes behind its ports, and a client that sees every byte."""

import asyncio
import json
import secrets
from typing import Any, NamedTuple, Self

import argon2
import msgspec

from config.addresses import Address
from config.settings import Settings, load
from gateway.assembly import Keys, Stores, build_parts
from gateway.metrics import Metrics
from gateway.server import Gateway, bind
from storage.sqlite.outbox import SqliteOutbox
from storage.sqlite.webhooks import SqliteWebhooks
from tests.gateway.fake_orders import FakeOrderViews
from tests.gateway.fakes import FakeAccounts, FakeEntities, FakeVault, FakeViews

KEYS = Keys(b"t" * 32, b"c" * 32, b"i" * 32, b"s" * 32)
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Reply(NamedTuple):
    """An answer as it came over the socket."""

    status: int
    headers: dict[str, str]
    body: bytes
    raw_head: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def slug(self) -> str:
        """The problem's slug; fails when it is no problem document."""
        assert self.headers["content-type"] == "application/problem+json", self
        document = self.json
        assert document["status"] == self.status
        assert document["title"]
        assert document["detail"]
        return str(document["type"]).removeprefix("/problems/")


class Client:
    """One connection, kept alive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self, *, head_only: bool = False) -> Reply:
        """The next answer. Raises ``asyncio.IncompleteReadError`` when the connection ends instead."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split()[1])
        if status == 100:
            return Reply(status, headers, b"", head)
        length = 0 if head_only else int(headers.get("content-length", 0))
        return Reply(status, headers, await self.reader.readexactly(length), head)

    async def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        await self.send(request_bytes(method, path, body, headers))
        return await self.receive(head_only=method == "HEAD")

    async def ended(self) -> bool:
        """Whether the server has closed the connection, once everything it sent is read."""
        try:
            return await self.reader.read() == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.writer.close()


def request_bytes(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> bytes:
    """A request; a body that is no bytes is sent as JSON."""
    data = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
    lines = {"Host": "test"}
    if body is not None:
        lines["Content-Type"] = "application/json"
    if body is not None or method in ("POST", "PUT", "PATCH"):
        lines["Content-Length"] = str(len(data))
    lines |= headers or {}
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return head.encode("latin-1") + b"\r\n" + data


def key() -> dict[str, str]:
    """A fresh idempotency key, as a header."""
    return {"Idempotency-Key": secrets.token_hex(16)}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class World:
    """The gateway under test and everything behind it."""

    def __init__(self, settings: Settings, *, fast: bool = True) -> None:
        self.settings = settings
        self.entities = FakeEntities()
        self.views = FakeViews(self.entities)
        self.accounts, self.vault = FakeAccounts(), FakeVault()
        self.outbox, self.webhooks = SqliteOutbox(None), SqliteWebhooks(None, bytes(32))
        self.metrics = Metrics()
        self.parts = build_parts(
            settings,
            self.entities,
            Stores(
                self.views,
                self.accounts,
                self.vault,
                FakeOrderViews(self.entities.orders, self._organiser_of),
                self.outbox,
                self.webhooks,
            ),
            KEYS,
            CHEAP,
        )
        self.gateway = Gateway(settings, self.parts, self.metrics, fast=fast)
        self.port = 0
        self._clients: list[Client] = []

    def _organiser_of(self, conference: str) -> str:
        return self.entities.conferences[conference].organiser

    @classmethod
    async def start(cls, *, fast: bool = True, **changes: str) -> Self:
        """A serving world; ``changes`` are settings of the gateway, as in the environment."""
        world = cls(load({f"CONTOSO_GATEWAY_{name.upper()}": value for name, value in changes.items()}), fast=fast)
        listener = bind(Address("127.0.0.1", 0))
        await world.gateway.start([listener])
        world.port = listener.getsockname()[1]
        return world

    async def stop(self) -> None:
        for client in self._clients:
            client.close()
        await self.gateway.drain()

    async def connect(self) -> Client:
        self._clients.append(client := Client(*await asyncio.open_connection("127.0.0.1", self.port)))
        return client

    async def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        """One request on a connection of its own."""
        client = await self.connect()
        reply = await client.ask(method, path, body, headers)
        client.close()
        return reply

    async def organiser(self, name: str = "Ada") -> tuple[str, dict[str, str]]:
        """A new organiser: its path of conferences, and its owner's authorisation."""
        body = {"name": name, "email": f"{name.lower()}@example.org", "password": "correct horse battery"}
        made = (await self.ask("POST", "/api/v1/organisers", body)).json
        return f"/api/v1/organisers/{made['id']}/conferences", bearer(made["token"])

    async def conference(self, slug: str = "pycon", name: str = "Ada") -> tuple[str, dict[str, str], str]:
        """A published conference with one seat type: the organiser's path of it, authorisation, the seat type."""
        root, owner = await self.organiser(name)
        made = await self.ask("POST", root, new_conference(slug), owner | key())
        assert made.status == 201, made
        path = f"{root}/{slug}"
        seat_type = await self.ask("POST", f"{path}/seat-types", NEW_SEAT_TYPE, owner | key())
        assert seat_type.status == 201, seat_type
        published = await self.ask("POST", f"{path}/publish", None, owner | key())
        assert published.status == 200, published
        return path, owner, seat_type.json["id"]


def new_conference(slug: str = "pycon", **changes: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": "PyCon",
        "description": "Snakes.\nMore snakes.",
        "starts_on": "2027-05-01",
        "ends_on": "2027-05-03",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
    } | changes


NEW_SEAT_TYPE = {
    "name": "Regular",
    "kind": "admission",
    "price": {"amount": 12_500, "currency": "EUR"},
    "quota": 100,
}
RESERVE = "/api/v1/conferences/pycon/reservations"


def wish(seat_type: str, quantity: int = 2, **more: Any) -> dict[str, Any]:
    return {"items": [{"seat_type": seat_type, "quantity": quantity}]} | more

"""What carriers have to know when they carry something out: orders, conferences and people, as they stand by then."""

from collections.abc import Iterable
from sqlite3 import Connection
from typing import Any, NamedTuple, Protocol

import msgspec

from actors.messages.conference import ConferenceStands
from actors.messages.order_replies import OrderStands
from gateway.courier.rounds import Run
from gateway.views_orders import SqliteOrderViews

_read_conference = msgspec.json.Decoder(ConferenceStands).decode

Person = dict[str, str]


class Waiter(NamedTuple):
    """A reservation that came from the wait-list: whose it is (by the vault) and how many seats of each type."""

    subject: str
    status: str
    seats: dict[str, int]


class Facts(Protocol):
    """Reads lag a little: whoever needs an event's effect waits until ``position`` has reached its version."""

    def position(self, stream: str) -> int:
        """Up to which version the stream is known."""
        ...

    def order(self, order: str) -> OrderStands | None: ...
    def conference(self, conference: str) -> ConferenceStands | None: ...
    def conferences(self, after: str, limit: int) -> list[str]:
        """Ids of all conferences, in order, those after one."""
        ...

    def waiter(self, reservation: str) -> Waiter | None: ...
    async def people(self, subjects: Iterable[str]) -> dict[str, Person]:
        """Those whom the vault knows; somebody who was erased is missing."""
        ...

    async def organiser(self, organiser: str) -> str:
        """An organiser's name; "" when there is none."""
        ...


class Vault(Protocol):
    """The part of ``storage.vault.Vault`` that is read here."""

    def get_many(self, subjects: Iterable[str]) -> dict[str, Person]: ...


class Organisers(Protocol):
    """The part of ``storage.accounts.Accounts`` that is read here."""

    def organiser(self, organiser: str) -> str | None: ...


class StoredFacts:
    """``Facts`` from the read models, the vault and the accounts. Loop thread only."""

    def __init__(self, connection: Connection, vault: Vault, accounts: Organisers, run: Run) -> None:
        self._connection, self._orders = connection, SqliteOrderViews(connection)
        self._vault, self._accounts, self._run = vault, accounts, run

    def position(self, stream: str) -> int:
        found = self._one("SELECT position FROM streams WHERE stream = ?", stream)
        return 0 if found is None else int(found[0])

    def order(self, order: str) -> OrderStands | None:
        return self._orders.order(order)

    def conference(self, conference: str) -> ConferenceStands | None:
        found = self._one("SELECT document FROM conferences WHERE conference = ?", conference)
        return None if found is None else _read_conference(found[0])

    def conferences(self, after: str, limit: int) -> list[str]:
        query = "SELECT conference FROM conferences WHERE conference > ? ORDER BY conference LIMIT ?"
        return [row[0] for row in self._connection.execute(query, (after, limit)).fetchall()]

    def waiter(self, reservation: str) -> Waiter | None:
        found = self._one("SELECT subject, status, lines FROM reservations WHERE reservation = ?", reservation)
        if found is None:
            return None
        subject, status, lines = found
        return Waiter(subject or "", status, {line[0]: line[2] for line in msgspec.json.decode(lines)})

    async def people(self, subjects: Iterable[str]) -> dict[str, Person]:
        wanted = sorted({subject for subject in subjects if subject})
        return await self._run(self._vault.get_many, wanted) if wanted else {}

    async def organiser(self, organiser: str) -> str:
        return (await self._run(self._accounts.organiser, organiser)) or ""

    def _one(self, query: str, *parameters: Any) -> Any:
        return self._connection.execute(query, parameters).fetchone()

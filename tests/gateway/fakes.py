"""Fakes behind the gateway's ports: entities that decide simply, read models made of their state, accounts, a vault.

They keep what matters to the HTTP side: keys answered once, versions that grow, a lag that
the test sets, failures that the test orders.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from actors.messages.changes import changed
from actors.messages.codec import encode
from actors.messages.conference import (
    AddSeatType,
    Archive,
    CancelConference,
    ConferenceCommand,
    ConferenceStands,
    CreateConference,
    EditConference,
    EditSeatType,
    EditTerms,
    Publish,
    RetireSeatType,
    SeatType,
    SeatTypeStands,
    SetCharacteristics,
    Unpublish,
)
from actors.messages.envelopes import DescribedEvent, LogPage
from actors.messages.histories import StateThen
from actors.messages.orders import OrderCommand
from actors.messages.refusals import Refused
from actors.messages.seats import Cancel, Ended, Extend, Held, Line, Reserve, SeatCommand, WaitListed
from gateway.instants import to_time
from gateway.ports import Done, EntityFailure, Frame, UnknownStream
from gateway.reading import ConferenceRow, ReservationRow, WaiterRow
from gateway.replies import Availability, SeatsLeft
from gateway.tenants import Kept, Principal
from storage.sqlite.accounts import SqliteAccounts
from tests.gateway.fake_orders import FakeOrders

PRICE_MINOR = 12_500
COMMANDS: dict[str, Any] = {"conference": ConferenceCommand, "seats": SeatCommand, "orders": OrderCommand}
STATES = {Publish: "published", Unpublish: "unpublished", CancelConference: "cancelled", Archive: "archived"}


class FakeEntities:
    """Conferences and inventories in memory; also the state that ``FakeViews`` shows."""

    def __init__(self) -> None:
        self.conferences: dict[str, ConferenceStands] = {}
        self.reservations: dict[str, Held | WaitListed | Ended] = {}
        self.looks: list[tuple[str, int, str, int]] = []
        self.orders: dict[str, FakeOrders] = {}
        self.logs: dict[str, list[DescribedEvent]] = {}
        self.commands: list[tuple[str, str, Any]] = []
        self.fail: EntityFailure | None = None
        self.refuse: Refused | None = None
        self.reply: Any = None
        self.delay_s = 0.0
        self._answered: dict[tuple[str, bytes], tuple[bytes, bytes]] = {}

    def version(self, stream: str) -> int:
        return len(self.logs.get(stream, ()))

    def post(self, stream: str, key: bytes, fingerprint: bytes, correlation: str, command: bytes, done: Done) -> None:
        if self.fail is not None and type(self.fail).__name__ == "Busy":
            raise self.fail
        answer = self._answer(stream, key, fingerprint, correlation, command, create=False)
        loop = asyncio.get_running_loop()
        if self.delay_s:
            loop.call_later(self.delay_s, done, answer)
        else:
            loop.call_soon(done, answer)

    def ask(
        self, stream: str, key: bytes, fingerprint: bytes, correlation: str, command: bytes, *, create: bool = False
    ) -> asyncio.Future[Frame]:
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

        def done(answer: Frame | EntityFailure) -> None:
            if future.done():
                return
            if isinstance(answer, EntityFailure):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        answer = self._answer(stream, key, fingerprint, correlation, command, create=create)
        asyncio.get_running_loop().call_later(self.delay_s, done, answer)
        return future

    def _answer(
        self, stream: str, key: bytes, fingerprint: bytes, correlation: str, frame: bytes, *, create: bool
    ) -> Frame | EntityFailure:
        command = msgspec.msgpack.decode(frame, type=COMMANDS[stream.partition("-")[0]])
        self.commands.append((stream, correlation, command))
        if self.fail is not None:
            return self.fail
        if (stream, key) in self._answered:
            known, answer = self._answered[stream, key]
            return Raw(answer if known == fingerprint else encode(Refused("key-reused", "Another request had it.")))
        reply = self.refuse or self.reply or self._decide(stream, command, create)
        if isinstance(reply, EntityFailure):
            return reply
        answer = encode(reply)
        if not isinstance(reply, Refused):
            self._answered[stream, key] = (fingerprint, answer)
        return Raw(answer)

    def _append(self, stream: str, name: str, fields: Mapping[str, Any]) -> int:
        log = self.logs.setdefault(stream, [])
        log.append(DescribedEvent(len(log) + 1, 1_800_000_000_000 + len(log), name, Raw(encode(fields))))
        return len(log)

    def _decide(self, stream: str, command: Any, create: bool) -> Any:
        conference = stream.partition("-")[2]
        if not create and conference not in self.conferences:
            return UnknownStream(stream)
        if stream.startswith("conference-"):
            return self._plan(stream, conference, command)
        if stream.startswith("orders-"):
            return self._order(stream, conference, command)
        return self._seat(stream, conference, command)

    def _order(self, stream: str, conference: str, command: Any) -> Any:
        orders = self.orders.setdefault(conference, FakeOrders())
        reply = orders.decide(self.conferences[conference], self.reservations, command)
        log = self.logs.setdefault(stream, [])
        while len(log) < orders.version:
            self._append(stream, type(command).__name__, {"order": "", "access": "hash", "buyer": "p1"})
        return reply

    def _plan(self, stream: str, conference: str, command: Any) -> Any:
        stands = self.conferences.get(conference)
        expected = getattr(command, "expected_version", None)
        if stands is not None and expected is not None and expected != stands.version:
            return Refused("stale-version", "Someone was quicker.", number=stands.version)
        if isinstance(command, CreateConference):
            if stands is not None:
                return Refused("already-standing", "It exists.")
            version = self._append(stream, "conference-created", {"slug": command.slug})
            stands = ConferenceStands(
                conference, command.organiser, command.slug, "draft", command.details, (), version
            )
            self.conferences[conference] = stands
            return stands
        assert stands is not None
        version = self._append(stream, type(command).__name__, {})
        if isinstance(command, EditConference):
            changes = {
                name: value
                for name, value in msgspec.structs.asdict(command.changes).items()
                if value is not msgspec.UNSET
            }
            stands = msgspec.structs.replace(stands, details=msgspec.structs.replace(stands.details, **changes))
        elif isinstance(command, SetCharacteristics):
            stands = msgspec.structs.replace(
                stands, papers=command.papers, fees=(*stands.fees, command.fee), personnel=command.personnel
            )
        elif isinstance(command, EditTerms):
            stands = msgspec.structs.replace(stands, terms=changed(stands.terms, command.changes))
        elif type(command) in STATES:
            stands = msgspec.structs.replace(stands, state=STATES[type(command)])
        seat_type = self._seat_type(stands, command)
        if isinstance(seat_type, Refused):
            return seat_type
        if seat_type is not None:
            others = tuple(each for each in stands.seat_types if each.id != seat_type.id)
            stands = msgspec.structs.replace(stands, seat_types=(*others, seat_type))
        self.conferences[conference] = msgspec.structs.replace(stands, version=version)
        return SeatTypeStands(conference, seat_type, version) if seat_type else self.conferences[conference]

    def _seat_type(self, stands: ConferenceStands, command: Any) -> SeatType | Refused | None:
        if isinstance(command, AddSeatType):
            return command.seat_type
        if not isinstance(command, EditSeatType | RetireSeatType):
            return None
        known = {each.id: each for each in stands.seat_types}
        if command.seat_type not in known:
            return Refused("unknown-seat-type", "There is no such seat type.", subject=command.seat_type)
        if isinstance(command, RetireSeatType):
            return msgspec.structs.replace(known[command.seat_type], retired=True)
        changes = msgspec.structs.asdict(command.changes)
        given = {name: value for name, value in changes.items() if value is not msgspec.UNSET}
        return msgspec.structs.replace(known[command.seat_type], **given)

    def _seat(self, stream: str, conference: str, command: Any) -> Any:
        if isinstance(command, Reserve):
            lines = tuple(
                Line(name, count, 0 if command.wait else count, PRICE_MINOR) for name, count in command.items.items()
            )
            version = self._append(stream, "seats-held", {"reservation": command.reservation, "client": "x"})
            reply: Held | WaitListed | Ended
            if command.wait:
                reply = WaitListed(command.reservation, lines, "EUR", 1, version)
            else:
                reply = Held(command.reservation, lines, "EUR", 1_900_000_000_000, False, version)
        else:
            assert isinstance(command, Cancel | Extend)
            known = self.reservations.get(command.reservation)
            if known is None:
                return Refused("not-standing", "There is no such reservation.")
            version = self._append(stream, type(command).__name__, {"reservation": command.reservation})
            if isinstance(command, Cancel):
                reply = Ended(command.reservation, known.lines, "EUR", "cancelled", version)
            else:
                reply = Held(command.reservation, known.lines, "EUR", 1_900_000_900_000, False, version)
        self.reservations[reply.reservation] = reply
        return reply

    def read_state(self, stream: str, at_ms: int, after: str, limit: int) -> asyncio.Future[StateThen]:
        """Ready at the second ask; the state is what was asked."""
        future: asyncio.Future[StateThen] = asyncio.get_running_loop().create_future()
        if self.fail is not None:
            future.set_exception(self.fail)
        elif stream not in self.logs:
            future.set_exception(UnknownStream(stream))
        else:
            self.looks.append((stream, at_ms, after, limit))
            ready = self.looks.count(self.looks[-1]) > 1
            told = {"version": 3, "buyer": "p1", "orders": [{"order": "o1", "seats": [{"attendee": "p2"}]}]}
            future.set_result(StateThen(stream, 1, 1, ready, 3, Raw(encode(told)), "" if after else "50"))
        return future

    def read_log(self, stream: str, after: int, limit: int) -> asyncio.Future[LogPage]:
        future: asyncio.Future[LogPage] = asyncio.get_running_loop().create_future()
        if self.fail is not None:
            future.set_exception(self.fail)
        elif stream not in self.logs:
            future.set_exception(UnknownStream(stream))
        else:
            events = self.logs[stream]
            future.set_result(LogPage(stream, 1, 1, len(events), [], events[after : after + limit]))
        return future


class FakeViews:
    """Read models that show the fakes' state, or what it was when they were ``frozen``."""

    def __init__(self, entities: FakeEntities) -> None:
        self._entities = entities
        self.frozen: dict[str, int] | None = None
        self.hidden: set[str] = set()

    def standing(self) -> dict[str, int]:
        return {"held": 0, "offered": 0, "waiting": 0}

    def freeze(self) -> None:
        """From now on the read models lag."""
        self.frozen = {stream: len(log) for stream, log in self._entities.logs.items()}
        self.hidden = set()

    def thaw(self) -> None:
        self.frozen = None
        self.hidden = set()

    def position(self, stream: str) -> int:
        return self._entities.version(stream) if self.frozen is None else self.frozen.get(stream, 0)

    def _row(self, stands: ConferenceStands) -> ConferenceRow:
        return ConferenceRow(
            stands.conference,
            stands.organiser,
            stands.slug,
            stands.state,
            stands.details,
            stands.seat_types,
            {},
            stands.version,
            stands.papers,
            stands.fees,
            stands.personnel,
            stands.terms,
        )

    def _page(self, rows: list[Any], after: str, limit: int) -> tuple[list[Any], str | None]:
        start = int(after) if after.isdigit() else 0
        more = len(rows) > start + limit
        return rows[start : start + limit], str(start + limit) if more else None

    def published(self, text: str, after: str, limit: int) -> tuple[list[ConferenceRow], str | None]:
        rows = [self._row(each) for each in self._entities.conferences.values() if each.state == "published"]
        return self._page([row for row in rows if text.lower() in row.details.name.lower()], after, limit)

    def conference(self, conference: str) -> ConferenceRow | None:
        stands = self._entities.conferences.get(conference)
        return self._row(stands) if stands else None

    def conferences(self, organiser: str, after: str, limit: int) -> tuple[list[ConferenceRow], str | None]:
        rows = [self._row(each) for each in self._entities.conferences.values() if each.organiser == organiser]
        return self._page(rows, after, limit)

    def availability_document(self, conference: str) -> tuple[int, bytes] | None:
        stands = self._entities.conferences.get(conference)
        if stands is None:
            return None
        version = self.position(f"seats-{conference}")
        seats = {each.id: SeatsLeft(each.quota, each.quota, 0) for each in stands.seat_types}
        return version, msgspec.json.encode(Availability(version, to_time(1_800_000_000_000), seats))

    def _reservation_row(self, reply: Held | WaitListed | Ended) -> ReservationRow:
        status: Any = "held"
        if isinstance(reply, WaitListed):
            status = "waiting"
        elif isinstance(reply, Ended):
            status = reply.status
        stream = "seats-" + reply.reservation.partition("-")[0]
        return ReservationRow(
            id=reply.reservation,
            status=status,
            lines=reply.lines,
            currency=reply.currency,
            expires_at_ms=reply.expires_at_ms if isinstance(reply, Held) else 0,
            position=reply.position if isinstance(reply, WaitListed) else 0,
            created_at_ms=1_800_000_000_000,
            version=self.position(stream),
        )

    def reservation(self, reservation: str) -> ReservationRow | None:
        reply = self._entities.reservations.get(reservation)
        return None if reply is None or reservation in self.hidden else self._reservation_row(reply)

    def reservations(
        self, conference: str, status: str | None, after: str, limit: int
    ) -> tuple[list[ReservationRow], str | None]:
        rows = [
            self._reservation_row(reply)
            for reply in self._entities.reservations.values()
            if reply.reservation.startswith(conference)
        ]
        return self._page([row for row in rows if status in (None, row.status)], after, limit)

    def wait_list(self, conference: str, after: str, limit: int) -> tuple[list[WaiterRow], str | None]:
        rows, _ = self.reservations(conference, "waiting", "", 1000)
        waiters = [WaiterRow(row.id, index, row.lines, 1_800_000_000_000) for index, row in enumerate(rows, 1)]
        return self._page(waiters, after, limit)


class FakeAccounts(SqliteAccounts):
    """The real accounts, in memory, which count how often they are asked who somebody is."""

    def __init__(self) -> None:
        super().__init__(None, bytes(32))
        self.principals_asked = 0

    def principal(self, token_hash: bytes, now_ms: int) -> Principal | None:
        self.principals_asked += 1
        return super().principal(token_hash, now_ms)

    def stored(self) -> str:
        """Every row there is, as text."""
        tables = ("organisers", "accounts", "members", "sessions", "tokens", "links", "slugs")
        return repr([self._database.rows(f"SELECT * FROM {table}") for table in tables])  # noqa: S608 - one of ours

    def end_sessions(self, at_ms: int) -> None:
        """All sessions are over then."""
        self._database.write("UPDATE sessions SET expires_at_ms = ?", at_ms)


class FakeVault:
    """People by subject."""

    def __init__(self) -> None:
        self.people: dict[str, Mapping[str, str]] = {}
        self.organisers: dict[str, str] = {}

    def keep(self, subject: str, person: Mapping[str, str], organiser: str = "") -> None:
        self.people[subject] = dict(person)
        self.organisers[subject] = organiser

    def keep_all(self, people: Sequence[Kept]) -> None:
        for each in people:
            self.keep(*each)

    def get_many(self, subjects: Iterable[str]) -> dict[str, dict[str, str]]:
        return {subject: dict(self.people[subject]) for subject in subjects if subject in self.people}

    def erase(self, subject: str) -> bool:
        return self.people.pop(subject, None) is not None

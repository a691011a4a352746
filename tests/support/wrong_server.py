"""An HTTP server that speaks just what the load tester uses, and fails in the ways it is told to."""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.box_office import BoxOffice, Fault

TOKEN = "organiser-token"
LIMIT_PAGE = 200


@dataclass(frozen=True)
class Behaviour:
    """How the server treats its connections. ``…_after``: from that many reservations on."""

    faults: frozenset[Fault] = frozenset()
    dies_after: int | None = None
    garbage_after: int | None = None
    senseless_after: int | None = None
    drops_every: int | None = None
    busy_every: int | None = None
    busy_first: int = 0
    """So many of the organiser's writes are put off before the first is done."""
    speed: float = 1.0
    """How much faster than ours its clock runs: holds of 5 s end sooner for us."""


class WrongServer:
    """Keeps conferences in memory; ``asyncio`` streams, one request at a time on a connection."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.offices: dict[str, BoxOffice] = {}
        self.reservations = 0
        self.put_off = 0
        self._started = time.monotonic()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    def now_ms(self) -> int:
        return 1_790_000_000_000 + int((time.monotonic() - self._started) * 1000 * self.behaviour.speed)

    async def start(self) -> int:
        """Listen on a free port and return it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = lines[0].split(" ")
                answer = self._answer(method, path, headers, json.loads(body) if body else {})
                if answer is None:
                    break
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> bytes | None:
        """The bytes of an answer, or ``None`` to close the connection instead."""
        behaviour = self.behaviour
        reserving = path.endswith("/reservations")
        self.reservations += reserving
        if behaviour.dies_after is not None and self.reservations > behaviour.dies_after:
            self.stop()
            return None
        if behaviour.garbage_after is not None and self.reservations > behaviour.garbage_after:
            return b"220 mail.example.org ESMTP\r\n\r\n"
        if behaviour.senseless_after is not None and self.reservations > behaviour.senseless_after:
            return _http(201, {"hello": "world"})
        if method == "POST" and not reserving and self.put_off < behaviour.busy_first:
            self.put_off += 1
            return _http(503, {"type": "/problems/busy", "status": 503}, "Retry-After: 0\r\n")
        if reserving and behaviour.busy_every and self.reservations % behaviour.busy_every == 0:
            return _http(503, {"type": "/problems/busy", "status": 503})
        answer = _http(*self._route(method, path.partition("?")[0].split("/")[3:], path, headers, body))
        if reserving and behaviour.drops_every and self.reservations % behaviour.drops_every == 0:
            return None
        return answer

    def _route(
        self, method: str, parts: list[str], path: str, headers: dict[str, str], body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        match method, parts:
            case "POST", ["organisers"]:
                return 201, {"id": "o1", "name": body["name"], "token": TOKEN}
            case _, ["organisers", *_] if headers.get("authorization") != f"Bearer {TOKEN}":
                return 401, {"type": "/problems/not-authenticated", "status": 401}
            case "POST", ["organisers", _, "conferences"]:
                return self._create(body)
            case "POST", ["organisers", _, "conferences", slug, "seat-types"]:
                office = self.offices[slug]
                seat_type = f"st{len(office.quotas)}"
                office.quotas[seat_type] = body["quota"]
                office.configure()
                return 201, body | {"id": seat_type, "taken": 0, "version": 1}
            case "POST", ["organisers", _, "conferences", _, "publish" | "unpublish"]:
                return 200, {"version": 2}
            case "GET", ["organisers", _, "conferences", slug, "events"]:
                return 200, self._feed(self.offices[slug], path)
            case "GET", ["conferences", slug, "availability"]:
                self.offices[slug].expire()
                return 200, self.offices[slug].availability()
            case "POST", ["conferences", slug, "reservations"]:
                return self.offices[slug].reserve(headers["idempotency-key"], body)
            case "DELETE", ["reservations", reservation]:
                return self.offices[reservation.rpartition("-")[0]].cancel(reservation)
            case "GET", ["reservations", reservation]:
                office = self.offices[reservation.rpartition("-")[0]]
                return 200, office.shown(office.places[reservation])
            case _:
                return 404, {"type": "/problems/not-found", "status": 404}

    def _create(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        office = BoxOffice(
            body["slug"], self.now_ms, self.behaviour.faults, hold_ms=body["hold_seconds"] * 1000, on_hold=self._wake_at
        )
        self.offices[office.slug] = office
        return 201, {"id": office.slug, "slug": office.slug, "status": "draft", "version": 1}

    def _wake_at(self, deadline_ms: int) -> None:
        delay_s = (deadline_ms - self.now_ms()) / 1000 / self.behaviour.speed
        asyncio.get_running_loop().call_later(delay_s + 0.001, self._expire)

    def _expire(self) -> None:
        for office in self.offices.values():
            office.expire()

    def _feed(self, office: BoxOffice, path: str) -> dict[str, Any]:
        after = int(path.partition("after=")[2] or 0)
        page = [item for item in office.log if int(item["cursor"]) > after][:LIMIT_PAGE]
        return {"items": page, "next": page[-1]["cursor"] if page else None}


def _http(status: int, body: dict[str, Any], more: str = "") -> bytes:
    encoded = json.dumps(body).encode()
    kind = "application/json" if status < 400 else "application/problem+json"
    head = f"HTTP/1.1 {status} -\r\n{more}Content-Type: {kind}\r\nContent-Length: {len(encoded)}\r\n\r\n"
    return head.encode() + encoded


@contextlib.contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """The server on a thread of its own, for as long as the block lasts; gives its address."""
    loop = asyncio.new_event_loop()
    server = WrongServer(behaviour)
    port = loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(server.stop)
        asyncio.run_coroutine_threadsafe(_finish(), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()


async def _finish() -> None:
    """Let every connection's task come to its end."""
    mine = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not mine]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

"""Two of the calls that crowds make, without task, request or response objects: reserving, and seats left.

Both say what the ordinary path says, byte for byte. Whatever is unusual, and every error
that is found before the inventory is asked, is left to the ordinary path.
"""

import logging
from hashlib import blake2b
from time import perf_counter
from typing import NamedTuple, Protocol

import msgspec

from actors.messages.codec import encode
from actors.messages.refusals import Refused
from actors.messages.seats import Held, Reserve
from gateway import availability, bodies
from gateway.app import App
from gateway.calls import Answer, decode_seat_reply
from gateway.heads import Head, read_head
from gateway.held import HeldPrinter
from gateway.hot_orders import HotOrders
from gateway.idempotency import STRANGERS_KEY_MIN, canonical, finish
from gateway.ids import seats_stream
from gateway.intake import media_type_is_json
from gateway.ports import EntityFailure, Frame
from gateway.problems import Problem, of_failure, of_refusal
from gateway.rendering import PRIVATE, PUBLIC, body_of, headers_of, problem_headers, raw
from gateway.reservations import RESERVE_PATH, made

log = logging.getLogger(__name__)

RESERVE = b"POST /api/v1/conferences/"
RESERVE_END = b"/reservations HTTP/1.1"
LOOK = b"GET /api/v1/conferences/"
LOOK_END = b"/availability HTTP/1.1"
KEY_MAX = 255
TARGETS_MAX = 10_000
MEDIA_TYPE_MAX = 64

_parse = msgspec.json.Decoder(bodies.NewReservation).decode


class Line(Protocol):
    """The connection that a call came on."""

    peer: str

    def answer(self, data: bytes) -> None:
        """Sends an answer; the connection is free for the next call."""
        ...


class Target(NamedTuple):
    """A conference that was reserved at before: its id, its stream, and the beginnings of its hashes."""

    conference: str
    stream: str
    keys: blake2b
    fingerprints: blake2b


class Hot:
    """Answers hot calls of all connections. Loop thread only."""

    def __init__(self, app: App) -> None:
        self._app, self._parts, self._metrics = app, app.parts, app.metrics
        self.taken = 0
        self._printer = HeldPrinter()
        self.orders = HotOrders(app)
        self._targets: dict[bytes, Target] = {}
        self._media_types: dict[bytes, bool] = {}

    def reserve(self, line: Line, data: bytes) -> bool:
        """Takes a reservation that is plain and whole; ``False`` leaves it to the ordinary path."""
        started = perf_counter()
        head = read_head(data)
        if head is None or len(data) - head.body_at != head.length or not head.line.endswith(RESERVE_END):
            return False
        if head.authorization:
            return False
        target = self._target(head.line[len(RESERVE) : -len(RESERVE_END)])
        key = head.key
        if (
            target is None
            or not self._is_json(head.media_type)
            or not STRANGERS_KEY_MIN <= len(key) <= KEY_MAX
            or b" " in key
            or b"\t" in key
        ):
            return False
        body = _read_body(data[head.body_at :])
        if body is None:
            return False
        items = {item.seat_type: item.quantity for item in body.items}
        if len(items) != len(body.items):
            return False
        parts = self._parts
        command = Reserve(
            parts.ids.reservation(target.conference),
            parts.clients.of(line.peer, head.forwarded_for.decode()),
            items,
            body.accept_fewer,
            False,
            body.keep_place,
        )
        correlation = self._correlation(head)
        self.taken += 1

        def done(answer: Frame | EntityFailure) -> None:
            status, sent = self._reserved(target, correlation, answer)
            line.answer(sent)
            self._metrics.request(RESERVE_PATH, "POST", status, perf_counter() - started)

        try:
            parts.entities.post(
                target.stream,
                finish(target.keys, key),
                finish(target.fingerprints, canonical(body)),
                correlation,
                encode(command),
                done,
            )
        except EntityFailure as failure:
            done(failure)
        return True

    def _reserved(self, target: Target, correlation: str, answer: Frame | EntityFailure) -> tuple[int, bytes]:
        """The status and the bytes of the answer to a reservation."""
        try:
            if isinstance(answer, EntityFailure):
                raise of_failure(answer)
            reply = decode_seat_reply(answer)
            if isinstance(reply, Refused):
                raise of_refusal(reply)
            parts = self._parts
            parts.acknowledged.note(target.stream, reply.version)
            if isinstance(reply, Held):
                parts.acknowledged.note(reply.reservation, reply.version)
                return 201, self._printer.print(reply, parts.tokens.of(reply.reservation), correlation)
            return _render(made(parts, reply), correlation, PRIVATE)
        except Problem as problem:
            return _render_problem(problem, correlation)
        except Exception:  # As on the ordinary path: the connection must have an answer.
            log.exception("a request failed", extra={"correlation": correlation})
            return _render_problem(Problem("internal", "It was logged."), correlation)

    def look(self, line: Line, data: bytes) -> bool:
        """Answers seats left at once; ``False`` leaves it to the ordinary path."""
        started = perf_counter()
        head = read_head(data)
        if head is None or head.length != -1 or len(data) != head.body_at or not head.line.endswith(LOOK_END):
            return False
        if head.authorization:
            return False
        target = self._target(head.line[len(LOOK) : -len(LOOK_END)])
        if target is None or not self._parts.slugs.is_published(target.conference):
            return False
        current = self._parts.feed.current(target.conference)
        if current is None:
            return False
        self.taken += 1
        answer = Answer(current.body, version=current.version)
        status, sent = _render(answer, self._correlation(head), PUBLIC)
        line.answer(sent)
        self._metrics.request(availability.PATH, "GET", status, perf_counter() - started)
        return True

    def _target(self, slug: bytes) -> Target | None:
        """The conference of this name, if this gateway has met it on the ordinary path."""
        target = self._targets.get(slug)
        if target is None:
            name = slug.decode()
            claim = self._parts.slugs.known(name)
            if claim is None:
                return None
            idempotency, path = self._parts.idempotency, RESERVE_PATH.replace("{slug}", name)
            target = Target(
                claim.conference,
                seats_stream(claim.conference),
                idempotency.key_start(claim.conference),
                idempotency.fingerprint_start("POST", path),
            )
            if len(self._targets) >= TARGETS_MAX:
                self._targets.clear()
            self._targets[slug] = target
        return target

    def _is_json(self, media_type: bytes) -> bool:
        known = self._media_types.get(media_type)
        if known is None:
            if len(media_type) > MEDIA_TYPE_MAX:
                return False
            if len(self._media_types) >= TARGETS_MAX:
                self._media_types.clear()
            known = self._media_types[media_type] = media_type_is_json(media_type.decode())
        return known

    def _correlation(self, head: Head) -> str:
        correlations = self._app.correlations
        return correlations.of(head.correlation.decode()) if head.correlation else correlations.fresh()


def _read_body(data: bytes) -> bodies.NewReservation | None:
    """A body that can be taken here: right, and nobody waits.

    With as many colons as it has names that must be there, no name stands twice, however it is spelt.
    """
    try:
        body: bodies.NewReservation = _parse(data)
        if data.count(b":") != 1 + 2 * len(body.items):
            bodies.parse(bodies.NewReservation, data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Problem):
        return None
    return body if body.if_short == "refuse" and body.email is None else None


def _render_problem(problem: Problem, correlation: str) -> tuple[int, bytes]:
    return problem.status, raw(problem.status, problem_headers(problem, correlation), problem.body())


def _render(answer: Answer, correlation: str, always: dict[str, str]) -> tuple[int, bytes]:
    return answer.status, raw(answer.status, headers_of(answer, correlation, always), body_of(answer) or b"")

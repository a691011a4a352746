"""Looking an order up on the fast lane: as the ordinary path says it, byte for byte.

An order that names people needs the vault, which may take a moment: it is left to the ordinary path, as is every
request that would not be answered 200.
"""

from sqlite3 import Error
from time import perf_counter
from typing import Protocol

from gateway.app import App
from gateway.authority import bearer
from gateway.calls import Answer
from gateway.heads import read_head
from gateway.ids import conference_of_order
from gateway.order_view import order_of
from gateway.orders import PATH
from gateway.persons import NOBODY
from gateway.rendering import PRIVATE, body_of, headers_of, raw

ORDER = b"GET /api/v1/orders/"
ORDER_END = b" HTTP/1.1"


class Line(Protocol):
    """The connection that a call came on."""

    def answer(self, data: bytes) -> None:
        """Sends an answer; the connection is free for the next call."""
        ...


class HotOrders:
    """Answers lookups of all connections. Loop thread only."""

    def __init__(self, app: App) -> None:
        self._app, self._parts, self._metrics = app, app.parts, app.metrics
        self.taken = 0

    def look(self, line: Line, data: bytes) -> bool:
        """Answers at once; ``False`` leaves it to the ordinary path."""
        started = perf_counter()
        head = read_head(data)
        if head is None or head.length != -1 or len(data) != head.body_at or not head.line.endswith(ORDER_END):
            return False
        order = head.line[len(ORDER) : -len(ORDER_END)].decode()
        token = bearer(head.authorization.decode())
        parts = self._parts
        if token is None or conference_of_order(order) is None or not parts.order_keys.tokens.fits(order, token):
            return False
        try:
            stands = parts.order_views.order(order)
        except Error:
            return False  # The ordinary path will meet it too, and says so.
        if stands is None or stands.version < parts.acknowledged.version(order):
            return False
        if any(seat.attendee for seat in stands.seats) or any(refund.note for refund in stands.refunds):
            return False
        self.taken += 1
        correlations = self._app.correlations
        correlation = correlations.of(head.correlation.decode()) if head.correlation else correlations.fresh()
        answer = Answer(order_of(parts, stands, NOBODY), version=stands.version)
        line.answer(raw(200, headers_of(answer, correlation, PRIVATE), body_of(answer) or b""))
        self._metrics.request(PATH, "GET", 200, perf_counter() - started)
        return True

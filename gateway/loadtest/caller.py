"""One connection's worth of buyers: sends requests, reads the answers, writes both into the history."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from gateway.loadtest.answers import Problems, read_availability, read_reservation
from gateway.loadtest.client import Answer, Connection, Lost, Unreachable
from gateway.loadtest.framing import Garbage
from gateway.loadtest.halt import Halt, Pulse
from gateway.loadtest.history import Call, History, Wish
from gateway.loadtest.measures import Measures
from gateway.loadtest.venues import BASE, Venue, plain_request

S = TypeVar("S")
T = TypeVar("T")

RECONNECT_S = 0.1
SAMPLE_EVERY = 16
"""Every so many availability answers, one is kept for the verdict."""


class Stopped(Exception):
    """The run ended before this request could be sent."""


class Caller:
    """Asks on one connection. Each method returns when the answer is there, or its loss is certain."""

    def __init__(
        self,
        connection: Connection,
        history: History,
        problems: Problems,
        measures: Measures,
        halt: Halt,
        pulse: Pulse,
        now_ns: Callable[[], int],
    ) -> None:
        self.connection = connection
        self._history = history
        self._problems = problems
        self._measures = measures
        self._halt = halt
        self._pulse = pulse
        self.now_ns = now_ns
        self._reads = 0
        self._proved = False

    async def reserve(self, wish: Wish, key: str, intended_ns: int, measured: bool = True) -> Call:
        """Reserve. The answer's body stays unread in the call, but for the first of this caller."""
        answer, returned_ns = await self._ask(wish.request(key))
        call = Call(
            operation="reserve",
            venue=wish.venue,
            key=key,
            items=wish.items,
            sent_ns=self.connection.sent_ns,
            returned_ns=returned_ns,
            outcome="unknown",
            accept_fewer=wish.accept_fewer,
            wish=wish,
        )
        self._file(call, answer, intended_ns, measured)
        if call.status == 201:
            self._history.seats_acknowledged += wish.seats
        return call

    async def cancel(self, venue: Venue, reserved: Call, key: str, intended_ns: int) -> Call:
        """Give back what a done call reserved: a hold, an offer or a place on the list."""
        reservation = self._guard(read_reservation, reserved)
        request = plain_request(
            "DELETE", f"{BASE}/reservations/{reservation.id}", venue.authority, reservation.token, key
        )
        answer, returned_ns = await self._ask(request)
        call = Call(
            operation="cancel",
            venue=venue.index,
            key=key,
            items=(),
            sent_ns=self.connection.sent_ns,
            returned_ns=returned_ns,
            outcome="unknown",
            reservation=reservation.id,
        )
        self._file(call, answer, intended_ns, measured=True)
        return call

    async def availability(self, venue: int, request: bytes, intended_ns: int) -> None:
        """Read what is left; every ``SAMPLE_EVERY``-th answer is kept."""
        answer, returned_ns = await self._ask(request)
        if isinstance(answer, Answer) and answer.status == 200:
            self._history.count("done", "")
            self._reads += 1
            if self._reads % SAMPLE_EVERY == 1:
                self._history.sample(self._guard(read_availability, answer).sample(venue))
        elif isinstance(answer, Answer):
            problem = self._problems.read(answer)
            self._history.count(problem.outcome, problem.slug)
        else:
            self._history.count("unknown", "lost")
        self._measures.note("availability", intended_ns, self.connection.sent_ns, returned_ns)

    def cut(self) -> None:
        """Drop the connection without waiting for an answer."""
        self.connection.close()

    async def _ask(self, request: bytes) -> tuple[Answer | Lost, int]:
        while True:
            try:
                answer: Answer | Lost = await self.connection.ask(request)
            except Unreachable as problem:
                self._history.problems["unreachable"] += 1
                self._pulse.failed(problem)
                self._pulse.check(self._halt)
                if self._halt.raised:
                    raise Stopped from problem
                await asyncio.sleep(RECONNECT_S)
                continue
            except Lost as lost:
                self._pulse.failed(lost)
                return lost, self.now_ns()
            except Garbage as garbage:
                self._stop_for(garbage)
                raise Stopped from garbage
            returned_ns = self.now_ns()
            self._pulse.answered(returned_ns)
            return answer, returned_ns

    def _file(self, call: Call, answer: Answer | Lost, intended_ns: int, measured: bool) -> None:
        """Write the answer into the call, and both into the history."""
        if isinstance(answer, Lost):
            call.problem = "lost"
        elif answer.status < 300:
            call.outcome, call.status, call.body = "done", answer.status, answer.body
            if not self._proved:
                self._guard(read_reservation, call)
                self._proved = True
        else:
            problem = self._problems.read(answer)
            call.problem, call.status = problem.slug, answer.status
            call.outcome = problem.outcome
            call.fingerprint = problem.fingerprint
        self._history.calls.append(call)
        if measured:
            self._history.count(call.outcome, call.problem)
            self._measures.note(call.operation, intended_ns, call.sent_ns, call.returned_ns)

    def _guard(self, read: Callable[[S], T], answer: S) -> T:
        try:
            return read(answer)
        except Garbage as garbage:
            self._stop_for(garbage)
            raise Stopped from garbage

    def _stop_for(self, garbage: Garbage) -> None:
        self._history.count("unknown", "garbage")
        self._halt.stop("garbage", f"The server answered what this product never does: {garbage}.")

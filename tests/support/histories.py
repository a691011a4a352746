"""Small histories for the load tester's verdict: what was called and answered, and the log beside it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.loadtest.feed import Configured, Entry, Event, Held, Joined, Offered, Released
from gateway.loadtest.history import Call, History, Items, Outcome, Sample
from gateway.loadtest.venues import Venue
from gateway.loadtest.verdict import Judge, Verdict

SEAT = "general"
STEP_MS = 10
HOLD_MS = 5_000


@dataclass
class Tale:
    """Calls and log of one conference, told in order; by default each call comes after the one before."""

    quota: int = 2
    policy: str = "strict"
    calls: list[Call] = field(default_factory=list)
    log: list[Entry] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    _now_ns: int = 0
    _keys: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.logged(Configured({SEAT: self.quota}, self.policy))

    def logged(self, *events: Event, at_ms: int | None = None) -> "Tale":
        """Events of the log, each with the next version."""
        for event in events:
            version = self.log[-1].version + 1 if self.log else 1
            now_ms = at_ms if at_ms is not None else version * STEP_MS
            self.log.append(Entry(version, now_ms, event))
        return self

    def told(
        self,
        reservation: str,
        number: int = 1,
        state: str = "held",
        key: str | None = None,
        fingerprint: int | None = None,
    ) -> "Tale":
        """An acknowledged reservation."""
        return self._called(
            key, number, "done", reservation=reservation, state=state, fingerprint=fingerprint or hash(reservation)
        )

    def refused(self, number: int = 1, problem: str = "sold-out", key: str | None = None) -> "Tale":
        return self._called(key, number, "refused", problem=problem, fingerprint=7)

    def lost(self, number: int = 1, key: str | None = None) -> "Tale":
        return self._called(key, number, "unknown", problem="lost")

    def put_off(self, number: int = 1, key: str | None = None) -> "Tale":
        return self._called(key, number, "put_off", problem="busy")

    def cancelled(self, reservation: str) -> "Tale":
        sent_ns, returned_ns = self._next_times()
        self.calls.append(
            Call(
                operation="cancel",
                venue=0,
                key=f"cancel-{reservation}",
                items=(),
                sent_ns=sent_ns,
                returned_ns=returned_ns,
                outcome="done",
                reservation=reservation,
            )
        )
        return self

    def shown(self, version: int, available: int, waiting: int = 0) -> "Tale":
        self.samples.append(Sample(0, version, ((SEAT, available, waiting),)))
        return self

    def verdict(self) -> Verdict:
        history = History()
        history.calls, history.samples = self.calls, self.samples
        judge = Judge(history)
        judge.hear(Venue(0, "o1", "conf", {SEAT: self.quota}, self.policy), self.log)
        return judge.verdict(acknowledged=any(call.outcome == "done" for call in self.calls))

    def _next_times(self) -> tuple[int, int]:
        self._now_ns += 10
        return self._now_ns, self._now_ns + 5

    def _called(
        self,
        key: str | None,
        number: int,
        outcome: Outcome,
        problem: str = "",
        reservation: str = "",
        state: str = "",
        fingerprint: int = 0,
    ) -> "Tale":
        sent_ns, returned_ns = self._next_times()
        self.calls.append(
            Call(
                operation="reserve",
                venue=0,
                key=key or f"key-{next(self._keys)}",
                items=seats(number),
                sent_ns=sent_ns,
                returned_ns=returned_ns,
                outcome=outcome,
                problem=problem,
                reservation=reservation,
                state=state,
                answered=seats(number) if reservation else (),
                fingerprint=fingerprint,
            )
        )
        return self


def seats(number: int) -> Items:
    return ((SEAT, number),)


def held(reservation: str, number: int = 1, expires_at_ms: int = HOLD_MS) -> Held:
    return Held(reservation, seats(number), 1, expires_at_ms)


def joined(reservation: str, number: int = 1) -> Joined:
    return Joined(reservation, seats(number), accept_fewer=False)


def offered(reservation: str, number: int = 1, expires_at_ms: int = 2 * HOLD_MS) -> Offered:
    return Offered(reservation, seats(number), 2, expires_at_ms)


def released(reservation: str, reason: str = "cancelled") -> Released:
    return Released(reservation, reason)


def broken(verdict: Verdict) -> Sequence[str]:
    """The rules that were broken."""
    return [rule for rule, number in verdict.counts.items() if number]

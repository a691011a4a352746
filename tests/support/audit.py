"""Judges a run from outside: what buyers were told against what the audit feed says happened.

Knows none of the product's code: events are JSON as the feed serves them. Every broken rule is one
``Problem``; ``judge`` fails with all of them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tests.support.buyers import Outcome
from tests.support.product import Organiser

PAGE = 200
FIELDS = {"cursor", "stream", "version", "at", "type", "data"}
HIDDEN = {"epoch", "key", "fingerprint", "client", "subject", "access", "buyer", "attendee"}
DEFINITE = {200, 201, 202, 409}

Event = dict[str, Any]


class Problem(NamedTuple):
    """A rule that was broken, and where."""

    rule: str
    where: str


class _Waiter(NamedTuple):
    wanted: dict[str, int]
    accept_fewer: bool


class Ledger:
    """Goes through one inventory's events; collects every rule they break."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.quota: dict[str, int] = {}
        self.taken: Counter[str] = Counter()
        self.policy = "strict"
        self.status: dict[str, str] = {}
        self.lines: dict[str, dict[str, int]] = {}
        self.told: dict[str, dict[int, dict[str, int]]] = {}
        """By reservation, the seats it had been given at each version that spoke of it."""
        self.waiting: dict[str, _Waiter] = {}
        self.deadline_ms: dict[str, int] = {}
        self._lease = 0
        self._where = ""

    def take(self, event: Event) -> None:
        """One event, in the log's order."""
        self._where = f"{event['stream']} {event['version']} {event['type']}"
        data = event["data"]
        reservation = data.get("reservation", "")
        match event["type"]:
            case "inventory-configured":
                self._configure(data["configuration"])
            case "quota-cut":
                self.quota[data["seat_type"]] = data["quota"]
            case "seats-held":
                self._expect(reservation, None)
                self._overtakes(data["lines"])
                self._gives(reservation, "held", data)
            case "wait-list-joined":
                self._expect(reservation, None)
                self.status[reservation] = "waiting"
                wanted = {line["seat_type"]: line["requested"] for line in data["lines"]}
                self.waiting[reservation] = _Waiter(wanted, data["accept_fewer"])
            case "seats-offered":
                self._expect(reservation, "waiting")
                self._passes(reservation)
                self.waiting.pop(reservation, None)
                self._gives(reservation, "offered", data)
            case "hold-extended" | "hold-kept":
                self._expect(reservation, "held", "offered")
                self._leases(reservation, data)
            case "seats-confirmed":
                self._confirm(reservation, data)
            case "seats-released":
                self._expect(reservation, "held", "offered", "confirmed")
                self._release(reservation, data, event["at"])
            case "seats-given-back":
                self._expect(reservation, "confirmed")
                for seat_type, number in data["items"].items():
                    self._move(reservation, seat_type, -number)
            case "wait-list-left":
                self._expect(reservation, "waiting")
                self.waiting.pop(reservation, None)
                self.status.pop(reservation, None)
            case "wait-list-closed":
                for waiter in self.waiting:
                    self.status.pop(waiter, None)
                self.waiting.clear()
            case unknown:
                self._broken("known events", unknown)
        self.told.setdefault(reservation, {})[event["version"]] = dict(self.lines.get(reservation, {}))
        for seat_type, number in self.taken.items():
            if number > self.quota.get(seat_type, 0):
                self._broken("taken ≤ quota", f"{number} of {self.quota.get(seat_type, 0)} of {seat_type}")
            if number < 0:
                self._broken("given back once", seat_type)

    def _broken(self, rule: str, what: str) -> None:
        self.problems.append(Problem(rule, f"{self._where}: {what}"))

    def _expect(self, reservation: str, *statuses: str | None) -> None:
        if self.status.get(reservation) not in statuses:
            self._broken("one life at a time", f"{reservation} is {self.status.get(reservation)}")

    def _configure(self, configuration: dict[str, Any]) -> None:
        self.policy = configuration["policy"]
        self.quota |= {terms["id"]: terms["quota"] for terms in configuration["seat_types"]}

    def _overtakes(self, lines: Iterable[dict[str, Any]]) -> None:
        waited_for = {seat_type for waiter in self.waiting.values() for seat_type in waiter.wanted}
        if passed := waited_for & {line["seat_type"] for line in lines if line["taken"]}:
            self._broken("nobody overtakes", f"{passed} is waited for")

    def _passes(self, reservation: str) -> None:
        """Those before it on the list must not have been able to take what it is offered."""
        mine = self.waiting.get(reservation)
        if mine is None:
            return
        for name, waiter in self.waiting.items():
            if name == reservation:
                return
            blocked = self.policy == "strict" and waiter.wanted.keys() & mine.wanted.keys()
            if blocked or (self.policy == "first_fit" and self._fits(waiter)):
                self._broken("wait-list order", f"{name} stands before {reservation}")

    def _fits(self, waiter: _Waiter) -> bool:
        free = {seat_type: self.quota.get(seat_type, 0) - self.taken[seat_type] for seat_type in waiter.wanted}
        if waiter.accept_fewer:
            return any(number > 0 for number in free.values())
        return all(free[seat_type] >= number for seat_type, number in waiter.wanted.items())

    def _gives(self, reservation: str, status: str, data: dict[str, Any]) -> None:
        self.status[reservation] = status
        for line in data["lines"]:
            self._move(reservation, line["seat_type"], line["taken"])
            if not 0 <= line["taken"] <= line["requested"]:
                self._broken("no more than asked for", reservation)
        self._leases(reservation, data)

    def _leases(self, reservation: str, data: dict[str, Any]) -> None:
        if data["lease"] <= self._lease:
            self._broken("leases grow", f"{data['lease']} after {self._lease}")
        self._lease = data["lease"]
        self.deadline_ms[reservation] = data["expires_at_ms"]

    def _confirm(self, reservation: str, data: dict[str, Any]) -> None:
        if data["retaken"]:
            self._expect(reservation, None)
            self._overtakes(data["lines"])
            for line in data["lines"]:
                self._move(reservation, line["seat_type"], line["taken"])
        else:
            self._expect(reservation, "held", "offered")
        self.status[reservation] = "confirmed"

    def _release(self, reservation: str, data: dict[str, Any], at: str) -> None:
        if data["reason"] == "expired":
            early_ms = self.deadline_ms.get(reservation, 0) - milliseconds(at)
            if early_ms > 0:
                self._broken("never early", f"{reservation} by {early_ms} ms")
        given = {line["seat_type"]: line["taken"] for line in data["lines"] if line["taken"]}
        if given != {seat_type: number for seat_type, number in self.lines.get(reservation, {}).items() if number}:
            self._broken("given back once", reservation)
        for seat_type, number in given.items():
            self._move(reservation, seat_type, -number)
        self.status.pop(reservation, None)
        self.lines.pop(reservation, None)

    def _move(self, reservation: str, seat_type: str, number: int) -> None:
        self.taken[seat_type] += number
        mine = self.lines.setdefault(reservation, {})
        mine[seat_type] = mine.get(seat_type, 0) + number


def broken_rules(events: Sequence[Event], outcomes: Sequence[Outcome] = ()) -> list[Problem]:
    """All rules that a conference's feed, or what was told beside it, breaks."""
    problems = _feed_problems(events)
    ledger = Ledger()
    for event in events:
        if event["stream"].startswith("seats-"):
            ledger.take(event)
    return problems + ledger.problems + _told_problems(ledger, outcomes)


def _feed_problems(events: Sequence[Event]) -> list[Problem]:
    problems = []
    last: dict[str, tuple[int, str]] = {}
    for event in events:
        where = f"{event['stream']} {event['version']}"
        version, at = last.get(event["stream"], (0, ""))
        if event["version"] != version + 1:
            problems.append(Problem("dense versions", f"{where} after {version}"))
        if at and milliseconds(event["at"]) < milliseconds(at):
            problems.append(Problem("time goes on", where))
        if event.keys() != FIELDS or HIDDEN & event["data"].keys():
            problems.append(Problem("nothing hidden is shown", where))
        last[event["stream"]] = (event["version"], event["at"])
    if len({event["cursor"] for event in events}) != len(events):
        problems.append(Problem("each event once", "a cursor came twice"))
    return problems


def _told_problems(ledger: Ledger, outcomes: Sequence[Outcome]) -> list[Problem]:
    problems = []
    by_key: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_key.setdefault(outcome.key, []).append(outcome)
        if outcome.status in (201, 202):
            problems += _acknowledged(ledger, outcome)
    for key, told in by_key.items():
        answers = {(o.status, o.body.get("id")) for o in told if o.status in DEFINITE}
        if len(answers) > 1:
            problems.append(Problem("one answer per key", f"{key}: {sorted(map(str, answers))}"))
    acknowledged = Counter(
        reservation
        for told in by_key.values()
        for reservation in {o.body["id"] for o in told if o.status in (201, 202)}
    )
    problems += [Problem("one key per reservation", name) for name, keys in acknowledged.items() if keys > 1]
    unknown = sum(all(o.status not in DEFINITE for o in told) for told in by_key.values())
    untold = ledger.told.keys() - acknowledged.keys() - {""}
    if outcomes and len(untold) > unknown:
        problems.append(Problem("refused ones never", f"{len(untold)} stand untold, {unknown} outcomes are unknown"))
    return problems


def _acknowledged(ledger: Ledger, outcome: Outcome) -> list[Problem]:
    """An acknowledged reservation is in the log at the version that was told, with the seats that were told."""
    body = outcome.body
    at = ledger.told.get(body["id"], {}).get(body["version"])
    if at is None:
        return [Problem("acknowledged ones stand", f"{body['id']} at {body['version']}")]
    said = {item["seat_type"]: item["held"] for item in body["items"] if item["held"]}
    if said != {seat_type: number for seat_type, number in at.items() if number}:
        return [Problem("acknowledged ones stand", f"{body['id']} was told {said}, the log says {at}")]
    return []


def milliseconds(time: str) -> int:
    """Unix milliseconds of an RFC 3339 time."""
    return round(datetime.fromisoformat(time).timestamp() * 1_000)


def feed(organiser: Organiser, slug: str) -> list[Event]:
    """All events of a conference, in the feed's order."""
    events: list[Event] = []
    after = ""
    while True:
        page = organiser.call("GET", f"/{slug}/events?limit={PAGE}" + (f"&after={after}" if after else ""))
        assert page.status == 200, page
        events += page.body["items"]
        if not page.body["items"] or page.body["next"] is None:
            return events
        after = page.body["items"][-1]["cursor"]


def judge(organiser: Organiser, slug: str, outcomes: Sequence[Outcome]) -> None:
    """Fails with every rule that the run has broken. ``outcomes``: all that buyers of this conference were told."""
    assert broken_rules(feed(organiser, slug), outcomes) == []

"""Was the server right? Our own history of calls against its log.

Independent of the code it judges: the log comes by the audit feed and is folded by
:mod:`gateway.loadtest.ledger`; the history is what this process sent and got.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.loadtest.audit import Audit
from gateway.loadtest.feed import Entry
from gateway.loadtest.history import Call, History, Items
from gateway.loadtest.rules import Findings, Violation
from gateway.loadtest.venues import Venue


@dataclass(frozen=True)
class Verdict:
    """``right`` is ``None`` where the log could not be read: then ``why_not`` says why."""

    right: bool | None
    violations: Sequence[Violation] = ()
    counts: dict[str, int] = field(default_factory=dict)
    checked: dict[str, int] = field(default_factory=dict)
    lateness_ms: Sequence[int] = ()
    notes: Sequence[str] = ()
    why_not: str = ""


class Judge:
    """Takes each conference's log in turn, then speaks."""

    def __init__(self, history: History, punctual: bool = True) -> None:
        self._history = history
        self._punctual = punctual
        self._findings = Findings()
        self._checked: Counter[str] = Counter()
        self._lateness_ms: list[int] = []
        self._unknown_events: Counter[str] = Counter()

    def hear(self, venue: Venue, entries: Iterable[Entry]) -> Audit:
        """Judge one conference by its log."""
        samples = [sample for sample in self._history.samples if sample.venue == venue.index]
        audit = Audit(venue, self._findings, samples, self._punctual)
        for entry in entries:
            audit.take(entry)
            self._checked["events"] += 1
        audit.finish()
        calls = [call for call in self._history.calls if call.venue == venue.index]
        Cross(venue, audit, self._findings).check(calls)
        self._checked.update(
            conferences=1, calls=len(calls), reservations=len(audit.starts), offers=audit.offers, samples=len(samples)
        )
        self._lateness_ms += audit.lateness_ms
        self._unknown_events += audit.ledger.unknown_events
        return audit

    def verdict(self, acknowledged: bool = True) -> Verdict:
        """``acknowledged`` false: not one request was done, so that nothing wrong proves nothing."""
        notes = [f"{number} events of a kind unknown here: {name}" for name, number in self._unknown_events.items()]
        return Verdict(
            right=None if self._findings.clean and not acknowledged else self._findings.clean,
            violations=tuple(self._findings.violations),
            counts=dict(self._findings.counts),
            checked=dict(self._checked),
            lateness_ms=tuple(self._lateness_ms),
            notes=tuple(notes),
            why_not="" if acknowledged else "not one reservation was acknowledged",
        )


class Cross:
    """One conference's calls against its audited log."""

    def __init__(self, venue: Venue, audit: Audit, findings: Findings) -> None:
        self._venue = venue
        self._audit = audit
        self._findings = findings

    def check(self, calls: Sequence[Call]) -> None:
        """Every rule that needs both sides. ``calls`` are this conference's, in any order."""
        by_key: dict[str, list[Call]] = {}
        for call in calls:
            by_key.setdefault(f"{call.operation} {call.key}", []).append(call)
        for key, same in by_key.items():
            self._check_one_answer(key, same)
        reserving = [same for same in by_key.values() if same[0].operation == "reserve"]
        told = self._check_acknowledged(reserving)
        self._check_strays(reserving, told)
        self._check_cancelled(calls)
        self._check_reasons(reserving)
        self._check_sold_out(reserving)
        self._check_real_time(reserving)

    def _broke(self, rule: str, text: str) -> None:
        self._findings.broke(rule, self._venue.slug, text)

    def _check_one_answer(self, key: str, same: Sequence[Call]) -> None:
        answers = {call.fingerprint for call in same if call.fingerprint}
        if len(answers) > 1:
            said = sorted({f"{call.outcome} {call.problem or call.reservation}" for call in same if call.fingerprint})
            self._broke("one-answer-per-key", f"{key} got {len(answers)} different answers: {', '.join(said)}")

    def _check_acknowledged(self, reserving: Iterable[Sequence[Call]]) -> set[str]:
        """Returns the ids that were acknowledged."""
        owner: dict[str, str] = {}
        for same in reserving:
            for reservation, call in {call.reservation: call for call in same if call.outcome == "done"}.items():
                if owner.setdefault(reservation, call.key) != call.key:
                    self._broke("acknowledged-once", f"{reservation} was given to two different requests")
                self._check_start(reservation, call)
        return set(owner)

    def _check_start(self, reservation: str, call: Call) -> None:
        starts = self._audit.starts.get(reservation, [])
        if len(starts) != 1:
            times = "not" if not starts else f"{len(starts)} times"
            self._broke("acknowledged-once", f"{reservation} was acknowledged ({call.state}) and is {times} in the log")
        elif starts[0].items != call.answered or starts[0].waiting != (call.state in ("waiting", "offered")):
            logged = f"{'waiting for' if starts[0].waiting else 'holding'} {dict(starts[0].items)}"
            said = f"{call.state} {dict(call.answered)}"
            self._broke("acknowledged-once", f"{reservation} was acknowledged as {said} and is in the log as {logged}")

    def _check_strays(self, reserving: Iterable[Sequence[Call]], told: set[str]) -> None:
        """What is in the log and nobody was told of must come from requests whose outcome is unknown."""
        by_fate: dict[str, Counter[Items]] = {"refused": Counter(), "unknown": Counter()}
        fewer = 0
        for same in reserving:
            outcomes = {call.outcome for call in same}
            if "done" in outcomes:
                continue
            fate = "unknown" if "unknown" in outcomes and "refused" not in outcomes else "refused"
            by_fate[fate][same[0].items] += 1
            fewer += fate == "unknown" and same[0].accept_fewer
        allowed = by_fate["unknown"].copy()
        for reservation, starts in self._audit.starts.items():
            if reservation in told:
                continue
            items = starts[0].items
            if len(starts) > 1:
                self._broke("unknown-at-most-once", f"{reservation}, never acknowledged, is in the log twice")
            if allowed[items] > 0:
                allowed[items] -= 1
            elif fewer > 0:
                fewer -= 1
            else:
                self._broke(_rule_for_stray(items, by_fate), _stray(reservation, starts[0].version))

    def _check_cancelled(self, calls: Iterable[Call]) -> None:
        ledger = self._audit.ledger
        for call in calls:
            if call.operation != "cancel" or call.outcome != "done":
                continue
            if call.reservation in ledger.holds or call.reservation in ledger.waiting:
                self._broke("acknowledged-once", f"{call.reservation} was cancelled and is still in force")
            elif self._audit.ends[call.reservation] != 1 and not ledger.unknown_events:
                times = self._audit.ends[call.reservation]
                self._broke("acknowledged-once", f"{call.reservation} was cancelled and ended {times} times in the log")

    def _check_reasons(self, reserving: Iterable[Sequence[Call]]) -> None:
        """Our conferences are on sale and without limits: sold-out is the only reason there can be."""
        for same in reserving:
            for problem in sorted({call.problem for call in same if call.outcome == "refused"} - {"sold-out"}):
                text = f"{dict(same[0].items)} was refused as {problem}; the conference was on sale and had no limits"
                self._broke("refused-rightly", text)

    def _check_sold_out(self, reserving: Sequence[Sequence[Call]]) -> None:
        """Where nothing is ever released: whoever asked after a refusal can't have taken the seats before it."""
        audit = self._audit
        if audit.releases or audit.ledger.unknown_events or audit.ledger.waiting:
            return
        asked_ns = {call.reservation: min(each.sent_ns for each in same) for same in reserving for call in same}
        taken = sorted((asked_ns.get(reservation, 0), starts[0].items) for reservation, starts in audit.starts.items())
        refused = sorted(
            (call.returned_ns, call.items, call.accept_fewer)
            for same in reserving
            for call in same
            if call.problem == "sold-out"
        )
        left, seen = Counter(self._audit.ledger.quotas), 0
        for returned_ns, items, accept_fewer in refused:
            while seen < len(taken) and taken[seen][0] < returned_ns:
                left.subtract(dict(taken[seen][1]))
                seen += 1
            there = [left[seat_type] >= (1 if accept_fewer else number) for seat_type, number in items]
            if any(there) if accept_fewer else all(there):
                text = f"{dict(items)} was refused as sold out while at least {dict(+left)} were left"
                self._broke("refused-rightly", text)

    def _check_real_time(self, reserving: Iterable[Sequence[Call]]) -> None:
        """Sort by call, sweep by return: no lower place in the log after a higher one was told."""
        asked: list[tuple[int, int, str]] = []
        told: list[tuple[int, int]] = []
        for same in reserving:
            done = [call for call in same if call.outcome == "done"]
            starts = self._audit.starts.get(done[0].reservation, []) if done else []
            if len(starts) == 1:
                asked.append((min(call.sent_ns for call in same), starts[0].version, done[0].reservation))
                told.append((min(call.returned_ns for call in done), starts[0].version))
        asked.sort()
        told.sort()
        highest, answered = 0, 0
        for sent_ns, version, reservation in asked:
            while answered < len(told) and told[answered][0] < sent_ns:
                highest = max(highest, told[answered][1])
                answered += 1
            if version < highest:
                text = f"{reservation} asked after version {highest} was answered and stands at version {version}"
                self._broke("real-time-order", text)


def _rule_for_stray(items: Items, by_fate: dict[str, Counter[Items]]) -> str:
    if by_fate["refused"][items]:
        return "refused-never"
    return "unknown-at-most-once" if by_fate["unknown"][items] else "acknowledged-once"


def _stray(reservation: str, version: int) -> str:
    return (
        f"{reservation} stands in the log at version {version} and no answer tells of it: a refused request took "
        "seats, or a retry was applied twice"
    )

"""Reads one conference's seats stream event by event and says where it breaks a rule of its own."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice

from gateway.loadtest.feed import (
    Configured,
    Entry,
    Event,
    Held,
    Joined,
    Left,
    ListClosed,
    Offered,
    Prolonged,
    Released,
)
from gateway.loadtest.history import Items, Sample
from gateway.loadtest.ledger import Ledger, Waiting
from gateway.loadtest.rules import Findings
from gateway.loadtest.venues import Venue

LATE_MS_MAX = 5_000
LOOKED_AT_MAX = 1_000
"""How many entries of a first-fit list are looked at for each offer, and at the end."""
LOOKED_AT_EACH = 10
"""How many of them are looked at before each decision."""


@dataclass(frozen=True)
class Start:
    """How a reservation came into the log."""

    version: int
    items: Items
    waiting: bool


class Audit:
    """Fed with every entry in order, then asked to ``finish``.

    ``punctual`` false: the server was away for a while, so that lateness proves nothing.
    """

    def __init__(self, venue: Venue, findings: Findings, samples: list[Sample], punctual: bool = True) -> None:
        self.venue = venue
        self.ledger = Ledger()
        self.starts: dict[str, list[Start]] = {}
        self.ends: Counter[str] = Counter()
        self.lateness_ms: list[int] = []
        self.offers = 0
        self.releases = 0
        self.version = 0
        self._at_ms = 0
        self._findings = findings
        self._punctual = punctual
        self._samples: dict[int, list[Sample]] = {}
        for sample in samples:
            self._samples.setdefault(sample.version, []).append(sample)

    def take(self, entry: Entry) -> None:
        """Judge one event against the state before it, apply it, judge the state after it."""
        self._check_place(entry)
        if self._begins_decision(entry.event):
            self._check_served(f"before version {entry.version}", LOOKED_AT_EACH)
        match entry.event:
            case Configured(quotas):
                self._check_quotas(quotas)
            case Held() as held:
                self._check_newcomer(entry.version, held)
            case Joined() as joined:
                self._note_joining(entry.version, joined)
            case Offered() as offered:
                self._check_offer(entry.version, offered)
            case Released() as released:
                self._check_release(entry, released)
            case Left(reservation):
                self._check_leaving(entry.version, reservation)
            case Prolonged(reservation) if reservation not in self.ledger.holds:
                self._broke("log-coherent", f"version {entry.version} prolongs {reservation}, which holds nothing")
            case _:
                pass
        self.ledger.evolve(entry.event)
        self._check_taken(entry.version)
        for sample in self._samples.pop(entry.version, ()):
            self._check_sample(sample)

    def finish(self) -> None:
        """Judge the state at the end: nobody waits while their seats stand free, nothing is overdue."""
        self._check_served("at the end", LOOKED_AT_MAX)
        ledger = self.ledger
        for reservation, hold in ledger.holds.items():
            if self._punctual and hold.expires_at_ms and self._at_ms > hold.expires_at_ms + LATE_MS_MAX:
                late_s = (self._at_ms - hold.expires_at_ms) / 1000
                self._broke("released-in-time", f"{reservation} was due {late_s:.1f} s ago and is still held")

    def _broke(self, rule: str, text: str) -> None:
        self._findings.broke(rule, self.venue.slug, text)

    def _check_place(self, entry: Entry) -> None:
        if entry.version != self.version + 1:
            self._broke("log-coherent", f"version {entry.version} follows version {self.version}")
        if entry.at_ms < self._at_ms:
            self._broke("log-coherent", f"time goes back {self._at_ms - entry.at_ms} ms at version {entry.version}")
        self.version, self._at_ms = entry.version, max(self._at_ms, entry.at_ms)

    def _begins_decision(self, event: Event) -> bool:
        """Whether what freed seats before this event must have been offered by now (one decision, one append)."""
        match event:
            case Offered() | Left() | ListClosed():
                return False
            case Joined(reservation):
                return reservation not in self.starts
            case _:
                return True

    def _check_served(self, when: str, most: int) -> None:
        """Nobody waits while what they wait for, and is theirs by the list's order, stands free."""
        ledger = self.ledger
        if ledger.policy == "first_fit":
            candidates = list(islice(ledger.waiting, most))
        else:
            candidates = list({next(iter(waiting)): None for waiting in ledger.lists.values() if waiting})
        for reservation in candidates:
            if self._could_be_served(reservation, ledger.waiting[reservation]):
                self._broke("wait-list-in-order", f"seats stood free for {reservation}, which waited, {when}")

    def _check_quotas(self, quotas: object) -> None:
        assert isinstance(quotas, dict)
        for seat_type, quota in quotas.items():
            made = self.venue.quotas.get(seat_type, quota)
            if quota != made:
                self._broke("nothing-oversold", f"the log's quota of {seat_type} is {quota}; {made} was made")

    def _check_taken(self, version: int) -> None:
        ledger = self.ledger
        for seat_type, quota in ledger.quotas.items():
            most = min(quota, self.venue.quotas.get(seat_type, quota))
            if not 0 <= ledger.taken[seat_type] <= most:
                text = f"{ledger.taken[seat_type]} of {most} seats of {seat_type} taken after version {version}"
                self._broke("nothing-oversold", text)

    def _check_newcomer(self, version: int, held: Held) -> None:
        for seat_type, _ in held.items:
            ahead = next(iter(self.ledger.lists.get(seat_type, ())), None)
            if ahead is not None and ahead != held.reservation:
                text = f"{held.reservation} took {seat_type} at version {version} while {ahead} waited for it"
                self._broke("wait-list-in-order", text)
        self.starts.setdefault(held.reservation, []).append(Start(version, held.items, waiting=False))

    def _note_joining(self, version: int, joined: Joined) -> None:
        again = joined.reservation in self.starts
        if again and joined.reservation not in self.ledger.holds and joined.reservation not in self.ledger.waiting:
            self.ends[joined.reservation] -= 1  # It asked to stay and went to the end of the list.
            return
        self.starts.setdefault(joined.reservation, []).append(Start(version, joined.items, waiting=True))

    def _check_offer(self, version: int, offered: Offered) -> None:
        self.offers += 1
        entry = self.ledger.waiting.get(offered.reservation)
        if entry is None:
            self._broke("log-coherent", f"version {version} offers seats to {offered.reservation}, which does not wait")
            return
        if not _within(offered.items, entry):
            text = f"{offered.reservation} asked for {dict(entry.items)} and was offered {dict(offered.items)}"
            self._broke("wait-list-in-order", text)
        passed = self._passed_over(offered.reservation, entry)
        if passed is not None:
            self._broke(
                "wait-list-in-order", f"{offered.reservation} was offered seats at version {version} before {passed}"
            )

    def _passed_over(self, reservation: str, entry: Waiting) -> str | None:
        """Whom an offer to ``reservation`` overtakes, if anyone."""
        ledger = self.ledger
        for seat_type, _ in entry.items:
            for ahead in islice(ledger.lists[seat_type], LOOKED_AT_MAX):
                if ahead == reservation:
                    break
                if ledger.policy != "first_fit" or ledger.fits(ledger.waiting[ahead].items):
                    return ahead
        return None

    def _check_release(self, entry: Entry, released: Released) -> None:
        hold = self.ledger.holds.get(released.reservation)
        self.releases += 1
        self.ends[released.reservation] += 1
        if hold is None:
            text = f"version {entry.version} releases {released.reservation}, which holds nothing"
            self._broke("log-coherent", text)
        elif released.reason == "expired" and hold.expires_at_ms:
            late_ms = entry.at_ms - hold.expires_at_ms
            self.lateness_ms.append(late_ms)
            if late_ms < 0 or (late_ms > LATE_MS_MAX and self._punctual):
                text = f"{released.reservation} was released {late_ms} ms after its deadline (version {entry.version})"
                self._broke("released-in-time", text)

    def _check_leaving(self, version: int, reservation: str) -> None:
        self.ends[reservation] += 1
        if reservation not in self.ledger.waiting:
            self._broke("log-coherent", f"version {version} takes {reservation} off the list, where it is not")

    def _could_be_served(self, reservation: str, entry: Waiting) -> bool:
        ledger = self.ledger
        if ledger.policy != "first_fit":
            heads = (next(iter(ledger.lists[seat_type])) for seat_type, _ in entry.items)
            if any(head != reservation for head in heads):
                return False
        if entry.accept_fewer:
            return any(ledger.free(seat_type) > 0 for seat_type, _ in entry.items)
        return ledger.fits(entry.items)

    def _check_sample(self, sample: Sample) -> None:
        for seat_type, available, waiting in sample.seats:
            true = (self.ledger.available(seat_type), self.ledger.waiting_seats[seat_type])
            if seat_type in self.ledger.quotas and (available, waiting) != true:
                text = f"{available} available, {waiting} waiting shown at version {sample.version}; the log says "
                self._broke("availability-agrees", f"{text}{true[0]} and {true[1]}")


def _within(offered: Items, entry: Waiting) -> bool:
    if not entry.accept_fewer:
        return offered == entry.items
    asked = dict(entry.items)
    return all(number <= asked.get(seat_type, 0) for seat_type, number in offered)

"""What must hold, in words: the verdict names each broken rule by its key."""

from dataclasses import dataclass

RULES = {
    "nothing-oversold": "no more seats taken than there are, after every event",
    "acknowledged-once": "every acknowledged reservation is in the log exactly once, as it was acknowledged",
    "refused-never": "no refused request is in the log",
    "unknown-at-most-once": "a request whose outcome stayed unknown is in the log at most once",
    "one-answer-per-key": "a repeated key gets the same answer",
    "wait-list-in-order": "nobody overtakes: freed seats go to the list, in its order, at once",
    "refused-rightly": "nobody was refused but for want of seats, and not while seats were left",
    "released-in-time": "no hold ends early, none more than 5 s late",
    "real-time-order": "whoever was answered before another asked stands before them in the log",
    "log-coherent": "the log has no gaps and each event follows from those before it",
    "availability-agrees": "what was shown as available is what the log says at that version",
}

SHOWN_MAX = 20
"""How many violations of one rule are kept in words; all are counted."""


@dataclass(frozen=True)
class Violation:
    """One broken rule: where, and what was seen."""

    rule: str
    conference: str
    text: str


class Findings:
    """Violations by rule, bounded in words and counted in full."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.counts: dict[str, int] = dict.fromkeys(RULES, 0)

    def broke(self, rule: str, conference: str, text: str) -> None:
        self.counts[rule] += 1
        if self.counts[rule] <= SHOWN_MAX:
            self.violations.append(Violation(rule, conference, text))

    @property
    def clean(self) -> bool:
        return not any(self.counts.values())

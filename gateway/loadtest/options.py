"""What a run shall do, checked."""

from dataclasses import dataclass
from pathlib import Path

from gateway.loadtest.arrivals import Pattern

CONNECTIONS_MAX = 10_000


class WrongOption(Exception):
    """An option that can't be; the message says what may be."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """One run. ``rate_per_s`` ``None``: closed loop. ``buyers`` ``None``: until the time is up."""

    scenario: str
    address: str
    token: str | None = None
    organiser: str | None = None
    allowed_host: str | None = None
    buyers: int | None = None
    seats: int = 500
    quantity: int = 1
    conferences: int = 1
    connections: int = 256
    rate_per_s: float | None = None
    pattern: Pattern = "poisson"
    seconds: float = 60.0
    timeout_s: float = 30.0
    patience_s: float = 10.0
    hold_s: int = 900
    leave_share: float = 0.5
    reads: int = 20
    retries: int = 1
    policy: str = "strict"
    seed: int = 1
    out: Path | None = None
    compare: Path | None = None
    self_test: bool = False
    keep: bool = False
    quiet: bool = False

    def check(self) -> None:
        """Raises :class:`WrongOption` for the first value that can't be."""
        at_least_one = {
            "--buyers": self.buyers if self.buyers is not None else 1,
            "--seats": self.seats,
            "--quantity": self.quantity,
            "--conferences": self.conferences,
            "--retries": self.retries,
            "--hold-seconds": self.hold_s,
        }
        for name, number in at_least_one.items():
            if number < 1:
                raise WrongOption(f"{name} must be at least 1, not {number}.")
        if not 1 <= self.connections <= CONNECTIONS_MAX:
            raise WrongOption(f"--connections must be from 1 to {CONNECTIONS_MAX}, not {self.connections}.")
        above_zero = {"--seconds": self.seconds, "--timeout": self.timeout_s, "--patience": self.patience_s}
        if self.rate_per_s is not None:
            above_zero["--rate"] = self.rate_per_s
        for name, amount in above_zero.items():
            if not 0 < amount < 1e9:
                raise WrongOption(f"{name} must be above 0, not {amount}.")
        if not 0 <= self.leave_share <= 1:
            raise WrongOption(f"--leave must be from 0 to 1, not {self.leave_share}.")
        if self.reads < 0:
            raise WrongOption(f"--reads must not be negative: {self.reads}.")
        if (self.token is None) != (self.organiser is None):
            raise WrongOption("--token and --organiser go together: whose token it is, and the organiser's id.")

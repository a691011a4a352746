"""What an answer means: done, refused, put off or unknown, and the few fields that are read of it."""

from collections.abc import Mapping

import msgspec

from gateway.loadtest.client import Answer
from gateway.loadtest.framing import Garbage
from gateway.loadtest.history import Call, Items, Outcome, Sample


class AnsweredLine(msgspec.Struct, gc=False):
    """One seat type of a reservation, as answered."""

    seat_type: str
    held: int = 0
    waiting: int = 0


class Reservation(msgspec.Struct):
    """The fields of a reservation that the load tester reads."""

    id: str
    status: str
    items: tuple[AnsweredLine, ...]
    version: int = 0
    token: str = ""
    expires_at: str | None = None
    total: msgspec.Raw = msgspec.Raw(b"")

    def seats(self) -> Items:
        """What is held, or waited for where nothing is held."""
        held = tuple(sorted((line.seat_type, line.held) for line in self.items if line.held))
        return held or tuple(sorted((line.seat_type, line.waiting) for line in self.items if line.waiting))

    def fingerprint(self, status: int) -> int:
        """Equal for answers that say the same; the place in the list may have changed since and is left out."""
        items = tuple((line.seat_type, line.held, line.waiting) for line in self.items)
        return hash((status, self.id, self.status, self.token, self.expires_at, items, bytes(self.total)))


class Problem(msgspec.Struct):
    """The fields of a problem document that the load tester reads."""

    type: str = ""
    status: int = 0
    detail: str = ""

    @property
    def slug(self) -> str:
        return self.type.rpartition("/")[2] or "no-type"


class SeatsLeft(msgspec.Struct, gc=False):
    """Availability of one seat type."""

    available: int
    quota: int = 0
    waiting: int = 0


class Availability(msgspec.Struct):
    """Availability of one conference as of a version of its inventory."""

    version: int
    seat_types: dict[str, SeatsLeft]

    def sample(self, venue: int) -> Sample:
        seats = ((seat_type, left.available, left.waiting) for seat_type, left in self.seat_types.items())
        return Sample(venue, self.version, tuple(seats))


_reservation = msgspec.json.Decoder(Reservation).decode
_problem = msgspec.json.Decoder(Problem).decode
_availability = msgspec.json.Decoder(Availability).decode


def read_reservation(call: Call) -> Reservation:
    """The reservation that a 2xx answered; raises :class:`Garbage` for anything else."""
    try:
        return _reservation(call.body)
    except msgspec.MsgspecError as problem:
        raise Garbage(f"a {call.status} that is no reservation ({problem}): {call.body[:80]!r}") from problem


def read_into(call: Call) -> None:
    """Read a done call's answer into its fields, once; raises :class:`Garbage`.

    Not done while the load runs: it would take a good part of the generator's time.
    """
    if call.outcome != "done" or not call.body:
        return
    reservation = read_reservation(call)
    call.reservation = reservation.id
    call.state = reservation.status
    call.version = reservation.version
    seats = reservation.seats()
    call.answered = call.items if seats == call.items else seats
    call.fingerprint = reservation.fingerprint(call.status)
    call.body = b""


def read_availability(answer: Answer) -> Availability:
    """The availability in a 200 answer; raises :class:`Garbage` for anything else."""
    try:
        return _availability(answer.body)
    except msgspec.MsgspecError as problem:
        raise Garbage(f"a {answer.status} that is no availability ({problem}): {answer.body[:80]!r}") from problem


def read_problem(answer: Answer) -> Problem:
    """The problem document of an error; one without a readable document is named by its status."""
    try:
        return _problem(answer.body)
    except msgspec.MsgspecError:
        return Problem(type=f"http-{answer.status}", status=answer.status, detail=repr(answer.body[:120]))


def outcome_of(status: int, slug: str) -> Outcome:
    """What a status and a problem's type say about the request."""
    if status < 400:
        return "done"
    if status == 429 or (status == 503 and slug in ("busy", "not-yet")):
        return "put_off"
    return "refused" if status < 500 else "unknown"


class Said(msgspec.Struct, frozen=True, gc=False):
    """What an error answer means. ``fingerprint`` 0: it need not be repeated (only 409s are remembered)."""

    slug: str
    outcome: Outcome
    fingerprint: int


class Problems:
    """Reads problem documents, each body once: most of a rush's answers are the same refusal."""

    REMEMBERED_MAX = 1_000

    def __init__(self) -> None:
        self._known: dict[tuple[int, bytes], Said] = {}
        self.details: dict[str, str] = {}
        """The first detail that came with each type of problem."""

    def read(self, answer: Answer) -> Said:
        """What the answer says."""
        said = self._known.get((answer.status, answer.body))
        if said is None:
            problem = read_problem(answer)
            slug = problem.slug
            fingerprint = hash((answer.status, answer.body)) if answer.status == 409 else 0
            said = Said(slug, outcome_of(answer.status, slug), fingerprint)
            self.details.setdefault(slug, problem.detail)
            if len(self._known) < self.REMEMBERED_MAX:
                self._known[answer.status, answer.body] = said
        return said


def as_items(quantities: Mapping[str, int]) -> Items:
    return tuple(sorted(quantities.items()))

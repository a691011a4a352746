"""What carries commands to an entity and answers back: one batch per target at a time.

A batch names its destination (stream and epoch) and its number; the receiver ignores
a mismatch and the sender ignores an answer it does not wait for, since addresses are
reused and messages may come twice.
"""

from msgspec import Raw, Struct

KEY_BYTES = 16  # of a hashed idempotency key, and of a fingerprint


class Item(Struct, frozen=True, array_like=True, gc=False):
    """One command: its key and fingerprint (16 bytes each) and the request that caused it."""

    key: bytes
    fingerprint: bytes
    correlation: str
    command: Raw


class Batch(Struct, frozen=True, array_like=True, tag="batch.1"):
    """Commands for one entity, decided in order and answered together."""

    to: str
    epoch: int
    number: int
    items: list[Item]


class Answers(Struct, frozen=True, array_like=True, tag="answers.1"):
    """The answers to a batch, in its order; each is an encoded reply or refusal.

    ``commit_us``: how long the batch's append took, in microseconds (0 when there was none).
    """

    stream: str
    epoch: int
    number: int
    items: list[Raw]
    commit_us: int = 0


class Gone(Struct, frozen=True, array_like=True, tag="gone.1"):
    """The entity has closed its log; open the stream again.

    ``decided``: the log holds what became of the batch, and its keys find it there. Else it was not decided.
    """

    stream: str
    epoch: int
    number: int
    decided: bool = False


class ReadLog(Struct, frozen=True, array_like=True, tag="read-log.1"):
    """Asks an entity for at most ``limit`` events after position ``after``.

    ``described`` asks for field names (audit feed), else the events come as they are stored (projector).
    """

    to: str
    epoch: int
    number: int
    after: int
    limit: int
    described: bool


class StoredEvent(Struct, frozen=True, array_like=True):
    """An event as it stands in the log; ``at_ms`` is Unix time in milliseconds."""

    version: int
    at_ms: int
    event: Raw


class DescribedEvent(Struct, frozen=True, array_like=True):
    """An event for people: its type and its fields by name."""

    version: int
    at_ms: int
    type: str
    fields: Raw


class LogPage(Struct, frozen=True, array_like=True, tag="log-page.1"):
    """Answer to ``ReadLog``: events in order and without gaps; ``head`` is the stream's last version."""

    stream: str
    epoch: int
    number: int
    head: int
    stored: list[StoredEvent]
    described: list[DescribedEvent]


class Appended(Struct, frozen=True, array_like=True, tag="appended.1"):
    """Hint to the projector: the log has come to ``head``; ``events`` (dense, in order) are the latest of it.

    ``events`` may be empty or begin later than the projector stands: it then asks for pages. Losing
    a hint loses nothing. Answered by ``Projected``.
    """

    stream: str
    epoch: int
    head: int
    events: list[StoredEvent]


class Projected(Struct, frozen=True, array_like=True, tag="projected.1"):
    """The projector has taken the hint and stands at ``version``; the next hint may come."""

    to: str
    epoch: int
    version: int


class Published(Struct, frozen=True, array_like=True, tag="published.1"):
    """From the projector to the gateways: a conference's availability as it stands now, as JSON.

    ``at_ms``: when the last event that it knows of happened.
    """

    conference: str
    version: int
    body: bytes
    at_ms: int = 0

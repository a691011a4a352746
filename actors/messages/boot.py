"""How a top-level actor answers its start message: it serves, or it can't and says why."""

from msgspec import Struct


class Started(Struct, frozen=True, array_like=True, tag="started.1"):
    """The actor named ``who`` serves in process ``pid``."""

    who: str
    pid: int


class Unable(Struct, frozen=True, array_like=True, tag="unable.1"):
    """The actor can't serve as it is configured; ``problem`` is one sentence for the operator."""

    who: str
    problem: str

"""Who lives where: the directory's talk with entities, gateways, the timer and the projector.

Addresses are text, ``host:port``. An epoch is one life of one stream's writer; it only grows.
"""

from msgspec import Struct


class Peers(Struct, frozen=True, array_like=True, tag="peers.1"):
    """Where the node's timer, projector and gateways live now (addresses change when one is replaced)."""

    timer: str
    projector: str
    gateways: tuple[str, ...]


class Begin(Struct, frozen=True, array_like=True, tag="begin.1"):
    """First message of an entity's process: which stream it is, and whom it talks to.

    ``settings`` is the msgpack of ``config.settings.Settings``; nothing expires before ``grace_until_ms``.
    ``life`` is the directory's number for this process, repeated in what it reports. ``settled_version``:
    the version at which the last life went to sleep with nothing left to want of others; 0 when that is not known.
    """

    stream: str
    life: int
    create: bool
    directory: str
    peers: Peers
    grace_until_ms: int
    settings: bytes
    settled_version: int = 0


class Ready(Struct, frozen=True, array_like=True, tag="ready.1"):
    """The entity has folded its log and serves under ``epoch``, from ``version`` on."""

    stream: str
    life: int
    epoch: int
    version: int
    pid: int


class Damaged(Struct, frozen=True, array_like=True, tag="damaged.1"):
    """The stream can't be opened: there is no such log (``unknown``), it is not whole, or out of reach.

    Nothing else stops.
    """

    stream: str
    life: int
    problem: str
    unknown: bool


class Open(Struct, frozen=True, array_like=True, tag="open.1"):
    """Asks the directory where a stream's entity lives (waking it); ``asker`` hears of every later life too.

    ``create`` allows a stream that has no log yet.
    """

    stream: str
    asker: str
    create: bool


class Opened(Struct, frozen=True, array_like=True, tag="opened.1"):
    """The stream is served at ``address`` under ``epoch``: the answer to ``Open``, and the news of a replacement."""

    stream: str
    epoch: int
    address: str


class Unopened(Struct, frozen=True, array_like=True, tag="unopened.1"):
    """The stream is not served: ``unknown`` when it has no log, else an operator is needed."""

    stream: str
    unknown: bool
    problem: str


class Closing(Struct, frozen=True, array_like=True, tag="closing.1"):
    """The entity goes to sleep: send nothing more to this epoch; answered by ``Released``."""

    stream: str
    epoch: int


class Released(Struct, frozen=True, array_like=True, tag="released.1"):
    """The asker will send nothing more to this epoch."""

    stream: str
    epoch: int
    asker: str


class Used(Struct, frozen=True, array_like=True, tag="used.1"):
    """Streams that the asker has sent to lately: the directory puts the least recently used to sleep first."""

    asker: str
    streams: list[str]


class Suspect(Struct, frozen=True, array_like=True, tag="suspect.1"):
    """An entity did not answer in time; the directory asks it itself and replaces it if it stays silent.

    The asker is sent ``Opened`` again as soon as it answers, or its next life does.
    """

    asker: str
    stream: str
    epoch: int


class Ping(Struct, frozen=True, array_like=True, tag="ping.1"):
    """The directory asks whether the entity still serves; answered by ``Ready``."""

    to: str
    epoch: int


class Sleep(Struct, frozen=True, array_like=True, tag="sleep.1"):
    """The directory asks the entity to close its log; answered by ``Asleep``."""

    to: str
    epoch: int


class Asleep(Struct, frozen=True, array_like=True, tag="asleep.1"):
    """The log is closed; from now on the entity answers batches with ``Gone``.

    ``settled_version``: its version when it wanted nothing more of others, else 0.
    """

    stream: str
    life: int
    epoch: int
    next_deadline_ms: int
    settled_version: int = 0


class Grace(Struct, frozen=True, array_like=True, tag="grace.1"):
    """The wall clock jumped, or the system was down: nothing expires before ``until_ms``."""

    to: str
    epoch: int
    until_ms: int


class Drain(Struct, frozen=True, array_like=True, tag="drain.1"):
    """The system stops: take nothing new, answer what was taken, close; answered by ``Drained``."""


class Drained(Struct, frozen=True, array_like=True, tag="drained.1"):
    """All that was taken is answered."""

    who: str


class Deadline(Struct, frozen=True, array_like=True, tag="deadline.1"):
    """To the timer: wake this stream at ``at_ms`` (its earliest deadline; 0 when it has none)."""

    stream: str
    epoch: int
    at_ms: int


class Start(Struct, frozen=True, array_like=True, tag="start.1"):
    """The directory's first message: the settings, and which coroutines serve HTTP and carry out effects.

    Each as ``package.module:function``; without a ``courier`` there is none.
    """

    settings: bytes
    gateway: str
    courier: str = ""


class WhoIs(Struct, frozen=True, array_like=True, tag="who-is.1"):
    """Asks a node's service (timer, projector, courier, gateway) to say ``Here``: its first message.

    ``main``: the coroutine that runs on its loop, if it has one.
    """

    role: str
    directory: str
    peers: Peers
    settings: bytes
    main: str


class Here(Struct, frozen=True, array_like=True, tag="here.1"):
    """A service has started and serves."""

    role: str
    pid: int


class Pulse(Struct, frozen=True, array_like=True, tag="pulse.1"):
    """The directory asks a service for a sign of life, and gets this back."""

    role: str


class Due(Struct, frozen=True, array_like=True, tag="due.1"):
    """From the timer: a deadline of yours may have passed; the log says which."""

    to: str
    epoch: int

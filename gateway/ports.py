"""What the gateway needs of others: the entities, the clock of its loop, the read models, accounts and the vault.

The HTTP side knows these shapes only, so its tests put fakes behind them.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Raw

from actors.messages.envelopes import LogPage
from actors.messages.histories import StateThen

Frame = bytes | Raw
"""One encoded message; ``Raw`` is a view into the message that it came with."""


class EntityFailure(Exception):
    """A command got no reply: see the subclasses for what is known of its outcome."""


class Busy(EntityFailure):
    """Nothing was done: too much is waiting already, or the entity does not answer at the moment."""


class OutcomeUnknown(EntityFailure):
    """It may or may not have been done; the same key asked again gets the truth."""


class UnknownStream(EntityFailure):
    """Nothing was done: there is no such stream."""


class Unavailable(EntityFailure):
    """Nothing was done: the stream can't be served now (damaged, or its store is out of reach)."""


Done = Callable[[Frame | EntityFailure], None]
"""Called once, on the loop's thread, with the encoded reply or why there is none. Must not raise."""


class Entities(Protocol):
    """The write side. A stream is an entity's event log, as ``seats-<conference>``."""

    def post(self, stream: str, key: bytes, fingerprint: bytes, correlation: str, command: bytes, done: Done) -> None:
        """Sends a command; ``done`` hears of its end. Raises ``Busy`` at once when too much waits."""
        ...

    def ask(
        self,
        stream: str,
        key: bytes,
        fingerprint: bytes,
        correlation: str,
        command: bytes,
        *,
        create: bool = False,
    ) -> asyncio.Future[Frame]:
        """As ``post``, with a future; ``create`` allows a stream that has no log yet. Raises ``EntityFailure``."""
        ...

    def read_log(self, stream: str, after: int, limit: int) -> asyncio.Future[LogPage]:
        """A page of the stream's described events after a position. Raises ``EntityFailure``."""
        ...

    def read_state(self, stream: str, at_ms: int, after: str, limit: int) -> asyncio.Future[StateThen]:
        """How the stream stood at a time, if its entity has come so far with looking. Raises ``EntityFailure``."""
        ...


class Handle(Protocol):
    """A call that is due later."""

    def cancel(self) -> None: ...


class Loop(Protocol):
    """The part of an event loop that batching uses; times are seconds of a monotonic clock."""

    def time(self) -> float: ...
    def call_soon(self, callback: Callable[..., object], *arguments: Any) -> Handle: ...
    def call_later(self, delay: float, callback: Callable[..., object], *arguments: Any) -> Handle: ...
    def create_future(self) -> asyncio.Future[Any]: ...

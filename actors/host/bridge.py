"""Between an actor's Thespian thread and an asyncio loop in a second thread of the same process.

Thespian may be used by its own thread only: a send from another is lost, or leaves the
actor deaf. So the loop puts what it wants sent into an ``Outbox`` and rings its bell,
which the actor watches; the actor puts what it receives into an ``Inbox``, which wakes
the loop once for a burst. Both are bounded, and both say ``Full`` at their limit.

In the actor, where every return value must name the bell (one that does not ends the watch)::

    def receiveMessage(self, message, sender):
        match message:
            case WatchMessage():
                for address, frame in self._bridge.outbox.drain():
                    self.send(address_of(address), frame)
            case bytes():
                self._bridge.inbox.put(message, text_of(sender))
        return ThespianWatch([self._bridge.outbox.ear.fileno()])
"""

import asyncio
import os
import socket
import threading
import traceback
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

ITEMS_MAX = 10_000
BELL_BYTES_MAX = 64
STATUS_LOOP_BROKEN = 70

Receive = Callable[[list[tuple[bytes, str]]], None]


class Full(Exception):
    """A side does not keep up: its limit of undelivered items is reached, and the new one was not taken."""


class Outbox:
    """Messages from the loop's thread to the actor's: any thread puts, the actor's drains."""

    def __init__(self, items_max: int = ITEMS_MAX) -> None:
        self.ear, self._bell = socket.socketpair()
        self.ear.setblocking(False)
        self._bell.setblocking(False)
        self._items: deque[tuple[str, bytes]] = deque()
        self._items_max = items_max
        self._rung = False

    def put(self, address: str, message: bytes) -> None:
        """Has the actor send ``message`` to ``address`` (``host:port``); ``Full`` at the limit."""
        if len(self._items) >= self._items_max:
            raise Full(f"{self._items_max} messages wait to be sent")
        self._items.append((address, message))
        if not self._rung:
            self._rung = True
            self._bell.send(b"!")

    def drain(self) -> list[tuple[str, bytes]]:
        """All that waits, in order; for the actor's thread, on every WatchMessage."""
        with suppress(BlockingIOError):
            self.ear.recv(BELL_BYTES_MAX)
        self._rung = False  # Before the items: one put after this rings again.
        return [self._items.popleft() for _ in range(len(self._items))]

    def close(self) -> None:
        """Closes the bell; nothing may be put afterwards."""
        self.ear.close()
        self._bell.close()


class Inbox:
    """Messages from the actor's thread to the loop's: ``receive`` gets each burst as one list, on the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Receive, items_max: int = ITEMS_MAX) -> None:
        self._loop = loop
        self._receive = receive
        self._items: deque[tuple[bytes, str]] = deque()
        self._items_max = items_max
        self._woken = False

    def put(self, message: bytes, sender: str) -> None:
        """Hands a message and its sender (``host:port``) over, in order; ``Full`` at the limit.

        ``RuntimeError`` when the loop has been closed.
        """
        if len(self._items) >= self._items_max:
            raise Full(f"{self._items_max} messages wait for the loop")
        self._items.append((message, sender))
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._woken = False  # Before the items: one put after this wakes again.
        if items := [self._items.popleft() for _ in range(len(self._items))]:
            self._receive(items)


class Bridge:
    """An asyncio loop in a thread of the actor's process, and the two boxes between them."""

    def __init__(
        self,
        main: Callable[["Bridge"], Coroutine[Any, Any, None]],
        receive: Receive,
        new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
        items_max: int = ITEMS_MAX,
    ) -> None:
        """Starts the thread, which runs ``main(bridge)``; ``receive`` is called on its loop.

        The thread ends with ``main``. An exception in it ends the process, since an
        actor without its loop would answer nobody. Start it after the fork, in the
        actor's first message.
        """
        self.outbox = Outbox(items_max)
        self.loop = new_loop()
        self.inbox = Inbox(self.loop, receive, items_max)
        # A daemon, or the actor's process would wait for it at its end.
        self._thread = threading.Thread(target=self._run, args=(main,), name="loop", daemon=True)
        self._thread.start()

    def _run(self, main: Callable[["Bridge"], Coroutine[Any, Any, None]]) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
                runner.run(main(self))
        except BaseException:  # Whatever it was, the process can't go on.
            traceback.print_exc()
            os._exit(STATUS_LOOP_BROKEN)

    def join(self, timeout_s: float) -> bool:
        """Waits for ``main`` to end; whether it has."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

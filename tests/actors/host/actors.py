# mypy: disable-error-code="no-untyped-call"
"""Actors that the tests of the host start in processes of their own. Requests and answers are words."""

import os
import signal
import time
from datetime import timedelta
from typing import Any

from thespian.actors import (
    Actor,
    ActorAddress,
    ActorExitRequest,
    ChildActorExited,
    ThespianWatch,
    WakeupMessage,
    WatchMessage,
)

from actors.host.bridge import Bridge, Full
from actors.messages.addresses import address_of, text_of
from actors.messages.boot import Started, Unable
from actors.messages.codec import encode
from actors.messages.lifecycle import Drain, Drained

START = b"start"
DRAIN = encode(Drain())
ITEMS_MAX = 5_000


class Echo(Actor):
    """Answers its start and its drain, counts what else comes and sends it back."""

    def __init__(self) -> None:
        super().__init__()
        self.received = 0

    def receiveMessage(self, message: Any, sender: ActorAddress) -> None:
        """Answers."""
        if message == START:
            self.send(sender, encode(Started("echo", os.getpid())))
        elif message == DRAIN:
            self.send(sender, encode(Drained("echo")))
        elif message == b"count":
            self.send(sender, str(self.received).encode())
        elif isinstance(message, bytes):
            self.received += 1
            self.send(sender, message)


class Stubborn(Actor):
    """Never answers a drain."""

    def receiveMessage(self, message: Any, sender: ActorAddress) -> None:
        """Answers its start only."""
        if message == START:
            self.send(sender, encode(Started("stubborn", os.getpid())))


class Impossible(Actor):
    """Says that it can't start."""

    def receiveMessage(self, message: Any, sender: ActorAddress) -> None:
        """Refuses its start."""
        if message == START:
            self.send(sender, encode(Unable("impossible", "the door is locked")))


class Parent(Actor):
    """Keeps one child, and replaces it when it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.exited = 0
        self.child: ActorAddress | None = None
        self.asker: ActorAddress | None = None

    def receiveMessage(self, message: Any, sender: ActorAddress) -> None:
        """``pid`` answers with the child's process id, ``exited`` with how many have ended."""
        if message == START:
            self.child = self.createActor("tests.actors.host.actors.Child")
            self.send(sender, encode(Started("parent", os.getpid())))
        elif message == DRAIN:
            self.send(sender, encode(Drained("parent")))
        elif message == b"exited":
            self.send(sender, str(self.exited).encode())
        elif message == b"pid":
            self.asker = sender
            self.send(self.child, b"pid")
        elif isinstance(message, ChildActorExited):
            self.exited += 1
            self.child = self.createActor("tests.actors.host.actors.Child")
        elif isinstance(message, bytes) and self.asker is not None:
            self.send(self.asker, message)


class Child(Actor):
    """Tells its process id."""

    def receiveMessage(self, message: Any, sender: ActorAddress) -> None:
        """Answers, and ends on a request to exit."""
        if message == b"pid":
            self.send(sender, str(os.getpid()).encode())
        elif message == b"fault":
            os.kill(os.getpid(), signal.SIGSEGV)


class Chatter(Actor):
    """Sends numbered messages to others, unasked, while others do the same, and keeps count of what comes.

    ``chat a,b count bytes`` sends to each address; ``tally`` answers with the number
    received, whether each sender's came in order, and whether a timer came in time.
    """

    WAKE_MS = 50

    def __init__(self) -> None:
        super().__init__()
        self.next_to: dict[str, int] = {}
        self.next_from: dict[str, int] = {}
        self.received = 0
        self.ordered = True
        self.woken_after_ms = 0.0
        self.began = 0.0

    def receiveMessage(self, message: Any, sender: ActorAddress) -> None:
        """Sends, counts, or tells."""
        if message == START:
            self.send(sender, encode(Started("chatter", os.getpid())))
        elif message == DRAIN:
            self.send(sender, encode(Drained("chatter")))
        elif isinstance(message, WakeupMessage):
            self.woken_after_ms = (time.monotonic() - self.began) * 1000
        elif message == b"tally":
            self.send(sender, f"{self.received} {self.ordered} {self.woken_after_ms:.0f}".encode())
        elif isinstance(message, bytes) and message.startswith(b"chat "):
            self.chat(message.decode())
            self.send(sender, b"sent")
        elif isinstance(message, bytes):
            self.count(int(message[:10]), text_of(sender))

    def chat(self, order: str) -> None:
        """Sends everything at once."""
        _, targets, count, size = order.split()
        self.began = time.monotonic()
        self.wakeupAfter(timedelta(milliseconds=self.WAKE_MS))
        for _ in range(int(count)):
            for target in targets.split(","):
                number = self.next_to.get(target, 0)
                self.next_to[target] = number + 1
                self.send(address_of(target), b"%010d" % number + b"x" * int(size))

    def count(self, number: int, sender: str) -> None:
        """Counts one."""
        self.ordered &= number == self.next_from.get(sender, 0)
        self.next_from[sender] = number + 1
        self.received += 1


class Loop(Actor):
    """A loop in a thread that sends what it is told, as often as it is told, to the actor it is told.

    A request is ``address count``; the answer says how many came back, whether in
    order, and how many wake-ups of the loop that took.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bridge: Bridge | None = None

    def receiveMessage(self, message: Any, sender: ActorAddress) -> ThespianWatch | None:
        """Passes on between the loop and the others."""
        if message == START:
            traffic = Traffic()
            self.bridge = traffic.bridge = Bridge(traffic.main, traffic.receive, items_max=ITEMS_MAX)
            self.send(sender, encode(Started("loop", os.getpid())))
        elif message == DRAIN:
            self.send(sender, encode(Drained("loop")))
        if self.bridge is None or isinstance(message, ActorExitRequest):
            return None
        if isinstance(message, WatchMessage):
            for address, frame in self.bridge.outbox.drain():
                self.send(address_of(address), frame)
        elif isinstance(message, bytes) and message not in (START, DRAIN):
            self.bridge.inbox.put(message, text_of(sender))
        return ThespianWatch([self.bridge.outbox.ear.fileno()])


class Traffic:
    """What runs on the loop's thread: a window of numbered messages at a time, until all have come back."""

    WINDOW = 8

    def __init__(self) -> None:
        self.bridge: Bridge
        self.target = ""
        self.asker = ""
        self.sent = self.wanted = self.wakes = 0
        self.back: list[bytes] = []

    async def main(self, bridge: Bridge) -> None:
        """Runs until the process ends."""
        await bridge.loop.create_future()

    def receive(self, burst: list[tuple[bytes, str]]) -> None:
        """Takes a request or what came back."""
        self.wakes += 1
        for message, sender in burst:
            if message.startswith(b"go "):
                _, target, wanted = message.decode().split()
                self.target, self.wanted, self.asker = target, int(wanted), sender
                self.sent, self.back, self.wakes = 0, [], 0
            else:
                self.back.append(message)
        while self.sent < min(self.wanted, len(self.back) + self.WINDOW):
            try:
                self.bridge.outbox.put(self.target, b"%d" % self.sent)
            except Full:
                return
            self.sent += 1
        if len(self.back) == self.wanted and self.asker:
            ordered = self.back == [b"%d" % number for number in range(self.wanted)]
            self.bridge.outbox.put(self.asker, f"{len(self.back)} {ordered} {self.wakes}".encode())
            self.asker = ""

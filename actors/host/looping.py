"""An actor with an asyncio loop in a second thread, and the bridge between the two: gateways, and the courier.

What runs on the loop is named by the directory (``package.module:function``), since it is not the host's
to know. It gets a ``Joint``.
"""

import importlib
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from thespian.actors import Actor, ActorAddress, ThespianWatch, WatchMessage

from actors.host.bridge import Bridge
from actors.messages.addresses import address_of, text_of
from actors.messages.boot import Unable
from actors.messages.codec import Decoder, encode
from actors.messages.lifecycle import Drained, Here, Pulse, WhoIs

STATUS_BROKEN = 70
SWITCH_S = 0.0005  # The actor's thread has little to do, but a whole batch waits for it to get its turn.

_who_is: Decoder[WhoIs] = Decoder(WhoIs)
log = logging.getLogger(__name__)


class Joint:
    """What the loop's side has of the actor system. Loop thread only.

    ``receive`` is called with each burst of ``(frame, sender)`` that arrives.
    """

    def __init__(self, who: WhoIs, me: str) -> None:
        self.role, self.me, self.directory, self.peers = who.role, me, who.directory, who.peers
        self.settings = who.settings
        self.receive: Callable[[list[tuple[bytes, str]]], None] = lambda _: None
        self._bridge: Bridge

    def send(self, address: str, frame: bytes) -> None:
        """Has the actor send ``frame`` to ``address`` (``host:port``). Raises ``bridge.Full``."""
        self._bridge.outbox.put(address, frame)

    def here(self) -> None:
        """Tells the directory that this service serves."""
        self.send(self.directory, encode(Here(self.role, os.getpid())))

    def unable(self, problem: str) -> None:
        """Tells the directory that it can't, in one sentence for the operator."""
        self.send(self.directory, encode(Unable(self.role, problem)))

    def drained(self) -> None:
        """Tells the directory that all that was taken is answered."""
        self.send(self.directory, encode(Drained(self.role)))

    def join(self, bridge: Bridge) -> None:
        """Connects the two sides; once, before anything runs on the loop."""
        self._bridge = bridge


class Looping(Actor):
    """Carries bytes between Thespian and the loop; knows no message but its first."""

    def __init__(self) -> None:
        super().__init__()
        self._bridge: Bridge | None = None
        self._role = "looping"
        self._pulse = b""

    def receiveMessage(self, message: object, sender: ActorAddress) -> ThespianWatch | None:
        """Every return names the bell: one that does not would end the watch."""
        try:
            match message:
                case WatchMessage():
                    self._send_out()
                case bytes():
                    if self._bridge is None:
                        if (who := _who_is.known(message)) is not None:
                            self._begin(who)
                    elif message == self._pulse:
                        self.send(sender, message)
                    else:
                        self._bridge.inbox.put(message, text_of(sender))
                case _:
                    pass  # Thespian's own news.
        except BaseException:
            log.critical(f"{self._role}-broken", exc_info=True)
            os._exit(STATUS_BROKEN)
        return None if self._bridge is None else ThespianWatch([self._bridge.outbox.ear.fileno()])

    def _begin(self, who: WhoIs) -> None:
        import uvloop

        sys.setswitchinterval(SWITCH_S)

        self._role, self._pulse = who.role.partition("-")[0], encode(Pulse(who.role))
        module, _, function = who.main.partition(":")
        main: Callable[[Joint], Coroutine[Any, Any, None]] = getattr(importlib.import_module(module), function)
        joint = Joint(who, text_of(self.myAddress))

        async def run(bridge: Bridge) -> None:
            joint.join(bridge)
            await main(joint)

        self._bridge = Bridge(run, lambda burst: joint.receive(burst), uvloop.new_event_loop)

    def _send_out(self) -> None:
        assert self._bridge is not None
        for address, frame in self._bridge.outbox.drain():
            self.send(address_of(address), frame)

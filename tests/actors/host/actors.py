"""Actors that the tests of the host start in processes of their own."""

import os
from typing import Any

from thespian.actors import Actor, ActorAddress

from actors.messages.boot import Started
from actors.messages.codec import encode
from actors.messages.lifecycle import Drain, Drained


class Echo(Actor):  # type: ignore[misc]
    """Answers its start and its drain, and sends anything else back."""

    def receiveMessage(self, message: Any, sender: ActorAddress) -> None:
        """Answers."""
        if message == b"start":
            self.send(sender, encode(Started("echo", os.getpid())))
        elif message == encode(Drain()):
            self.send(sender, encode(Drained("echo")))
        elif isinstance(message, bytes):
            self.send(sender, message)

"""What routes need to register webhooks, show how deliveries went, and have one made again."""

from typing import NamedTuple

from gateway.webhooks.targets import Resolve, resolve_by_system
from storage.outbox import Outbox
from storage.webhooks import Webhooks


class Receivers(NamedTuple):
    """``allow_private``: as configured. ``outbox`` holds the messages that were and are to be sent."""

    store: Webhooks
    outbox: Outbox
    allow_private: bool
    resolve: Resolve = resolve_by_system

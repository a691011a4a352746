"""What the clock alone brings about: holds and offers that run out, and waiters whom the sale's window moves.

The deadlines are in the state; whoever wakes the entity only says that it is time to look.
"""

from actors.messages.seats import Expire
from actors.seats.inventory import Inventory
from actors.seats.prospects import heads_to_wake

ALREADY_MS = 1
"""A deadline that has passed long ago (0 means that there is none)."""


def next_deadline_ms(state: Inventory) -> int:
    """The earliest deadline; 0 when there is none."""
    deadlines = [max(at_ms, ALREADY_MS) for at_ms, _ in heads_to_wake(state)]
    if earliest_ms := state.leases.earliest_ms():
        deadlines.append(earliest_ms)
    return min(deadlines, default=0)


def due(state: Inventory, now_ms: int, limit: int) -> list[Expire]:
    """At most ``limit`` commands for what the clock has brought up, the earliest first; leases before waiters."""
    passed = state.leases.passed(now_ms, limit, state.standing)
    expiring = [Expire(reservation, lease) for _, lease, reservation in passed]
    woken = [Expire(head.reservation, 0) for at_ms, head in heads_to_wake(state) if at_ms <= now_ms]
    return (expiring + woken)[:limit]

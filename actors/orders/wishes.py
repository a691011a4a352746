"""What the orders want of the inventory: seats made final, seats taken back, and a look at a hold before an order."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from msgspec.structs import replace

from actors.kernel.decider import Wish
from actors.messages.orders import NoteReturned, NoteSecured, NoteUnsecured, OrderCommand, PlaceOrder
from actors.messages.seats import Cancel, CancelSeats, Confirm, Confirmed, Held, Keep
from actors.orders.days import MS_PER_DAY, midnight_ms
from actors.orders.placing import unfit
from actors.orders.state import Order, Orders

UNDER_WAY_MAX = 1_000
"""Wishes that are on their way at a time; the others follow as these are granted."""


def wishes(state: Orders) -> Sequence[Wish]:
    """The oldest of what is pending."""
    return tuple(islice(state.pending.values(), UNDER_WAY_MAX))


def secure_name(name: str) -> str:
    return f"secure/{name}"


def secure_wish(name: str, order: Order) -> Wish:
    """Seats made final, or taken again if they are free. Each attempt has a key of its own."""
    command = Confirm(order.reservation, order.lines, exactly=True)
    return Wish(secure_name(name), order.attempt, _inventory(order.reservation), command)


def return_wish(name: str, order: Order, release: int) -> Wish:
    """Seats given back, some or the whole reservation."""
    seats = order.returning.get(release)
    command: Any = CancelSeats(order.reservation, seats, settled=True) if seats else Cancel(order.reservation)
    return Wish(f"return/{name}/{release}", release, _inventory(order.reservation), command)


def granted(wish: Wish, reply: Any) -> NoteSecured | NoteUnsecured | NoteReturned:
    """What to record of the inventory's answer. No seats to return any more is as good as returned."""
    kind, name, *release = wish.name.split("/")
    if kind == "return":
        return NoteReturned(name, int(release[0]))
    return NoteSecured(name, wish.stamp) if isinstance(reply, Confirmed) else NoteUnsecured(name, wish.stamp)


def consult(state: Orders, command: OrderCommand) -> Wish | None:
    """What is held, and for how long: kept until an invoice is due. Asked anew each time; it changes nothing else.

    Nothing is asked for an order that will be refused whatever is held.
    """
    if not isinstance(command, PlaceOrder) or unfit(state, command) is not None:
        return None
    until_ms = _invoice_due_ms(state, command.placed_on) if command.payment == "invoice" else 0
    return Wish(f"keep/{command.order}", 0, _inventory(command.reservation), Keep(command.reservation, until_ms))


def informed(command: PlaceOrder, reply: Any) -> PlaceOrder:
    """The order with what is held put in."""
    if not isinstance(reply, Held):
        return replace(command, hold="gone")
    return replace(command, hold="held", lines=reply.lines, currency=reply.currency, expires_at_ms=reply.expires_at_ms)


def _invoice_due_ms(state: Orders, placed_on: str) -> int:
    """The end of the last day to pay, but not later than the start of the conference."""
    due_ms = midnight_ms(placed_on) + (state.terms.invoice_days + 1) * MS_PER_DAY
    return min(due_ms, state.terms.starts_at_ms)


def _inventory(reservation: str) -> str:
    return f"seats-{reservation.partition('-')[0]}"

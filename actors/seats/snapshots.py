"""The state as bytes and back. What follows from the rest (heap, wait-list, counts of clients) is built anew."""

import msgspec

from actors.messages.codec import encode
from actors.messages.seats import Configuration, SeatTerms
from actors.seats.inventory import Inventory, Reservation, Stock
from actors.seats.waitlist import wait_list

FOLD_VERSION = 1
"""Grows whenever ``evolve`` or the frozen form changes."""


class FrozenStock(msgspec.Struct, frozen=True, array_like=True):
    """A seat type's terms in force and its counts; ``quota`` is below its terms' after a cut."""

    terms: SeatTerms
    quota: int
    taken: int
    waiting: int


class FrozenInventory(msgspec.Struct, frozen=True, array_like=True, tag="inventory.1"):
    """All that decisions depend on."""

    configuration: Configuration
    stocks: list[FrozenStock]
    standing: dict[str, Reservation]
    lease: int
    sequence: int


_decode = msgspec.msgpack.Decoder(FrozenInventory).decode


def freeze(state: Inventory) -> bytes:
    stocks = [FrozenStock(stock.terms, stock.quota, stock.taken, stock.waiting) for stock in state.stocks.values()]
    return encode(FrozenInventory(state.configuration, stocks, state.standing, state.lease, state.sequence))


def thaw(frozen: bytes) -> Inventory:
    """Raises ``msgspec.DecodeError`` when the bytes are not a frozen inventory of this fold's version."""
    known = _decode(frozen)
    state = Inventory()
    state.configure(known.configuration)
    for each in known.stocks:
        stock = Stock(each.terms, state.seats_max)
        stock.quota, stock.taken, stock.waiting = each.quota, each.taken, each.waiting
        state.stocks[stock.id] = stock
    state.standing = known.standing
    state.lease, state.sequence = known.lease, known.sequence
    state.waitlist = wait_list(known.configuration.policy, state.waiters())
    state.leases.restore(
        [(standing.expires_at_ms, standing.lease, name) for name, standing in state.standing.items() if standing.lease]
    )
    for standing in state.standing.values():
        if standing.client and standing.status == "held":
            state.holds[standing.client] = state.holds.get(standing.client, 0) + 1
    return state

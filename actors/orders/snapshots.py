"""The state as bytes and back. What follows from the orders (deadlines, wishes, who is open) is built anew."""

import msgspec

from actors.messages.codec import encode
from actors.messages.orders import OrderTerms
from actors.orders.state import Order, Orders
from actors.orders.wishes import return_wish, secure_wish

FOLD_VERSION = 1
"""Grows whenever ``evolve`` or the frozen form changes."""


class FrozenOrders(msgspec.Struct, frozen=True, array_like=True, tag="orders.1"):
    """All that decisions depend on; the orders in the sequence in which they were placed."""

    terms: OrderTerms
    orders: dict[str, Order]


_decode = msgspec.msgpack.Decoder(FrozenOrders).decode


def freeze(state: Orders) -> bytes:
    return encode(FrozenOrders(state.terms, state.orders))


def thaw(frozen: bytes) -> Orders:
    """Raises ``msgspec.DecodeError`` when the bytes are no frozen orders of this fold's version."""
    known = _decode(frozen)
    state = Orders()
    state.configure(known.terms)
    state.orders = known.orders
    for name, order in known.orders.items():
        state.by_reservation[order.reservation] = name
        if order.phase in ("awaiting", "confirmed"):
            state.open[name] = None
        if order.phase == "securing":
            secure = secure_wish(name, order)
            state.pending[secure.name] = secure
        for release in order.returning:
            give_back = return_wish(name, order, release)
            state.pending[give_back.name] = give_back
    state.lapses.restore([(order.pay_by_ms, name) for name, order in known.orders.items() if order.phase == "awaiting"])
    return state

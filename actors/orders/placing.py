"""An order is placed from a reservation that holds seats, on the conference's terms of the day."""

from actors.messages.orders import ConfigureOrders, PlaceOrder
from actors.messages.refusals import Refused
from actors.orders.days import DAY
from actors.orders.events import OrderEvent, OrderPlaced, OrderTermsChanged, SecuringStarted
from actors.orders.fees import in_force
from actors.orders.pricing import fees_of, seats_of, total_minor
from actors.orders.refusing import invalid
from actors.orders.state import Orders

SEATS_MAX = 1_000
"""Seats of one order: what one buyer names and one document lists."""


def configure(state: Orders, command: ConfigureOrders) -> tuple[OrderEvent, ...]:
    """An older version, or the one in force again, changes nothing."""
    if command.terms.version <= state.terms.version:
        return ()
    return (OrderTermsChanged(command.terms),)


def place(state: Orders, command: PlaceOrder) -> tuple[OrderEvent, ...] | Refused:
    """Nothing to pay starts the confirmation at once."""
    if (refused := unfit(state, command)) is not None:
        return refused
    if command.hold == "unasked":
        # The inventory was not asked when the batch came: an earlier command of the batch made this one possible.
        return Refused("in-progress", "the conference opens its orders at this moment")
    seats_number = sum(line.taken for line in command.lines)
    if command.hold == "gone" or seats_number == 0:
        return _expired()
    if seats_number > SEATS_MAX:
        return Refused("too-many-seats", f"at most {SEATS_MAX} seats for one order", number=SEATS_MAX)
    fees = in_force(state.terms.fees, command.placed_on)
    seat_fees = fees_of(command.lines, fees)
    total = total_minor(seats_of(command.lines, seat_fees), fees)
    placed = OrderPlaced(
        order=command.order,
        reservation=command.reservation,
        buyer=command.buyer,
        payment=command.payment,
        language=command.language,
        placed_on=command.placed_on,
        access=command.access,
        lines=command.lines,
        currency=command.currency,
        fees=fees,
        seat_fees_minor=seat_fees,
        total_minor=total,
        pay_by_ms=command.expires_at_ms,
    )
    return (placed,) if total else (placed, SecuringStarted(command.order, 1))


def unfit(state: Orders, command: PlaceOrder) -> Refused | None:
    """Why there can't be such an order, whatever is held."""
    if command.order in state.orders:
        return Refused("already-standing", "this order stands already", subject=command.order)
    if not state.terms.version:
        return Refused("in-progress", "the conference opens its orders at this moment")
    if state.terms.state not in ("published", "unpublished"):
        return Refused("not-on-sale", "the conference takes no orders now")
    if not DAY.fullmatch(command.placed_on):
        return invalid("placed_on", "is no date like 2026-11-28")
    if command.payment == "invoice" and not state.terms.invoice_days:
        return Refused("payment-not-offered", "this conference sends no invoices", subject="payment")
    return _ordered_before(state, command.reservation)


def _ordered_before(state: Orders, reservation: str) -> Refused | None:
    """A reservation has one order, unless that one ended without seats and it was offered seats anew."""
    name = state.by_reservation.get(reservation)
    if name is None:
        return None
    match state.orders[name].phase:
        case "lapsed" | "unsecured":
            return None
        case "cancelled":
            return _expired()
        case "awaiting" | "securing" | "confirmed":
            return Refused("already-ordered", "this reservation was ordered from before", subject=name)


def _expired() -> Refused:
    return Refused("hold-expired", "nothing is held under this reservation any more: reserve again")

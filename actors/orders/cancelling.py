"""Seats are given up, and money goes back: by the organiser's rule, by the organiser's will, or with the conference."""

from actors.messages.orders import CancelOrder, CancelReason, CancelSeat, CloseOrder, Party, RefundOrder, RefundReason
from actors.messages.refusals import Refused
from actors.orders.events import OrderCancelled, OrderEvent, PricesReturned, SeatCancelled
from actors.orders.pricing import Returned, all_of, by_rule, part_of, returnable_minor
from actors.orders.refunding import refunds
from actors.orders.refusing import checked_in, in_progress, no_such_seat, not_standing, wrong_state
from actors.orders.state import Order, Orders, Seat

Decision = tuple[OrderEvent, ...] | Refused


def cancel_order(state: Orders, command: CancelOrder, now_ms: int) -> Decision:
    """An order that has ended stays as it is."""
    order = state.orders.get(command.order)
    if order is None:
        return not_standing(command.order)
    if order.phase == "securing":
        return in_progress()
    if order.phase == "awaiting":
        return _end(command.order, order, command.by, "asked", Returned(order.left_minor(), (), 0), "cancelled")
    if order.phase != "confirmed":
        return ()
    seats = order.valid_seats()
    if (refused := _kept_from(state, command.by, seats, now_ms)) is not None:
        return refused
    returned = _given_up(state, order, seats, command.by)
    return _end(command.order, order, command.by, "asked", returned, "cancelled")


def cancel_seat(state: Orders, command: CancelSeat, now_ms: int) -> Decision:
    """The last seat ends the order. A seat that needs an admission seat beside it keeps that one."""
    order = state.orders.get(command.order)
    if order is None:
        return not_standing(command.order)
    seat = order.seat(command.seat)
    if seat is None:
        return no_such_seat(command.seat)
    if not seat.valid:
        return ()
    if order.phase == "securing":
        return in_progress()
    if order.phase != "confirmed":
        return wrong_state("only seats of a confirmed order are given up one by one")
    kept = [other for other in order.valid_seats() if other is not seat]
    if not kept:
        return cancel_order(state, CancelOrder(command.order, command.by), now_ms)
    if (refused := _kept_from(state, command.by, [seat], now_ms) or _without_admission(state, kept)) is not None:
        return refused
    returned = _given_up(state, order, [seat], command.by)
    release = order.release + 1
    return (
        SeatCancelled(command.order, seat.id, seat.seat_type, command.by, returned.kept_minor, release),
        PricesReturned(command.order, 1, returned.shares, order.currency),
        *refunds(command.order, order, returned.payout_minor, "seat-cancelled"),
    )


def refund_order(state: Orders, command: RefundOrder) -> Decision:
    """An amount: of the prices, valid seats' first, and the seats stay. Without one: all that is left, and they go."""
    order = state.orders.get(command.order)
    if order is None:
        return not_standing(command.order)
    if order.phase == "securing":
        return in_progress()
    if not order.sold:
        return wrong_state("nothing was paid for that could be given back")
    if command.amount_minor is None:
        return _refund_all(command, order)
    seats = sorted(order.seats, key=lambda seat: not seat.valid)
    most_minor = returnable_minor(seats)
    if not 0 < command.amount_minor <= most_minor:
        return Refused("invalid", f"is from 1 to {most_minor}", number=most_minor, subject="amount")
    returned = part_of(order, seats, command.amount_minor)
    return (
        PricesReturned(command.order, 0, returned.shares, order.currency),
        *refunds(command.order, order, returned.payout_minor, "organiser", command.note),
    )


def close_order(state: Orders, command: CloseOrder) -> tuple[OrderEvent, ...]:
    """With the conference: every seat, and all the money for it."""
    order = state.orders.get(command.order)
    if order is None or state.terms.state != "cancelled" or order.phase not in ("awaiting", "confirmed"):
        return ()
    returned = Returned(order.left_minor(), (), 0)
    if order.phase == "confirmed":
        returned = all_of(order, order.valid_seats())
    return _end(command.order, order, "organiser", "conference-cancelled", returned, "conference-cancelled")


def _refund_all(command: RefundOrder, order: Order) -> tuple[OrderEvent, ...]:
    returned = all_of(order, order.seats)
    if order.phase == "confirmed":
        return _end(command.order, order, "organiser", "refunded", returned, "organiser", command.note)
    if not returned.payout_minor:
        return ()
    return (
        PricesReturned(command.order, 0, returned.shares, order.currency),
        *refunds(command.order, order, returned.payout_minor, "organiser", command.note),
    )


def _end(
    name: str,
    order: Order,
    by: Party,
    why: CancelReason,
    returned: Returned,
    reason: RefundReason,
    note: str = "",
) -> tuple[OrderEvent, ...]:
    """The order ends with all its valid seats."""
    seats = tuple(seat.id for seat in order.valid_seats())
    cancelled = OrderCancelled(name, by, why, seats, returned.kept_minor, order.release + 1)
    back = refunds(name, order, returned.payout_minor, reason, note)
    if order.phase != "confirmed":  # It was never sold: there is nothing to subtract.
        return cancelled, *back
    return cancelled, PricesReturned(name, len(seats), returned.shares, order.currency), *back


def _given_up(state: Orders, order: Order, seats: list[Seat], by: Party) -> Returned:
    if by == "organiser" or state.terms.state == "cancelled":
        return all_of(order, seats)
    return by_rule(order, seats, state.terms.refund_kept_bp)


def _kept_from(state: Orders, by: Party, seats: list[Seat], now_ms: int) -> Refused | None:
    """Why a buyer can't give these seats up any more."""
    if by == "organiser" or state.terms.state == "cancelled":
        return None
    shown = next((seat for seat in seats if seat.checked_in_at_ms), None)
    if shown is not None:
        return checked_in(shown.checked_in_at_ms, shown.checked_in_where)
    if now_ms >= state.terms.refund_until_ms:
        return Refused("too-late", "seats can't be given up any more", number=state.terms.refund_until_ms)
    return None


def _without_admission(state: Orders, kept: list[Seat]) -> Refused | None:
    terms = [state.seat_types[seat.seat_type] for seat in kept if seat.seat_type in state.seat_types]
    if any(each.kind == "admission" for each in terms):
        return None
    lacking = next((each.id for each in terms if each.requires_admission), None)
    if lacking is None:
        return None
    return Refused("admission-required", "a seat that is kept needs an admission seat", subject=lacking)

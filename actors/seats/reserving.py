"""Reserve: take seats, or wait for them. Refuses in the order: state, each line, limits, what is left."""

from actors.messages.refusals import Refused
from actors.messages.seats import Line, Reserve
from actors.seats.allotment import Wanted, allotted, deadline_ms, priced
from actors.seats.events import SeatEvent, SeatsHeld, WaitListJoined
from actors.seats.inventory import Inventory, Stock
from actors.seats.offering import Offering
from actors.seats.waitlist import Waiter

WAITERS_MAX = 1_000_000
"""Entries on one wait-list."""


def reserve(state: Inventory, command: Reserve, now_ms: int) -> tuple[SeatEvent, ...] | Refused:
    """The common case, one seat type without conditions, decided in place; all else with a closer look."""
    if len(command.items) == 1 and state.selling and command.reservation not in state.standing:
        (seat_type,) = command.items
        stock = state.stocks.get(seat_type)
        quantity = command.items[seat_type]
        if (
            stock is not None
            and 0 < quantity <= stock.plain_max
            and quantity <= stock.quota - stock.taken
            and not stock.waiting
            and stock.opens_at_ms <= now_ms < stock.closes_at_ms
            and (not command.client or state.holds.get(command.client, 0) < state.holds_max)
        ):
            until_ms = now_ms + state.hold_ms
            return (
                SeatsHeld(
                    command.reservation,
                    command.client,
                    (Line(stock.id, quantity, quantity, stock.price_minor),),
                    state.lease + 1,
                    min(until_ms, stock.closes_at_ms),
                ),
            )
    return _reserve_with_care(state, command, now_ms)


def _reserve_with_care(state: Inventory, command: Reserve, now_ms: int) -> tuple[SeatEvent, ...] | Refused:
    if (refused := _unfit(state, command, now_ms)) is not None:
        return refused
    wanted = tuple((state.stocks[seat_type].id, quantity) for seat_type, quantity in command.items.items())
    left = {seat_type: state.stocks[seat_type].available() for seat_type, _ in wanted}
    lines = allotted(state.stocks, wanted, left, accept_fewer=command.accept_fewer)
    if lines is None:
        return _wait(state, command, wanted, now_ms) if command.wait else _sold_out(left)
    if command.client and state.holds.get(command.client, 0) >= state.holds_max:
        return Refused(
            "too-many-holds",
            f"at most {state.holds_max} holds at a time: order from one of them or give it back",
            number=state.holds_max,
        )
    expires_at_ms = deadline_ms(state.stocks, lines, now_ms + state.hold_ms)
    return (SeatsHeld(command.reservation, command.client, lines, state.lease + 1, expires_at_ms),)


def _unfit(state: Inventory, command: Reserve, now_ms: int) -> Refused | None:
    """Why the request can't be granted however many seats are left."""
    if command.reservation in state.standing:
        return Refused("already-standing", "this reservation stands already", subject=command.reservation)
    if not state.selling:
        return Refused("not-on-sale", "the conference takes no reservations now")
    if not command.items:
        return Refused("invalid", "a reservation asks for at least one seat", subject="items")
    for seat_type, quantity in command.items.items():
        stock = state.stocks.get(seat_type)
        if stock is None or stock.retired:
            return Refused("unknown-seat-type", "the conference sells no such seat type", subject=seat_type)
        if (refused := _unfit_line(stock, quantity, now_ms)) is not None:
            return refused
    if sum(command.items.values()) > state.seats_max:
        return _too_many_seats(state.seats_max, "a reservation", None)
    stocks = [state.stocks[seat_type] for seat_type in command.items]
    if any(stock.requires_admission for stock in stocks) and not any(stock.is_admission for stock in stocks):
        return Refused(
            "admission-required",
            "this seat needs an admission seat in the same reservation",
            subject=next(stock.id for stock in stocks if stock.requires_admission),
        )
    return None


def _unfit_line(stock: Stock, quantity: int, now_ms: int) -> Refused | None:
    if quantity < 1:
        return Refused("invalid", "a line asks for at least one seat", subject=stock.id)
    if quantity > stock.seats_max:
        return _too_many_seats(stock.seats_max, "a reservation of this seat type", stock.id)
    if not stock.on_sale(now_ms):
        return Refused("not-on-sale", "this seat type is not on sale now", subject=stock.id)
    return None


def _too_many_seats(limit: int, of_what: str, subject: str | None) -> Refused:
    return Refused("too-many-seats", f"at most {limit} seats for {of_what}", number=limit, subject=subject)


def _sold_out(left: dict[str, int]) -> Refused:
    return Refused("sold-out", "not enough seats are left", available=left)


def _wait(state: Inventory, command: Reserve, wanted: Wanted, now_ms: int) -> tuple[SeatEvent, ...] | Refused:
    """Joins the list; free seats that nobody before can use (``first_fit``) are offered at once."""
    for seat_type, quantity in wanted:
        quota = state.stocks[seat_type].quota
        if quantity > quota:
            return _too_many_seats(quota, "anyone: there are no more of this type", seat_type)
    if len(state.waitlist) >= WAITERS_MAX:
        return Refused("no-room", "the wait-list is full", number=WAITERS_MAX)
    waiter = Waiter(
        command.reservation, state.sequence + 1, wanted, command.accept_fewer, command.keep_place, command.subject
    )
    offering = Offering(state.stocks, state.lease, state.offer_ms, now_ms)
    if offering.share(waiter) is not None:
        state.waitlist.serve([seat_type for seat_type, _ in wanted], offering, waiter)
    return (
        WaitListJoined(
            command.reservation,
            priced(state.stocks, wanted, [0] * len(wanted)),
            command.accept_fewer,
            command.keep_place,
            command.subject,
            len(state.waitlist) + 1,
        ),
        *offering.events,
    )

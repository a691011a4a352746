"""Seats come back, by will or by the clock, and go to whoever waits, in one decision."""

from typing import Literal

from actors.messages.refusals import Refused
from actors.messages.seats import Cancel, CancelSeats, Expire, Line
from actors.seats.allotment import taken_types, untaken
from actors.seats.events import SeatEvent, SeatsGivenBack, SeatsOffered, SeatsReleased, WaitListJoined, WaitListLeft
from actors.seats.holding import not_standing
from actors.seats.inventory import Inventory
from actors.seats.offering import Offering
from actors.seats.waitlist import Waiter


def cancel(state: Inventory, command: Cancel, now_ms: int) -> tuple[SeatEvent, ...] | Refused:
    """Gives back a hold, declines an offer, leaves the list, or gives back what was confirmed."""
    standing = state.standing.get(command.reservation)
    if standing is None:
        return not_standing(command.reservation)
    if command.unconfirmed and standing.status == "confirmed":
        return Refused("wrong-state", "confirmed seats are given up with their order")
    offering = Offering(state.stocks, state.lease, state.offer_ms, now_ms)
    if standing.status == "waiting":
        offering.leaving = command.reservation
        return WaitListLeft(command.reservation, standing.lines), *_offers(state, offering, standing.lines)
    offering.free(standing.lines)
    reason: Literal["declined", "cancelled"] = "declined" if standing.status == "offered" else "cancelled"
    return SeatsReleased(command.reservation, standing.lines, reason), *_offers(state, offering, standing.lines)


def cancel_seats(state: Inventory, command: CancelSeats, now_ms: int) -> tuple[SeatEvent, ...] | Refused:
    """Gives back some seats of a confirmed reservation, or, where they are all it has, the whole of it."""
    standing = state.standing.get(command.reservation)
    if standing is None or standing.status != "confirmed":
        return not_standing(command.reservation)
    if (refused := _not_its_seats(standing.lines, command.items)) is not None:
        return refused
    given = tuple(Line(seat_type, quantity, quantity, 0) for seat_type, quantity in command.items.items())
    kept = tuple(
        Line(line.seat_type, line.requested, line.taken - command.items.get(line.seat_type, 0), line.price_minor)
        for line in standing.lines
    )
    if not command.settled and (lacking := _without_admission(state, kept)) is not None:
        return Refused("admission-required", "a seat that is kept needs an admission seat", subject=lacking)
    offering = Offering(state.stocks, state.lease, state.offer_ms, now_ms)
    offering.free(given)
    offers = _offers(state, offering, given)
    if not taken_types(kept):
        return SeatsReleased(command.reservation, standing.lines, "cancelled"), *offers
    return SeatsGivenBack(command.reservation, command.items, kept), *offers


def _not_its_seats(lines: tuple[Line, ...], items: dict[str, int]) -> Refused | None:
    if not items:
        return Refused("invalid", "say which seats are given back", subject="items")
    taken = {line.seat_type: line.taken for line in lines}
    for seat_type, quantity in items.items():
        number = taken.get(seat_type, 0)
        if not 0 < quantity <= number:
            return Refused("invalid", f"the reservation has {number} such seats", number=number, subject=seat_type)
    return None


def _without_admission(state: Inventory, kept: tuple[Line, ...]) -> str | None:
    stocks = [state.stocks[seat_type] for seat_type in taken_types(kept)]
    if any(stock.is_admission for stock in stocks):
        return None
    return next((stock.id for stock in stocks if stock.requires_admission), None)


def expire(state: Inventory, command: Expire, now_ms: int) -> tuple[SeatEvent, ...]:
    """Ends the hold or offer of this lease, never early. Lease 0 is a waiter's: see whether its turn has come."""
    standing = state.standing.get(command.reservation)
    if standing is None or standing.lease != command.lease or standing.status == "confirmed":
        return ()
    offering = Offering(state.stocks, state.lease, state.offer_ms, now_ms)
    if standing.status == "waiting":
        return tuple(_offers(state, offering, standing.lines))
    if now_ms < standing.expires_at_ms:
        return ()
    released = SeatsReleased(command.reservation, standing.lines, "expired")
    offering.free(standing.lines)
    waiter = standing.waiter
    if waiter is None or not waiter.keep_place or not state.offering or offering.hopeless(waiter):
        return released, *_offers(state, offering, standing.lines)
    back = Waiter(
        waiter.reservation, state.sequence + 1, waiter.wanted, waiter.accept_fewer, waiter.keep_place, waiter.subject
    )
    joined = WaitListJoined(
        back.reservation,
        untaken(standing.lines),
        back.accept_fewer,
        back.keep_place,
        back.subject,
        len(state.waitlist) + 1,
    )
    return released, joined, *_offers(state, offering, standing.lines, back)


def _offers(
    state: Inventory, offering: Offering, lines: tuple[Line, ...], joining: Waiter | None = None
) -> list[SeatsOffered | WaitListLeft]:
    """Gives turns to those who wait for the seat types of the lines."""
    if state.offering and (len(state.waitlist) or joining is not None):
        state.waitlist.serve([line.seat_type for line in lines], offering, joining)
    return offering.events

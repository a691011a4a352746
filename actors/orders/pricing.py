"""What seats cost and owe, and what goes back when they are given up: the order's arithmetic on minor units."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from actors.messages.fees import FeeStructure
from actors.messages.seats import Line
from actors.orders.events import SeatShare
from actors.orders.fees import BASIS_POINTS, charged_minor, fee_of_seat_minor, given_back_minor
from actors.orders.state import Order, Seat


class Returned(NamedTuple):
    """What goes back: to the buyer, of which seats, and what of their prices the organiser keeps."""

    payout_minor: int
    shares: tuple[SeatShare, ...]
    kept_minor: int


def fees_of(lines: Iterable[Line], fees: FeeStructure) -> tuple[int, ...]:
    """For each line, the fee of one of its seats."""
    return tuple(fee_of_seat_minor(fees, line.price_minor) for line in lines)


def seats_of(lines: Sequence[Line], seat_fees_minor: Sequence[int]) -> list[Seat]:
    """A seat for each that the lines have taken, numbered from 1."""
    seats: list[Seat] = []
    for line, fee_minor in zip(lines, seat_fees_minor, strict=True):
        start = len(seats) + 1
        seats += [
            Seat(str(number), line.seat_type, line.price_minor, fee_minor)
            for number in range(start, start + line.taken)
        ]
    return seats


def total_minor(seats: Iterable[Seat], fees: FeeStructure) -> int:
    """What the buyer pays."""
    return sum(charged_minor(fees, seat.price_minor, seat.fee_minor) for seat in seats)


def by_rule(order: Order, seats: Sequence[Seat], kept_bp: int) -> Returned:
    """Seats given up by the rule: all but ``kept_bp`` of each price, rounded in favour of the buyer.

    What was given back before counts: together it is never more than the rule gives.
    """
    parts = []
    for seat in seats:
        kept_minor = seat.price_minor * kept_bp // BASIS_POINTS
        parts.append((seat, max(0, seat.price_minor - kept_minor - seat.returned_minor)))
    return _returned(order, parts)


def all_of(order: Order, seats: Sequence[Seat]) -> Returned:
    """All that was paid for the seats goes back, a fee that the buyer bore included, whoever owes it to Contoso."""
    returned = _returned(order, [(seat, seat.price_minor - seat.returned_minor) for seat in seats])
    return returned._replace(payout_minor=sum(_left_of(order, seat) for seat in seats))


def part_of(order: Order, seats: Sequence[Seat], amount_minor: int) -> Returned:
    """An amount out of the seats' prices, the first seats' first."""
    parts = []
    for seat in seats:
        part_minor = min(amount_minor, seat.price_minor - seat.returned_minor)
        amount_minor -= part_minor
        parts.append((seat, part_minor))
    assert amount_minor == 0, "more than the prices have left"
    return _returned(order, parts)


def returnable_minor(seats: Iterable[Seat]) -> int:
    """What of the seats' prices was not given back yet."""
    return sum(seat.price_minor - seat.returned_minor for seat in seats)


def _returned(order: Order, parts: Iterable[tuple[Seat, int]]) -> Returned:
    shares, payout_minor, kept_minor = [], 0, 0
    for seat, part_minor in parts:
        fee_minor = given_back_minor(order.fees, seat.price_minor, seat.fee_minor, seat.returned_minor, part_minor)
        payout_minor += part_minor + _on_top(order, fee_minor)
        kept_minor += seat.price_minor - seat.returned_minor - part_minor
        if part_minor:
            shares.append(SeatShare(seat.id, part_minor, fee_minor))
    return Returned(payout_minor, tuple(shares), kept_minor)


def _left_of(order: Order, seat: Seat) -> int:
    charged = charged_minor(order.fees, seat.price_minor, seat.fee_minor)
    return charged - seat.returned_minor - _on_top(order, seat.fee_back_minor)


def _on_top(order: Order, fee_minor: int) -> int:
    """The part of a fee that is the buyer's money."""
    return fee_minor if order.fees.borne_by == "attendee" else 0

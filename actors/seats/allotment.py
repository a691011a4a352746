"""Which seats a request gets of what is left, at which price, and until when."""

from collections.abc import Iterable, Mapping

from actors.messages.seats import Line
from actors.seats.inventory import Stock

Wanted = tuple[tuple[str, int], ...]
"""Pairs of a seat type and how many of its seats."""


def allotted(
    stocks: Mapping[str, Stock], wanted: Wanted, left: Mapping[str, int], *, accept_fewer: bool
) -> tuple[Line, ...] | None:
    """All that is wanted or, with ``accept_fewer``, what is left of it; ``None`` when that is not to be had."""
    takes = [min(quantity, left[seat_type]) for seat_type, quantity in wanted]
    if all(taken == quantity for taken, (_, quantity) in zip(takes, wanted, strict=True)):
        return priced(stocks, wanted, takes)
    if not accept_fewer:
        return None
    admitted = any(taken for taken, (seat_type, _) in zip(takes, wanted, strict=True) if stocks[seat_type].is_admission)
    if not admitted:
        takes = [
            0 if stocks[seat_type].requires_admission else taken
            for taken, (seat_type, _) in zip(takes, wanted, strict=True)
        ]
    return priced(stocks, wanted, takes) if any(takes) else None


def priced(stocks: Mapping[str, Stock], wanted: Wanted, takes: Iterable[int]) -> tuple[Line, ...]:
    """Lines at the prices of now."""
    return tuple(
        Line(seat_type, quantity, taken, stocks[seat_type].price_minor)
        for (seat_type, quantity), taken in zip(wanted, takes, strict=True)
    )


def untaken(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The same request with nothing taken yet."""
    return tuple(Line(line.seat_type, line.requested, 0, line.price_minor) for line in lines)


def taken_types(lines: tuple[Line, ...]) -> list[str]:
    """The seat types of which the lines have seats."""
    return [line.seat_type for line in lines if line.taken]


def deadline_ms(stocks: Mapping[str, Stock], lines: tuple[Line, ...], until_ms: int) -> int:
    """``until_ms``, or the earliest end of sale of the taken seat types where that comes first."""
    return min([until_ms, *(stocks[seat_type].closes_at_ms for seat_type in taken_types(lines))])

"""Refusals that several rules share."""

from actors.messages.refusals import Refused


def not_standing(order: str) -> Refused:
    return Refused("not-standing", "there is no such order", subject=order)


def no_such_seat(seat: str) -> Refused:
    return Refused("not-standing", "the order has no such seat", subject=seat)


def in_progress() -> Refused:
    return Refused("in-progress", "its seats are being confirmed at this moment")


def wrong_state(detail: str) -> Refused:
    return Refused("wrong-state", detail)


def invalid(field: str, problem: str) -> Refused:
    return Refused("invalid", problem, subject=field)


def checked_in(at_ms: int, where: str) -> Refused:
    """Since when, and where."""
    return Refused("already-checked-in", "this ticket was shown before", number=at_ms, subject=where)

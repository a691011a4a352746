"""How a reservation stands, as the API shows it: from an entity's reply, or from a row of the read models."""

from collections.abc import Iterable
from typing import assert_never

from msgspec import UNSET, UnsetType

from actors.messages.seats import Confirmed, Ended, Held, Line, WaitListed
from gateway import replies
from gateway.fields import Time
from gateway.instants import to_time
from gateway.reading import ReservationRow

ENDED: frozenset[replies.Status] = frozenset({"expired", "cancelled"})


def reservation_of(reply: Held | WaitListed | Confirmed | Ended, token: str | UnsetType = UNSET) -> replies.Reservation:
    """A reply as the reservation that it speaks of."""
    expires_at: int | None = None
    position: int | UnsetType = UNSET
    status: replies.Status
    match reply:
        case Held():
            status, expires_at = "offered" if reply.offered else "held", reply.expires_at_ms
        case WaitListed():
            status, position = "waiting", reply.position
        case Confirmed():
            status = "confirmed"
        case Ended():
            status = reply.status
        case unreachable:
            assert_never(unreachable)
    return replies.Reservation(
        id=reply.reservation,
        token=token,
        status=status,
        items=seats_of(reply.lines, status),
        total=total_of(reply.lines, status, reply.currency),
        expires_at=UNSET if expires_at is None else to_time(expires_at),
        position=position,
        version=reply.version,
    )


def seats_of(lines: Iterable[Line], status: replies.Status) -> list[replies.SeatsOfReservation]:
    """Its seat types: held while it stands, waited for while it waits."""
    if status == "waiting":
        return [replies.SeatsOfReservation(line.seat_type, line.requested, 0, line.requested) for line in lines]
    if status in ENDED:
        return [replies.SeatsOfReservation(line.seat_type, line.requested, 0, 0) for line in lines]
    return [replies.SeatsOfReservation(line.seat_type, line.requested, line.taken, 0) for line in lines]


def total_of(lines: Iterable[Line], status: replies.Status, currency: str) -> replies.Money:
    """What its seats cost; of a waiting one, what all it asks for would cost; of an ended one, nothing."""
    if status in ENDED:
        return replies.Money(0, currency)
    if status == "waiting":
        return replies.Money(sum(line.requested * line.price_minor for line in lines), currency)
    return replies.Money(sum(line.taken * line.price_minor for line in lines), currency)


def reservation_of_row(row: ReservationRow, created_at: Time | UnsetType = UNSET) -> replies.Reservation:
    """A row of the read models as the reservation."""
    return replies.Reservation(
        id=row.id,
        status=row.status,
        items=seats_of(row.lines, row.status),
        total=total_of(row.lines, row.status, row.currency),
        expires_at=to_time(row.expires_at_ms) if row.status in ("held", "offered") else UNSET,
        position=row.position if row.status == "waiting" else UNSET,
        created_at=created_at,
        version=row.version,
    )

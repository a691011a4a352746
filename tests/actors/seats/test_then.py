"""An inventory tells how its seats stood."""

from actors.messages.histories import InventoryThen, SeatsThen
from actors.messages.seats import Cancel, Confirm
from actors.seats.then import then
from tests.actors.seats.given import OPEN, asks, taken, waits


def test_seats_are_counted_by_what_they_are_to_their_reservation() -> None:
    confirm = Confirm("ana", taken(general=2))
    sold = OPEN.after(asks("ana", general=2), asks("bob", general=1), confirm, waits("cleo", general=1), at=10)
    told, following = then(sold.state, 5, "", 10)
    assert following == ""
    assert (told.version, told.reservations) == (5, 3)
    assert told.seat_types["general"] == SeatsThen(quota=3, held=1, offered=0, confirmed=2, waiting=1)
    offered, _ = then(sold.after(Cancel("bob"), at=11).state, 7, "", 10)
    assert offered.seat_types["general"] == SeatsThen(quota=3, held=0, offered=1, confirmed=2, waiting=0)
    assert isinstance(offered, InventoryThen)

"""How an inventory stood, for whoever looks back."""

from actors.messages.histories import InventoryThen, SeatsThen
from actors.seats.inventory import Inventory


def then(state: Inventory, version: int, after: str, limit: int) -> tuple[InventoryThen, str]:
    """The whole of it. Walks over all reservations that stand: for rare looks only."""
    counts = {name: {"held": 0, "offered": 0, "confirmed": 0} for name in state.stocks}
    for standing in state.standing.values():
        if standing.status != "waiting":
            for line in standing.lines:
                counts[line.seat_type][standing.status] += line.taken
    seat_types = {
        name: SeatsThen(stock.quota, **counts[name], waiting=stock.waiting) for name, stock in state.stocks.items()
    }
    return InventoryThen(version, len(state.standing), seat_types), ""

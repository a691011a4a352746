"""Orders tell how they stood, in parts."""

from actors.orders.then import then
from tests.actors.orders.given import CID, CONFIRMED, placing


def test_orders_come_in_the_sequence_in_which_they_were_placed_and_in_parts() -> None:
    state = CONFIRMED.after(*(placing(name) for name in ("bob", "cleo"))).state
    first, following = then(state, 9, "", 2)
    assert ([order.order for order in first.orders], first.number, following) == (
        [f"{CID}-oana", f"{CID}-obob"],
        3,
        "2",
    )
    second, end = then(state, 9, following, 2)
    assert ([order.order for order in second.orders], end) == ([f"{CID}-ocleo"], "")
    assert {order.version for order in first.orders} == {9}
    assert then(state, 9, "nonsense", 5)[0].orders[0].order == f"{CID}-oana"

"""A frozen inventory thaws into one that decides the same (that it does so always is the machine's to show)."""

import msgspec
import pytest

from actors.messages.seats import Cancel, Confirm, CutQuota, Expire
from actors.seats.inventory import Inventory
from actors.seats.kind import SEATS
from tests.actors.seats.given import HOLD_MS, OPEN, asks, waits

BUSY = OPEN.after(
    asks("ana", "c", general=2), asks("kim", general=1), Confirm("kim", ()), asks("zoe", "c", workshop=1),
    waits("bob", keep_place=True, general=1), waits("eve", general=1, fewer=True), CutQuota("dinner", 1),
).after(Expire("ana", 1), at=HOLD_MS)  # fmt: skip


def test_a_thawed_inventory_is_the_same() -> None:
    thawed = SEATS.thaw(SEATS.freeze(BUSY.state))
    assert SEATS.freeze(thawed) == SEATS.freeze(BUSY.state)
    assert thawed.holds == BUSY.state.holds == {"c": 1}
    assert SEATS.next_deadline_ms(thawed) == SEATS.next_deadline_ms(BUSY.state)
    assert [stock.quota for stock in thawed.stocks.values()] == [3, 1, 2]


def test_it_decides_the_same() -> None:
    thawed = SEATS.thaw(SEATS.freeze(BUSY.state))
    for command in (asks("new", workshop=1), Cancel("bob"), Expire("bob", 4), asks("new", "c", workshop=1)):
        assert SEATS.decide(thawed, command, 10_000) == SEATS.decide(BUSY.state, command, 10_000)


def test_a_new_inventory_can_be_frozen() -> None:
    assert SEATS.freeze(SEATS.thaw(SEATS.freeze(Inventory()))) == SEATS.freeze(Inventory())


def test_other_bytes_do_not_thaw() -> None:
    with pytest.raises(msgspec.DecodeError):
        SEATS.thaw(SEATS.freeze(Inventory())[:-1])
    with pytest.raises(msgspec.ValidationError):
        SEATS.thaw(msgspec.msgpack.encode(["inventory.0"]))

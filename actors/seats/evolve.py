"""How events change the inventory: in place, each in the time of what it touches."""

from typing import assert_never

from actors.messages.seats import Configuration, Line
from actors.seats.configuring import relisted, restocked
from actors.seats.events import (
    HoldExtended,
    HoldKept,
    InventoryConfigured,
    QuotaCut,
    SeatEvent,
    SeatsConfirmed,
    SeatsGivenBack,
    SeatsHeld,
    SeatsOffered,
    SeatsReleased,
    WaitListClosed,
    WaitListJoined,
    WaitListLeft,
)
from actors.seats.inventory import Inventory, Reservation, Stock
from actors.seats.waitlist import Waiter


def evolve(state: Inventory, event: SeatEvent, at_ms: int) -> None:
    """Takes the event in; the commonest come first."""
    match event:
        case SeatsHeld():
            _hold(state, event)
        case SeatsConfirmed():
            _confirm(state, event)
        case SeatsReleased():
            _release(state, event)
        case WaitListJoined():
            _join(state, event)
        case SeatsOffered():
            _offer(state, event)
        case HoldExtended():
            _prolong(state, event).extended = True
        case HoldKept():
            _prolong(state, event)
        case WaitListLeft():
            _leave(state, state.standing.pop(event.reservation))
        case SeatsGivenBack():
            state.standing[event.reservation].lines = event.lines
            for seat_type, quantity in event.items.items():
                state.stocks[seat_type].taken -= quantity
        case QuotaCut():
            state.stocks[event.seat_type].quota = event.quota
        case InventoryConfigured():
            _configure(state, event.configuration)
        case WaitListClosed():
            for waiter in state.waiters():
                _leave(state, state.standing.pop(waiter.reservation))
        case unreachable:
            assert_never(unreachable)


def _hold(state: Inventory, event: SeatsHeld) -> None:
    lease = event.lease
    expires_at_ms = event.expires_at_ms
    client = event.client
    state.standing[event.reservation] = Reservation("held", client, event.lines, lease, expires_at_ms, state.hold_ms)
    stocks = state.stocks
    for line in event.lines:
        stocks[line.seat_type].taken += line.taken
    if client:
        state.holds[client] = state.holds.get(client, 0) + 1
    state.lease = lease
    state.leases.add_hold(expires_at_ms, lease, event.reservation)


def _confirm(state: Inventory, event: SeatsConfirmed) -> None:
    if event.retaken:
        state.standing[event.reservation] = Reservation("confirmed", "", event.lines, 0, 0, 0)
        _take(state.stocks, event.lines)
        return
    hold = state.standing[event.reservation]
    _count_out(state, hold)
    hold.status = "confirmed"
    hold.client = ""
    hold.waiter = None
    hold.lease = hold.expires_at_ms = 0
    state.leases.drop_one(state.standing)


def _release(state: Inventory, event: SeatsReleased) -> None:
    ended = state.standing.pop(event.reservation)
    for line in ended.lines:
        state.stocks[line.seat_type].taken -= line.taken
    _count_out(state, ended)
    if ended.lease:
        state.leases.drop_one(state.standing)


def _count_out(state: Inventory, ended: Reservation) -> None:
    """One live hold fewer for its client."""
    if ended.status == "held" and ended.client:
        count = state.holds[ended.client] - 1
        if count:
            state.holds[ended.client] = count
        else:
            del state.holds[ended.client]


def _join(state: Inventory, event: WaitListJoined) -> None:
    state.sequence += 1
    wanted = tuple((state.stocks[line.seat_type].id, line.requested) for line in event.lines)
    waiter = Waiter(event.reservation, state.sequence, wanted, event.accept_fewer, event.keep_place, event.subject)
    state.standing[event.reservation] = Reservation("waiting", "", event.lines, 0, 0, 0, False, waiter)
    state.waitlist.join(waiter)
    for line in event.lines:
        state.stocks[line.seat_type].waiting += line.requested


def _offer(state: Inventory, event: SeatsOffered) -> None:
    standing = state.standing[event.reservation]
    _leave(state, standing)
    standing.status = "offered"
    standing.lines = event.lines
    standing.length_ms = state.offer_ms
    standing.lease = state.lease = event.lease
    standing.expires_at_ms = event.expires_at_ms
    _take(state.stocks, event.lines)
    state.leases.add(event.expires_at_ms, event.lease, event.reservation)


def _leave(state: Inventory, standing: Reservation) -> None:
    """Off the wait-list, to an offer or for good."""
    if standing.waiter is None:
        raise AssertionError("only a waiter can leave the wait-list")
    state.waitlist.leave(standing.waiter)
    for seat_type, quantity in standing.waiter.wanted:
        state.stocks[seat_type].waiting -= quantity


def _prolong(state: Inventory, event: HoldExtended | HoldKept) -> Reservation:
    hold = state.standing[event.reservation]
    hold.lease = state.lease = event.lease
    hold.expires_at_ms = event.expires_at_ms
    state.leases.add(event.expires_at_ms, event.lease, event.reservation)
    state.leases.drop_one(state.standing)
    return hold


def _take(stocks: dict[str, Stock], lines: tuple[Line, ...]) -> None:
    for line in lines:
        stocks[line.seat_type].taken += line.taken


def _configure(state: Inventory, configuration: Configuration) -> None:
    state.stocks = restocked(state.stocks, configuration)
    state.waitlist = relisted(state, configuration)
    state.configure(configuration)

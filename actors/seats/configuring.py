"""The conference's configuration comes into force; raised quotas serve the wait-list in the same decision."""

from collections.abc import Mapping

from msgspec.structs import replace

from actors.messages.refusals import Refused
from actors.messages.seats import Configuration, Configure, CutQuota
from actors.seats.events import InventoryConfigured, QuotaCut, SeatEvent, WaitListClosed
from actors.seats.inventory import UNLIMITED, Inventory, Stock
from actors.seats.offering import Offering
from actors.seats.waitlist import WaitList, wait_list


def configure(state: Inventory, command: Configure, now_ms: int) -> tuple[SeatEvent, ...] | Refused:
    """An older version, or the one in force again, changes nothing (so a cut quota stays cut until a newer one)."""
    configuration = command.configuration
    if configuration.version < state.configuration.version or configuration == state.configuration:
        return ()
    stocks = restocked(state.stocks, configuration)
    for stock in stocks.values():
        if stock.quota < stock.taken:
            return _below_taken(stock)
    configured = InventoryConfigured(configuration)
    if not len(state.waitlist):
        return (configured,)
    if configuration.state == "cancelled":
        return (configured, WaitListClosed())
    if configuration.state == "archived":
        return (configured,)
    offering = Offering(stocks, state.lease, configuration.offer_ms, now_ms)
    waited_for = [stock.id for stock in stocks.values() if stock.waiting]
    relisted(state, configuration).serve(waited_for, offering)
    return (configured, *offering.events)


def cut_quota(state: Inventory, command: CutQuota) -> tuple[SeatEvent, ...] | Refused:
    """Lowers a quota down to what is taken at most; one that is no lower than now changes nothing."""
    stock = state.stocks.get(command.seat_type)
    if stock is None:
        return Refused("unknown-seat-type", "the conference sells no such seat type", subject=command.seat_type)
    if command.quota < 0:
        return Refused("invalid", "a quota is not negative", subject="quota")
    if command.quota >= stock.quota:
        return ()
    if command.quota < stock.taken:
        return _below_taken(stock)
    return (QuotaCut(command.seat_type, command.quota),)


def _below_taken(stock: Stock) -> Refused:
    return Refused("quota-below-taken", f"{stock.taken} seats are taken", number=stock.taken, subject=stock.id)


def restocked(stocks: Mapping[str, Stock], configuration: Configuration) -> dict[str, Stock]:
    """The seat types under a configuration, with their counts; one that it does not name any more is retired."""
    seats_max = configuration.seats_per_reservation_max or UNLIMITED
    renewed = {terms.id: Stock(terms, seats_max) for terms in configuration.seat_types}
    for seat_type, stock in stocks.items():
        if seat_type not in renewed:
            renewed[seat_type] = Stock(replace(stock.terms, quota=stock.quota, retired=True), seats_max)
        renewed[seat_type].taken = stock.taken
        renewed[seat_type].waiting = stock.waiting
    return renewed


def relisted(state: Inventory, configuration: Configuration) -> WaitList:
    """The wait-list under a configuration: the same, or re-ordered when the policy changes."""
    if configuration.policy == state.configuration.policy:
        return state.waitlist
    return wait_list(configuration.policy, state.waiters())

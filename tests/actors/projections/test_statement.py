"""The monthly statements of 10,000 orders add up, to the cent, with the event log and with what each seat owes."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.conference.events import ConferenceCreated
from actors.orders.events import OrderConfirmed, PricesReturned
from actors.orders.state import Order
from actors.projections.projection import Projection
from gateway.documents.statements import Fact, Statement, statement_of
from gateway.views_orders import SqliteOrderViews
from storage.sqlite.readmodels import open_reader
from tests.actors.projections.given import CID, CONFERENCE, DETAILS, stored
from tests.actors.projections.test_orders import Story

ORDERS_MIN = 10_000
STEPS = 29_500
MONTHS = [f"{year}-{month:02}" for year in range(2026, 2031) for month in range(1, 13)]


@pytest.fixture
def order_views(projection: Projection, tmp_path: Path) -> Iterator[SqliteOrderViews]:
    projection.apply(CONFERENCE, stored(ConferenceCreated(CID, "o1", "pycon", DETAILS)))
    views = SqliteOrderViews(open_reader(tmp_path / "readmodels.db"))
    yield views
    views.close()


def test_statements_add_up_with_the_log_over_ten_thousand_orders(
    projection: Projection, order_views: SqliteOrderViews
) -> None:
    story = Story(2026, STEPS, cancelled=0)
    assert story.placed >= ORDERS_MIN
    story.tell(projection)
    statements = [_statement(order_views, month) for month in MONTHS]
    stated: Counter[str] = Counter()
    for statement in statements:
        assert sum(line.fee.amount for line in statement.lines) == sum(total.amount for total in statement.totals)
        for line in statement.lines:
            stated[line.order] += line.fee.amount
    by_log: Counter[str] = Counter()
    for event, _ in story.events:
        if isinstance(event, OrderConfirmed):
            by_log[event.order] += event.fee_minor
        elif isinstance(event, PricesReturned):
            by_log[event.order] -= sum(share.fee_minor for share in event.shares)
    by_seat = {name: _owed(order) for name, order in story.state.orders.items() if order.sold}
    assert len(by_seat) > ORDERS_MIN // 4
    assert any(0 < _owed(order) < sum(seat.fee_minor for seat in order.seats) for order in story.state.orders.values())
    assert dict(stated) == dict(by_log) == by_seat


def _statement(views: SqliteOrderViews, month: str) -> Statement:
    rows, version = views.fees("o1", month, 1_000_000)
    facts = [Fact(row.order, row.at_ms, row.seats, row.turnover_minor, row.fee_minor, row.currency) for row in rows]
    return statement_of(month, facts, "EUR", version)


def _owed(order: Order) -> int:
    """What is left of the fees of the seats, one by one."""
    return sum(seat.fee_minor - seat.fee_back_minor for seat in order.seats)

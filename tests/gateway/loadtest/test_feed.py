"""The audit feed in the forms it may have."""

import pytest

from gateway.loadtest.feed import (
    Configured,
    Confirmed,
    Entry,
    FeedItem,
    GivenBack,
    Held,
    Joined,
    Left,
    ListClosed,
    Offered,
    Prolonged,
    QuotaSet,
    Released,
    Unknown,
    read_page,
    understand,
)
from gateway.loadtest.framing import Garbage

LINE = {"seat_type": "st1", "requested": 2, "taken": 1, "price_minor": 5}
WAITING = LINE | {"taken": 0}


def item(name: str, data: dict[str, object]) -> FeedItem:
    return FeedItem(cursor="1", stream="seats-c1", version=3, at="2026-11-28T12:00:00.250Z", type=name, data=data)


@pytest.mark.parametrize(
    ("name", "data", "event"),
    [
        (
            "inventory-configured",
            {"configuration": {"policy": "first_fit", "seat_types": [{"id": "st1", "quota": 9}]}},
            Configured({"st1": 9}, "first_fit"),
        ),
        ("inventory-configured", {"version": 1, "seat_types": {"st1": {"quota": 9}}}, Configured({"st1": 9}, "")),
        ("quota-cut", {"seat_type": "st1", "quota": 4}, QuotaSet("st1", 4)),
        (
            "seats-held",
            {"reservation": "r", "lines": [LINE], "lease": 1, "expires_at_ms": 7},
            Held("r", (("st1", 1),), 1, 7),
        ),
        (
            "seats-held.1",
            {"reservation": "r", "items": {"st1": 1}, "lease": 1, "expires_at": "1970-01-01T00:00:00.007Z"},
            Held("r", (("st1", 1),), 1, 7),
        ),
        (
            "seats-offered",
            {"reservation": "r", "lines": [["st1", 2, 1, 5]], "lease": 2, "expires_at_ms": 7},
            Offered("r", (("st1", 1),), 2, 7),
        ),
        (
            "wait-list-joined",
            {"reservation": "r", "lines": [WAITING], "accept_fewer": True},
            Joined("r", (("st1", 2),), accept_fewer=True),
        ),
        ("hold-extended", {"reservation": "r", "lines": [], "lease": 2, "expires_at_ms": 7}, Prolonged("r", 2, 7)),
        ("hold-kept", {"reservation": "r", "lines": [], "lease": 2, "expires_at_ms": 7}, Prolonged("r", 2, 7)),
        ("seats-confirmed", {"reservation": "r", "lines": [LINE], "retaken": False}, Confirmed("r", (("st1", 1),))),
        ("seats-released", {"reservation": "r", "lines": [LINE], "reason": "expired"}, Released("r", "expired")),
        ("seats-given-back", {"reservation": "r", "items": {"st1": 1}}, GivenBack("r", (("st1", 1),))),
        ("wait-list-left", {"reservation": "r"}, Left("r")),
        ("wait-list-closed", {}, ListClosed()),
        ("seats-blessed", {"by": "bishop"}, Unknown("seats-blessed")),
    ],
)
def test_every_event_is_understood(name: str, data: dict[str, object], event: object) -> None:
    assert understand(item(name, data)) == Entry(3, 1_795_867_200_250, event)  # type: ignore[arg-type]


def test_other_streams_are_left_out() -> None:
    assert understand(FeedItem(cursor="1", stream="orders-c1", version=1, at=0, type="order-placed")) is None


def test_an_event_without_its_fields_is_garbage() -> None:
    with pytest.raises(Garbage, match="seats-held at 3 of seats-c1"):
        understand(item("seats-held", {"reservation": "r"}))


@pytest.mark.parametrize("body", [b"", b"[]", b'{"items": [{"cursor": "1"}]}', b'{"items": null}'])
def test_a_page_that_is_none_is_garbage(body: bytes) -> None:
    with pytest.raises(Garbage):
        read_page(body)

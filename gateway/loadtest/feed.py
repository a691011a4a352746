"""The audit feed as the verdict needs it. The only place that knows the events' names and fields.

Understood are the events of a conference's seats stream, each ``{"cursor", "stream",
"version", "at", "type", "data"}``. Seats stand in ``data`` as ``items`` (seat type →
number) or as ``lines`` (``seat_type``, ``requested``, ``taken``, by name or by place);
times as RFC 3339 or as Unix milliseconds in ``…_ms``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from gateway.loadtest.framing import Garbage
from gateway.loadtest.history import Items

PAGE = 200


@dataclass(frozen=True)
class Configured:
    """Quotas in force from here on."""

    quotas: Mapping[str, int]
    policy: str


@dataclass(frozen=True)
class QuotaSet:
    """One seat type's quota from here on."""

    seat_type: str
    quota: int


@dataclass(frozen=True)
class Held:
    """A newcomer got seats."""

    reservation: str
    items: Items
    lease: int
    expires_at_ms: int


@dataclass(frozen=True)
class Joined:
    """Someone waits from here on, at the end of the list."""

    reservation: str
    items: Items
    accept_fewer: bool


@dataclass(frozen=True)
class Offered:
    """Someone from the list got seats and left it."""

    reservation: str
    items: Items
    lease: int
    expires_at_ms: int


@dataclass(frozen=True)
class Prolonged:
    """A hold has a later deadline under a new lease."""

    reservation: str
    lease: int
    expires_at_ms: int


@dataclass(frozen=True)
class Confirmed:
    """Seats are final (taken again, if their hold had ended)."""

    reservation: str
    items: Items


@dataclass(frozen=True)
class Released:
    """A reservation's seats are free again and it ended."""

    reservation: str
    reason: str


@dataclass(frozen=True)
class GivenBack:
    """Some of a reservation's seats are free again."""

    reservation: str
    items: Items


@dataclass(frozen=True)
class Left:
    """Someone left the list without seats."""

    reservation: str


@dataclass(frozen=True)
class ListClosed:
    """Everyone left the list."""


@dataclass(frozen=True)
class Unknown:
    """An event that this checker does not know; it is counted and changes nothing."""

    name: str


Event = (
    Configured
    | QuotaSet
    | Held
    | Joined
    | Offered
    | Prolonged
    | Confirmed
    | Released
    | GivenBack
    | Left
    | ListClosed
    | Unknown
)


@dataclass(frozen=True)
class Entry:
    """One event of the seats stream, with its place and time."""

    version: int
    at_ms: int
    event: Event


class FeedItem(msgspec.Struct):
    """One item of the audit feed as served."""

    cursor: str | int
    stream: str
    version: int
    at: str | int
    type: str
    data: dict[str, Any] | None = None


class FeedPage(msgspec.Struct):
    """One page of it."""

    items: list[FeedItem]
    next: str | int | None = None


_page = msgspec.json.Decoder(FeedPage).decode


def read_page(body: bytes) -> FeedPage:
    """Decode one page; raises :class:`Garbage`."""
    try:
        return _page(body)
    except msgspec.MsgspecError as problem:
        raise Garbage(f"no page of the audit feed ({problem}): {body[:80]!r}") from problem


def understand(item: FeedItem) -> Entry | None:
    """One entry of the seats stream, ``None`` for another stream's; raises :class:`Garbage`."""
    if not item.stream.startswith("seats-"):
        return None
    try:
        return Entry(item.version, _ms(item.at), _event(item.type.partition(".")[0], item.data or {}))
    except (KeyError, TypeError, ValueError, IndexError) as problem:
        raise Garbage(f"{item.type} at {item.version} of {item.stream} lacks what it needs: {problem!r}") from problem


def _event(name: str, data: Mapping[str, Any]) -> Event:
    match name:
        case "inventory-configured":
            inner = data.get("configuration", data)
            return Configured(_quotas(inner["seat_types"]), str(inner.get("policy") or inner.get("wait_list") or ""))
        case "quota-cut":
            return QuotaSet(data["seat_type"], int(data["quota"]))
        case "seats-held":
            return Held(data["reservation"], _items(data, "taken"), int(data["lease"]), _expiry(data))
        case "wait-list-joined":
            return Joined(data["reservation"], _items(data, "requested"), bool(data.get("accept_fewer")))
        case "seats-offered":
            return Offered(data["reservation"], _items(data, "taken"), int(data["lease"]), _expiry(data))
        case "hold-extended" | "hold-kept":
            return Prolonged(data["reservation"], int(data["lease"]), _expiry(data))
        case "seats-confirmed":
            return Confirmed(data["reservation"], _items(data, "taken"))
        case "seats-released":
            return Released(data["reservation"], str(data.get("reason", "")))
        case "seats-given-back":
            return GivenBack(data["reservation"], tuple(sorted(data["items"].items())))
        case "wait-list-left":
            return Left(data["reservation"])
        case "wait-list-closed":
            return ListClosed()
        case _:
            return Unknown(name)


def _items(data: Mapping[str, Any], column: str) -> Items:
    if isinstance(data.get("items"), dict):
        return tuple(sorted((seat_type, int(number)) for seat_type, number in data["items"].items()))
    place = {"requested": 1, "taken": 2}[column]
    pairs = [
        (line["seat_type"], int(line[column])) if isinstance(line, dict) else (line[0], int(line[place]))
        for line in data.get("lines") or ()
    ]
    return tuple(sorted((seat_type, number) for seat_type, number in pairs if number))


def _quotas(seat_types: Any) -> Mapping[str, int]:
    if isinstance(seat_types, dict):
        return {
            seat_type: int(terms["quota"] if isinstance(terms, dict) else terms)
            for seat_type, terms in seat_types.items()
        }
    return {
        str(terms["id"] if isinstance(terms, dict) else terms[0]): int(
            terms["quota"] if isinstance(terms, dict) else terms[3]
        )
        for terms in seat_types
    }


def _expiry(data: Mapping[str, Any]) -> int:
    return _ms(data["expires_at"] if "expires_at" in data else data["expires_at_ms"])


def _ms(time: str | int) -> int:
    if isinstance(time, str):
        return round(datetime.fromisoformat(time).timestamp() * 1000)
    return int(time)

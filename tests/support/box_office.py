"""A small seller of seats, right by default and wrong on request: what a load tester must see through."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """One deliberate mistake."""

    OVERSELL_BY_ONE = "oversell by one"
    LOSE_ONE = "lose one acknowledged reservation"
    DOUBLE_A_RETRY = "apply a retry again and give the same answer"
    ANSWER_A_RETRY_ANEW = "apply a retry again and say so"
    OVERTAKE = "let a newcomer overtake"
    SERVE_THE_LAST = "offer freed seats to whoever waits shortest"
    KEEP_FREED_SEATS = "leave freed seats unoffered"
    TAKE_WHAT_WAS_REFUSED = "take seats for a refused request"
    REFUSE_WHAT_IS_FREE = "say sold-out while seats are left"
    RELEASE_EARLY = "end holds before their deadline"
    SHOW_TOO_MANY = "show one seat too many"
    SKIP_A_VERSION = "leave a gap in the log"


SOLD_OUT = {"type": "/problems/sold-out", "title": "Sold out", "status": 409}


@dataclass
class Place:
    """One reservation: its seats, and when they are due."""

    reservation: str
    items: dict[str, int]
    status: str
    lease: int = 0
    expires_at_ms: int = 0


@dataclass
class BoxOffice:
    """One conference. ``now_ms`` is its clock; answers are (status, JSON body)."""

    slug: str
    now_ms: Callable[[], int]
    faults: frozenset[Fault] = frozenset()
    hold_ms: int = 900_000
    quotas: dict[str, int] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    answered: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    on_hold: Callable[[int], None] = lambda _: None
    """Told of every deadline, in milliseconds of its clock."""
    _numbers: int = 0
    _done: set[Fault] = field(default_factory=set)

    def once(self, fault: Fault, when: bool = True) -> bool:
        """Whether this is the moment for a fault that happens once."""
        if fault not in self.faults or fault in self._done or not when:
            return False
        self._done.add(fault)
        return True

    def configure(self) -> None:
        quotas = [{"id": seat_type, "quota": quota} for seat_type, quota in self.quotas.items()]
        self._append("inventory-configured", configuration={"policy": "strict", "seat_types": quotas})

    def reserve(self, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Hold, wait, or refuse; a repeated key gets its first answer."""
        first = self.answered.get(key)
        items = {line["seat_type"]: line["quantity"] for line in body["items"]}
        if first is not None:
            if first[0] == 201 and self.once(Fault.DOUBLE_A_RETRY):
                self._hold(self._new_place(items))
            if not (first[0] == 201 and self.once(Fault.ANSWER_A_RETRY_ANEW)):
                return first
        answer = self._decide(items, wait=body.get("if_short") == "wait")
        self.answered[key] = answer
        return answer

    def _decide(self, items: dict[str, int], wait: bool) -> tuple[int, dict[str, Any]]:
        self.expire()
        fits = all(self.available(seat_type) >= number for seat_type, number in items.items())
        if fits and self.once(Fault.REFUSE_WHAT_IS_FREE, when=len(self.places) > 3):
            fits = False
        if not fits:
            fits = self.once(Fault.OVERSELL_BY_ONE) or self._overtaking(items)
        elif self.once(Fault.TAKE_WHAT_WAS_REFUSED, when=len(self.places) > 3):
            self._hold(self._new_place(items))
            return 409, SOLD_OUT
        place = self._new_place(items)
        if fits:
            self._hold(place)
            if self.once(Fault.LOSE_ONE, when=len(self.places) > 3):
                self.log.pop()
            return 201, self.shown(place)
        if wait:
            place.status = "waiting"
            self.places[place.reservation] = place
            self._append("wait-list-joined", reservation=place.reservation, lines=_lines(items, 0), accept_fewer=False)
            return 202, self.shown(place)
        return 409, SOLD_OUT

    def _overtaking(self, items: dict[str, int]) -> bool:
        free = all(self.quotas[each] - self._taken(each) >= number for each, number in items.items())
        return self.once(Fault.OVERTAKE, when=free and bool(self._waiting()))

    def cancel(self, reservation: str) -> tuple[int, dict[str, Any]]:
        """Give back, or leave the list; again changes nothing."""
        place = self.places.get(reservation)
        if place is None:
            return 404, {"type": "/problems/not-found", "status": 404}
        if place.status == "waiting":
            place.status = "cancelled"
            self._append("wait-list-left", reservation=reservation, lines=_lines(place.items, 0))
            self._offer()
        elif place.status in ("held", "offered"):
            self._release(place, "cancelled")
        return 200, self.shown(place)

    def expire(self) -> None:
        """Release whatever is due, and serve the list."""
        early_ms = 3_000 if Fault.RELEASE_EARLY in self.faults else 0
        for place in list(self.places.values()):
            if place.status in ("held", "offered") and place.expires_at_ms <= self.now_ms() + early_ms:
                self._release(place, "expired")

    def available(self, seat_type: str) -> int:
        if any(place.status == "waiting" and seat_type in place.items for place in self.places.values()):
            return 0
        return self.quotas[seat_type] - self._taken(seat_type)

    def availability(self) -> dict[str, Any]:
        more = 1 if self.once(Fault.SHOW_TOO_MANY, when=len(self.places) > 3) else 0
        return {
            "version": len(self.log),
            "as_of": "2026-01-01T00:00:00Z",
            "seat_types": {
                seat_type: {
                    "quota": quota,
                    "available": self.available(seat_type) + more,
                    "waiting": sum(
                        place.items.get(seat_type, 0) for place in self.places.values() if place.status == "waiting"
                    ),
                }
                for seat_type, quota in self.quotas.items()
            },
        }

    def shown(self, place: Place) -> dict[str, Any]:
        waiting = place.status == "waiting"
        return {
            "id": place.reservation,
            "token": f"token-of-{place.reservation}",
            "status": place.status,
            "items": [
                {"seat_type": each, "requested": n, "held": 0 if waiting else n, "waiting": n if waiting else 0}
                for each, n in place.items.items()
            ],
            "version": len(self.log),
        }

    def _taken(self, seat_type: str) -> int:
        holding = (place for place in self.places.values() if place.status in ("held", "offered"))
        return sum(place.items.get(seat_type, 0) for place in holding)

    def _new_place(self, items: dict[str, int]) -> Place:
        self._numbers += 1
        return Place(f"{self.slug}-r{self._numbers}", items, "new")

    def _hold(self, place: Place, status: str = "held") -> None:
        self._numbers += 1
        place.status, place.lease, place.expires_at_ms = status, self._numbers, self.now_ms() + self.hold_ms
        self.places[place.reservation] = place
        name = "seats-held" if status == "held" else "seats-offered"
        self._append(
            name,
            reservation=place.reservation,
            lines=_lines(place.items, 1),
            lease=place.lease,
            expires_at_ms=place.expires_at_ms,
        )
        self.on_hold(place.expires_at_ms)

    def _release(self, place: Place, reason: str) -> None:
        place.status = "expired" if reason == "expired" else "cancelled"
        self._append("seats-released", reservation=place.reservation, lines=_lines(place.items, 0), reason=reason)
        self._offer()

    def _offer(self) -> None:
        if Fault.KEEP_FREED_SEATS in self.faults:
            return
        while waiting := self._waiting():
            head = waiting[-1 if Fault.SERVE_THE_LAST in self.faults else 0]
            if any(self.quotas[each] - self._taken(each) < number for each, number in head.items.items()):
                return
            self._hold(head, "offered")

    def _waiting(self) -> list[Place]:
        return [place for place in self.places.values() if place.status == "waiting"]

    def _append(self, name: str, **data: Any) -> None:
        version = len(self.log) + 1
        if self.once(Fault.SKIP_A_VERSION, when=version > 4) or (self.log and self.log[-1]["version"] >= version):
            version = self.log[-1]["version"] + (2 if self.log[-1]["version"] < version else 1)
        self.log.append(
            {
                "cursor": str(len(self.log) + 1),
                "stream": f"seats-{self.slug}",
                "version": version,
                "at": self.now_ms(),
                "type": name,
                "data": data,
            }
        )


def _lines(items: dict[str, int], taken: int) -> list[dict[str, Any]]:
    return [
        {"seat_type": each, "requested": number, "taken": number * taken, "price_minor": 12500}
        for each, number in items.items()
    ]

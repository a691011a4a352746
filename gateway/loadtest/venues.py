"""The conferences that the load goes to, and their requests, encoded once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.loadtest.answers import as_items
from gateway.loadtest.history import Wish

BASE = "/api/v1"


@dataclass(frozen=True)
class VenuePlan:
    """What conferences a scenario wants: how many, the quota of each seat type, and their rules."""

    conferences: int
    quotas: Sequence[int]
    hold_s: int = 900
    offer_s: int = 900
    policy: str = "strict"


@dataclass(frozen=True)
class Venue:
    """One published conference made for the run."""

    index: int
    organiser: str
    slug: str
    quotas: Mapping[str, int]
    """Seat type → quota, as it was made."""
    policy: str = "strict"
    authority: str = "localhost"
    token: str = field(default="", repr=False)

    @property
    def path(self) -> str:
        """The organiser's path of this conference."""
        return f"{BASE}/organisers/{self.organiser}/conferences/{self.slug}"

    def wish(
        self, quantities: Mapping[str, int], wait: bool = False, accept_fewer: bool = False, keep_place: bool = False
    ) -> Wish:
        """Encode a reservation of so many seats of each type; who waits gives an e-mail address."""
        body: dict[str, object] = {
            "items": [{"seat_type": seat_type, "quantity": quantity} for seat_type, quantity in quantities.items()]
        }
        if accept_fewer:
            body["accept_fewer"] = True
        if keep_place:
            body["keep_place"] = True
        if wait:
            body |= {"if_short": "wait", "email": "load@example.org"}
        head, tail = keyed_request("POST", f"{BASE}/conferences/{self.slug}/reservations", self.authority, body)
        return Wish(self.index, as_items(quantities), accept_fewer, sum(quantities.values()), head, tail)

    def availability(self) -> bytes:
        return plain_request("GET", f"{BASE}/conferences/{self.slug}/availability", self.authority)

    def feed(self, after: str, limit: int) -> bytes:
        path = f"{self.path}/events?limit={limit}" + (f"&after={after}" if after else "")
        return plain_request("GET", path, self.authority, self.token)


def keyed_request(method: str, path: str, authority: str, body: object, token: str = "") -> tuple[bytes, bytes]:
    """A request with a JSON body in two pieces; the idempotency key goes between them."""
    encoded = json.dumps(body, separators=(",", ":")).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: {authority}\r\n{_bearer(token)}Idempotency-Key: "
    tail = f"\r\nContent-Type: application/json\r\nContent-Length: {len(encoded)}\r\n\r\n"
    return head.encode(), tail.encode() + encoded


def plain_request(method: str, path: str, authority: str, token: str = "", key: str = "") -> bytes:
    """A request without a body."""
    keyed = f"Idempotency-Key: {key}\r\n" if key else ""
    length = "" if method == "GET" else "Content-Length: 0\r\n"
    return f"{method} {path} HTTP/1.1\r\nHost: {authority}\r\n{_bearer(token)}{keyed}{length}\r\n".encode()


def _bearer(token: str) -> str:
    return f"Authorization: Bearer {token}\r\n" if token else ""

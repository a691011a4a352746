"""The node's services besides its entities: timer, projector, gateways, courier. Each is replaced when it dies.

One that keeps dying is started again after a pause, for ever: seats are sold also while no
mail can be sent. Times are monotonic milliseconds.
"""

from typing import NamedTuple

from actors.messages.lifecycle import Peers

CLASSES = {
    "timer": "actors.timers.actor.ReservationTimer",
    "projector": "actors.projections.actor.Projector",
    "courier": "actors.host.courier.Courier",
    "gateway": "actors.host.gateway.Gateway",
}
STEADY_MS = 10_000  # who has lived so long has not died in a row
DEATHS_AT_ONCE_MAX = 3  # in a row: so often it is replaced at once, then after PAUSE_MS
PAUSE_MS = 1_000


class Service(NamedTuple):
    """One service: its role (``gateway-0``), its address ("" until it is here) and since when it lives."""

    role: str
    address: str
    since_ms: int


class Services:
    """Which services are here. Roles are ``timer``, ``projector``, ``courier`` and ``gateway-<n>``."""

    def __init__(self, gateways: int, *, courier: bool = True) -> None:
        needed = ["timer", "projector", *(f"gateway-{number}" for number in range(gateways))]
        self.roles = [*needed, *(["courier"] if courier else [])]
        self._services: dict[str, Service] = {}
        self._deaths: dict[str, int] = {}
        self._not_before_ms: dict[str, int] = {}
        self._needed = needed

    def starting(self, role: str, now_ms: int) -> str:
        """A process for this role begins; returns its class."""
        self._services[role] = Service(role, "", now_ms)
        return CLASSES[role.partition("-")[0]]

    def here(self, role: str, address: str) -> None:
        """It serves."""
        self._services[role] = self._services[role]._replace(address=address)

    def died(self, role: str, now_ms: int) -> None:
        """It has ended: it is missing now, or in a while when it keeps dying."""
        service = self._services.pop(role)
        deaths = 1 if now_ms - service.since_ms >= STEADY_MS else self._deaths.get(role, 0) + 1
        self._deaths[role] = deaths
        self._not_before_ms[role] = now_ms + PAUSE_MS if deaths > DEATHS_AT_ONCE_MAX else 0

    def address(self, role: str) -> str:
        """Where it serves; "" when it does not."""
        return self._services[role].address if role in self._services else ""

    def selling(self) -> bool:
        """Whether all are here that selling needs."""
        return all(self.address(role) for role in self._needed)

    def next_missing(self, now_ms: int) -> str | None:
        """The next role to start; they start one after the other, since each needs the ones before."""
        role = next((role for role in self.roles if not self.address(role)), None)
        if role is None or role in self._services:  # All are here, or one is on its way.
            return None
        return role if self._not_before_ms.get(role, 0) <= now_ms else None

    def peers(self) -> Peers:
        """Where they live."""
        gateways = tuple(a for role in self.roles if role.startswith("gateway") and (a := self.address(role)))
        return Peers(self.address("timer"), self.address("projector"), gateways)

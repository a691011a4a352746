"""The node's services besides its entities: timer, projector, courier, gateways. Each is replaced when it dies."""

from typing import NamedTuple

from actors.messages.lifecycle import Peers

CLASSES = {
    "timer": "actors.timers.actor.ReservationTimer",
    "projector": "actors.projections.actor.Projector",
    "courier": "actors.host.courier.Courier",
    "gateway": "actors.host.gateway.Gateway",
}
DEATHS_MAX = 5  # of one service before it has served for STEADY_MS: then the node gives up and is started anew
STEADY_MS = 10_000


class Service(NamedTuple):
    """One service: its role (``gateway-0``), its address ("" until it is here) and since when it lives."""

    role: str
    address: str
    since_ms: int


class Services:
    """Which services are here. Roles are ``timer``, ``projector``, ``courier`` and ``gateway-<n>``."""

    def __init__(self, gateways: int, *, courier: bool = True) -> None:
        before = ["timer", "projector", *(["courier"] if courier else [])]
        self.roles = [*before, *(f"gateway-{number}" for number in range(gateways))]
        self._services: dict[str, Service] = {}
        self._deaths: dict[str, int] = {}

    def starting(self, role: str, now_ms: int) -> str:
        """A process for this role begins; returns its class."""
        self._services[role] = Service(role, "", now_ms)
        return CLASSES[role.partition("-")[0]]

    def here(self, role: str, address: str) -> None:
        """It serves."""
        self._services[role] = self._services[role]._replace(address=address)

    def died(self, role: str, now_ms: int) -> bool:
        """It has ended; whether it may be started again (not when it keeps dying)."""
        service = self._services.pop(role)
        deaths = 1 if now_ms - service.since_ms >= STEADY_MS else self._deaths.get(role, 0) + 1
        self._deaths[role] = deaths
        return deaths <= DEATHS_MAX

    def address(self, role: str) -> str:
        """Where it serves; "" when it does not."""
        return self._services[role].address if role in self._services else ""

    def all_here(self) -> bool:
        """Whether the node is complete."""
        return all(self.address(role) for role in self.roles)

    def next_missing(self) -> str | None:
        """The next role to start; they start one after the other, since each needs the ones before."""
        return next((role for role in self.roles if role not in self._services), None)

    def peers(self) -> Peers:
        """Where they live."""
        gateways = tuple(a for role in self.roles if role.startswith("gateway") and (a := self.address(role)))
        return Peers(self.address("timer"), self.address("projector"), gateways)

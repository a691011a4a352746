"""Who a client is, for limits: its network address as the trusted proxies report it, kept only as a keyed hash.

An IPv6 client is its /64, since one household or machine has all of it.
"""

import hashlib
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

CLIENT_BYTES = 12
KNOWN_MAX = 20_000  # addresses whose hash is remembered
REMEMBERED_CHARACTERS_MAX = 256  # of a list of hops


class Clients:
    """Turns addresses into client ids: 24 hexadecimal digits."""

    def __init__(self, key: bytes, trusted_proxies: Sequence[str]) -> None:
        self._keyed = hashlib.blake2b(key=key, digest_size=CLIENT_BYTES, person=b"client")
        self._trusted: list[IPv4Network | IPv6Network] = [ip_network(text) for text in trusted_proxies]
        self._known: dict[tuple[str, str], str] = {}

    def of(self, peer: str, forwarded_for: str = "") -> str:
        """The client behind a connection from ``peer``; ``forwarded_for`` counts only from a trusted proxy."""
        place = (peer, forwarded_for if self._trusted else "")
        client = self._known.get(place)
        if client is None and len(forwarded_for) > REMEMBERED_CHARACTERS_MAX:
            return self._hashed(self._address(*place))
        if client is None:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            client = self._known[place] = self._hashed(self._address(*place))
        return client

    def _address(self, peer: str, forwarded_for: str) -> str:
        """The nearest address that is not a trusted proxy's."""
        address = peer
        for hop in reversed(forwarded_for.split(",")):
            if not hop.strip() or not self._trusts(address):
                break
            address = hop.strip()
        return address

    def _trusts(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)

    def _hashed(self, text: str) -> str:
        try:
            address = ip_address(text)
        except ValueError:
            network = "unknown"  # A proxy that reports no address: all its strangers are one client.
        else:
            if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
                address = address.ipv4_mapped
            network = str(IPv6Network((address, 64), strict=False) if isinstance(address, IPv6Address) else address)
        digest = self._keyed.copy()
        digest.update(network.encode())
        return digest.hexdigest()

"""Where webhooks may go: to public addresses only, so that nobody reaches the inside of our network through us.

The name is resolved once, every address it has is checked, and the connection goes to those very addresses: an
answer that changes between check and use changes nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult
from msgspec import Struct
from yarl import URL

URL_LENGTH_MAX: Final = 2_000
ADDRESSES_MAX: Final = 16
"""Of one name's addresses so many are tried; a name with more is refused."""

# Reserved since, or left out of, the tables of Python's oldest version that we run on (RFC 6890 and its registry).
_ALSO_RESERVED: Final = tuple(
    map(
        ip_network,
        ("192.88.99.0/24", "100.64.0.0/10", "64:ff9b:1::/48", "100::/64", "3fff::/20", "5f00::/16", "fec0::/10"),
    )
)
_NAT64: Final = ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]


class Target(Struct, frozen=True):
    """A receiver's address on the web, well formed; whether it may be reached is decided at each attempt."""

    url: str
    host: str
    port: int


class Forbidden(Struct, frozen=True):
    """Why nothing is sent there, in a sentence for the organiser."""

    problem: str


class Unresolved(Struct, frozen=True):
    """The name has no address now; it may have one later."""

    problem: str


def target_of(url: str) -> Target | Forbidden:
    """The target that a URL names, if it is one that webhooks can be sent to."""
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        return Forbidden("the address must be ASCII without spaces, at most 2,000 characters")
    try:
        parsed = URL(url)
        host, port = parsed.host, parsed.port
    except ValueError:
        return Forbidden("this is no web address")
    if parsed.scheme not in ("http", "https") or not host or not port:
        return Forbidden("the address must begin with https:// or http:// and name a host")
    if parsed.user is not None or parsed.password is not None:
        return Forbidden("the address must not hold a user name or a password")
    return Target(str(parsed.with_fragment(None)), host, port)


def is_public(address: str) -> bool:
    """Whether an address belongs to a machine on the public internet, also when it hides in another form."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    forms: list[IPv4Address | IPv6Address] = [parsed]
    if isinstance(parsed, IPv6Address):
        # An IPv4 address inside an IPv6 one reaches the IPv4 one.
        forms.extend(_embedded(parsed))
    return all(map(_is_plainly_public, forms))


async def resolve_by_system(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a host, as the operating system finds them. Raises OSError when it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


async def addresses_of(
    target: Target, allow_private: bool, resolve: Resolve = resolve_by_system
) -> tuple[str, ...] | Forbidden | Unresolved:
    """Resolve the target and check each of its addresses: one that is not public forbids them all."""
    try:
        addresses = await resolve(target.host, target.port)
    except (OSError, UnicodeError):
        return Unresolved("the host's name has no address")
    if not 1 <= len(addresses) <= ADDRESSES_MAX:
        return Unresolved(f"the host has no address, or more than {ADDRESSES_MAX}")
    if not allow_private and not all(map(is_public, addresses)):
        return Forbidden("the address is not on the public internet")
    return addresses


class CheckedResolver(AbstractResolver):
    """Gives aiohttp the addresses that were checked, whatever the name says by now."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _embedded(address: IPv6Address) -> list[IPv4Address]:
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def _is_plainly_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped is not None or address in _NAT64):
        return True  # Nothing but another way to write the IPv4 address inside, and that one decides.
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address.version == network.version and address in network for network in _ALSO_RESERVED)
    )

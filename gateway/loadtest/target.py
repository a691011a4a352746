"""Where the load goes: the address, and the safety catch for machines that are not this one."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

ADDRESS_DEFAULT = "http://127.0.0.1:8080"


class WrongTarget(Exception):
    """The address can't be used; the message says why, as one sentence."""


@dataclass(frozen=True)
class Target:
    """One installation: scheme, host and port."""

    scheme: str
    host: str
    port: int

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """What goes in the ``Host`` header."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def parse(address: str) -> Target:
    """Read ``http://host:port``, ``https://host`` or plain ``host:port``; raises :class:`WrongTarget`."""
    text = address if "://" in address else f"http://{address}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as problem:
        raise WrongTarget(f"{address!r} is not an address: {problem}.") from problem
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongTarget(f"{address!r} is not an address: it should look like {ADDRESS_DEFAULT}.")
    if parts.path.rstrip("/") or parts.query or parts.username is not None:
        raise WrongTarget(f"{address!r} says more than scheme, host and port; leave the rest out.")
    return Target(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80))


def is_this_machine(host: str) -> bool:
    """Whether every address of ``host`` is loopback; raises :class:`WrongTarget` for a name without an address."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise WrongTarget(f"The host {host!r} has no address: {problem}.") from problem
    return all(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_loopback for entry in found)


def check_allowed(target: Target, allowed_host: str | None) -> None:
    """The safety catch: only this machine, or the one host that was named; raises :class:`WrongTarget`."""
    if allowed_host == target.host or is_this_machine(target.host):
        return
    raise WrongTarget(
        f"{target.host} is not this machine. A load test can bring an installation down: if you may do that there, "
        f"say --i-am-allowed-to-load {target.host}."
    )

"""Where a listener stands: a host and a port, written ``host:port`` (``[host]:port`` for IPv6)."""

import re
from ipaddress import IPv6Address
from typing import Self

from msgspec import Struct

_WRITTEN = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+)):(?P<port>[0-9]{1,5})", re.ASCII)
PORT_MAX = 65_535


class Address(Struct, frozen=True, array_like=True):
    """A host (name or IP address, without brackets) and a TCP port; port 0 lets the system choose a free one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``127.0.0.1:8080``, ``localhost:8080`` or ``[::1]:8080``; anything else is a ``ValueError``."""
        found = _WRITTEN.fullmatch(text)
        if found is None or (port := int(found["port"])) > PORT_MAX:
            raise ValueError(text)
        return cls(str(IPv6Address(found["v6"])) if found["v6"] else found["host"], port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

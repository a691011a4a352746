"""Actor addresses as text, ``host:port``: only bytes cross processes, so messages carry addresses as text."""

from functools import lru_cache

from thespian.actors import ActorAddress
from thespian.system.addressManager import ActorLocalAddress
from thespian.system.transport.IPBase import TCPv4ActorAddress

REMEMBERED_MAX = 4096


class NotYetKnown(Exception):
    """The address of a child that has not reported yet; its first message's sender is the address."""


def text_of(address: ActorAddress) -> str:
    """``host:port`` of an actor; ``NotYetKnown`` for a child whose process has not reported to its parent yet."""
    details = address.addressDetails
    if isinstance(details, ActorLocalAddress):
        realised = details.addressManager.exportAddr(address)
        if realised is None:
            raise NotYetKnown(str(details))
        details = realised.addressDetails
    host, port = details.sockname
    return f"{host}:{port}"


@lru_cache(REMEMBERED_MAX)
def address_of(text: str) -> ActorAddress:
    """The address that ``text_of`` wrote; ``ValueError`` when the text is not ``host:port`` with a numeric host."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or not 0 < int(port) < 65_536 or not host.replace(".", "").isdecimal():
        raise ValueError(f"an actor's address is host:port with a numeric host, not {text!r}")
    return ActorAddress(TCPv4ActorAddress(host, int(port), external=True))

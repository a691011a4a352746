"""An address is the same after a way through text."""

import pytest
from thespian.actors import ActorAddress
from thespian.system.addressManager import ActorAddressManager

from actors.messages.addresses import NotYetKnown, address_of, text_of


def test_an_address_survives_a_way_through_text() -> None:
    assert text_of(address_of("127.0.0.1:4711")) == "127.0.0.1:4711"
    assert address_of("127.0.0.1:4711") == address_of("127.0.0.1:4711")
    assert address_of("127.0.0.1:4711") != address_of("127.0.0.1:4712")


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1", "127.0.0.1:", ":80", "localhost:80", "127.0.0.1:0", "127.0.0.1:65536", "1.2.3.4:8a"]
)
def test_text_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        address_of(text)


def test_a_child_has_no_text_before_it_has_reported() -> None:
    me = address_of("127.0.0.1:4711")
    addresses = ActorAddressManager(me, me)
    child: ActorAddress = addresses.createLocalAddress()
    with pytest.raises(NotYetKnown):
        text_of(child)
    addresses.associateUseableAddress(me, 0, address_of("127.0.0.1:4713"))
    assert text_of(child) == "127.0.0.1:4713"

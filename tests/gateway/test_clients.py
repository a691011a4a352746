"""Who counts as one client: an address, an IPv6 /64, and what trusted proxies report."""

from gateway import clients
from gateway.clients import Clients

KEY = b"k" * 32


def test_an_address_is_a_client_and_only_its_hash_is_known() -> None:
    direct = Clients(KEY, ())
    assert direct.of("192.0.2.1") == direct.of("192.0.2.1")
    assert direct.of("192.0.2.1") != direct.of("192.0.2.2")
    assert "192" not in direct.of("192.0.2.1")
    assert direct.of("192.0.2.1") != Clients(b"l" * 32, ()).of("192.0.2.1")


def test_an_ipv6_client_is_its_network() -> None:
    direct = Clients(KEY, ())
    assert direct.of("2001:db8:1:2::1") == direct.of("2001:db8:1:2:ffff::9")
    assert direct.of("2001:db8:1:2::1") != direct.of("2001:db8:1:3::1")
    assert direct.of("::ffff:192.0.2.1") == direct.of("192.0.2.1")


def test_only_a_trusted_proxy_is_believed() -> None:
    direct, proxied = Clients(KEY, ()), Clients(KEY, ("10.0.0.0/8", "2001:db8::/32"))
    claimed = "198.51.100.7"
    assert direct.of("192.0.2.1", claimed) == direct.of("192.0.2.1")
    assert proxied.of("192.0.2.1", claimed) == direct.of("192.0.2.1")
    assert proxied.of("10.0.0.1", claimed) == direct.of(claimed)
    assert proxied.of("2001:db8::1", claimed) == direct.of(claimed)


def test_of_several_hops_the_nearest_untrusted_one_counts() -> None:
    direct, proxied = Clients(KEY, ()), Clients(KEY, ("10.0.0.0/8",))
    assert proxied.of("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2") == direct.of("198.51.100.7")
    assert proxied.of("10.0.0.1", "") == direct.of("10.0.0.1")
    assert proxied.of("10.0.0.1", "garbage") == proxied.of("10.0.0.1", "other garbage")


def test_what_is_remembered_is_bounded() -> None:
    proxied = Clients(KEY, ("10.0.0.0/8",))
    long = ", ".join(["198.51.100.7"] * 100)
    assert proxied.of("10.0.0.1", long) == proxied.of("198.51.100.7")
    assert len(proxied._known) == 1
    direct = Clients(KEY, ())
    for number in range(clients.KNOWN_MAX + 10):
        direct.of(f"192.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(direct._known) <= clients.KNOWN_MAX

"""Where webhooks may go."""

import asyncio

import pytest

from gateway.webhooks.targets import (
    CheckedResolver,
    Forbidden,
    Target,
    Unresolved,
    addresses_of,
    is_public,
    resolve_by_system,
    target_of,
)

TARGET = Target("https://hooks.example/a", "hooks.example", 443)


def test_a_web_address_is_taken_apart() -> None:
    assert target_of("https://hooks.example/a?b=c#d") == Target("https://hooks.example/a?b=c", "hooks.example", 443)
    assert target_of("http://[2606:4700::1]:8080/") == Target("http://[2606:4700::1]:8080/", "2606:4700::1", 8080)


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example", "ftp://hooks.example", "file:///etc/passwd", "https://", "https://u:p@hooks.example",
     "https://hooks.example/ x", "https://hooks.example/\r\nX: y", "https://hooks.example:99999/", "https://ü.example/",
     "https://hooks.example/" + "a" * 2_000, "//hooks.example", "https://[::1", "gopher://127.0.0.1"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    assert isinstance(target_of(url), Forbidden)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
     "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
     "255.255.255.255", "192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1",
     "ff02::1", "2001:db8::1", "100::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
     "64:ff9b:1::1", "2002:7f00:1::", "2001:0:a00:1::", "3fff::1", "5f00::1", "", "hooks.example", "127.1"],
)  # fmt: skip
def test_addresses_inside_and_reserved_ones_are_not_public(address: str) -> None:
    assert not is_public(address)


def resolved(*addresses: str, allow_private: bool = False) -> tuple[str, ...] | Forbidden | Unresolved:
    async def resolve(host: str, port: int) -> tuple[str, ...]:
        assert (host, port) == ("hooks.example", 443)
        return addresses

    return asyncio.run(addresses_of(TARGET, allow_private, resolve))


def test_a_name_with_one_inner_address_among_public_ones_is_refused() -> None:
    assert resolved("1.1.1.1", "2606:4700::1") == ("1.1.1.1", "2606:4700::1")
    assert isinstance(resolved("1.1.1.1", "10.0.0.1"), Forbidden)


def test_inner_addresses_are_allowed_where_so_configured() -> None:
    assert resolved("127.0.0.1", allow_private=True) == ("127.0.0.1",)


def test_a_name_without_an_address_may_have_one_later() -> None:
    async def resolve(_host: str, _port: int) -> tuple[str, ...]:
        raise OSError("no such name")

    assert isinstance(asyncio.run(addresses_of(TARGET, False, resolve)), Unresolved)
    assert isinstance(resolved(), Unresolved)
    assert isinstance(resolved(*(f"1.1.1.{number}" for number in range(17))), Unresolved)


@pytest.mark.parametrize(
    "url", ["http://127.1/", "http://0x7f.0.0.1/", "http://2130706433/", "http://localhost/", "http://[::1]/"]
)
def test_every_way_to_write_this_machine_is_found_out(url: str) -> None:
    target = target_of(url)
    assert isinstance(target, Target)
    assert isinstance(asyncio.run(addresses_of(target, False, resolve_by_system)), Forbidden | Unresolved)


def test_the_checked_addresses_are_all_that_a_connection_is_given() -> None:
    results = asyncio.run(CheckedResolver(("1.1.1.1", "2606:4700::1")).resolve("hooks.example", 443))
    assert [(result["host"], result["port"]) for result in results] == [("1.1.1.1", 443), ("2606:4700::1", 443)]

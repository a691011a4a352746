"""Pages for people come from files shipped here, under a strict policy."""

import re

import pytest

from tests.gateway.world import World


@pytest.mark.parametrize("path", ["/", "/docs", "/reservations/x", "/invitations"])
async def test_a_page_has_a_strict_policy(world: World, path: str) -> None:
    reply = await world.ask("GET", path)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/docs", "/reservations/x", "/invitations"])
async def test_a_page_needs_nothing_from_elsewhere_and_all_it_needs_is_there(world: World, path: str) -> None:
    page = (await world.ask("GET", path)).body.decode()
    assert "://" not in page
    assert "style=" not in page
    assert "<script>" not in page
    for target in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert (await world.ask("GET", target)).status == 200, target


async def test_the_scripts_put_text_into_the_page_as_text_only(world: World) -> None:
    for path in ("/docs/docs.js", "/reservation.js", "/mailed-links.js"):
        script = (await world.ask("GET", path)).body.decode()
        assert "innerHTML" not in script
        assert "eval" not in script

"""Prints the routes with the policy that guards each, and their OpenAPI description: ``run.py routes`` and ``openapi``.

All of it comes from the route table that is served.
"""

import json
from typing import Final, assert_never

from gateway.api import api_routes
from gateway.authority import RANK
from gateway.description import product_version
from gateway.openapi import describe
from gateway.routes import Anyone, Holder, Member, Policy, Route, SignedIn

MAY: Final = "x"
MAY_NOT: Final = "."
SESSION: Final = "s"
"""A session may, an API token may not."""
COLUMNS: Final = ("anyone", *RANK)
LEGEND: Final = (
    f"{MAY} may; {SESSION} with a session, not with an API token; {MAY_NOT} may not: 403 to members, 404 to other "
    "tenants, 401 without a token."
)


def who(policy: Policy) -> str:
    """A policy in words."""
    match policy:
        case Anyone():
            return "anyone"
        case Holder(of=kind, link=link):
            return f"the bearer of the {kind}'s token" + (" or link" if link else "")
        case SignedIn(person=person):
            return "whoever is signed in" if person else "any session or API token"
        case Member(least=least):
            return f"members, at least {least}"
        case unreachable:
            assert_never(unreachable)


def marks(policy: Policy) -> tuple[str, ...]:
    """For each of ``COLUMNS``, whether they may."""
    match policy:
        case Anyone():
            return (MAY,) * len(COLUMNS)
        case Holder():
            return (MAY_NOT,) * len(COLUMNS)
        case SignedIn(person=person):
            return (MAY_NOT, *((SESSION if person else MAY,) * len(RANK)))
        case Member(least=least):
            return (MAY_NOT, *(MAY if rank >= RANK[least] else MAY_NOT for rank in RANK.values()))
        case unreachable:
            assert_never(unreachable)


def table(routes: tuple[Route, ...]) -> str:
    """The role × route table as text."""
    wide = max(len(route.path) for route in routes)
    lines = [f"{'':7} {'':{wide}} {' '.join(COLUMNS)}  who"]
    for route in sorted(routes, key=lambda route: (route.path, route.method)):
        cells = " ".join(f"{mark:^{len(name)}}" for name, mark in zip(COLUMNS, marks(route.policy), strict=True))
        lines.append(f"{route.method:7} {route.path:{wide}} {cells}  {who(route.policy)}")
    return "\n".join([*lines, "", LEGEND])


def show() -> int:
    """``run.py routes``."""
    print(table(api_routes()))
    return 0


def show_description() -> int:
    """``run.py openapi``."""
    print(json.dumps(describe(api_routes(), product_version()), indent=2, ensure_ascii=False))
    return 0

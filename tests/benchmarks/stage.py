"""Conferences on a product to be measured, and the requests that go there."""

import asyncio
import secrets
from collections.abc import Sequence

import uvloop

from gateway.loadtest.feed import Entry
from gateway.loadtest.history import Wish
from gateway.loadtest.installation import Installation
from gateway.loadtest.venues import Venue, VenuePlan, keyed_request, plain_request
from tests.benchmarks.loading import RequestOf
from tests.benchmarks.rig import Product

PLENTY = 1_000_000
"""The largest quota there may be; no measurement uses it up."""


def venues(
    product: Product, conferences: int = 1, quota: int = PLENTY, hold_s: int = 3600, policy: str = "strict"
) -> list[Venue]:
    """Published conferences of a fresh organiser, without limits."""

    async def make() -> list[Venue]:
        installation = Installation(product.target, 30.0)
        await installation.sign_in()
        plan = VenuePlan(conferences, [quota], hold_s=hold_s, offer_s=hold_s, policy=policy)
        made = await installation.make(plan, lambda _: None)
        installation.close()
        return made

    return uvloop.run(make())


def reserving(places: Sequence[Venue], quantity: int = 1) -> RequestOf:
    """Reservations with fresh keys, evenly over the conferences."""
    wishes: list[Wish] = [venue.wish({next(iter(venue.quotas)): quantity}) for venue in places]
    run = secrets.token_hex(12)
    return lambda number: wishes[number % len(wishes)].request(f"{run}-{number}")


def looking(venue: Venue, etag: str = "") -> RequestOf:
    """Availability reads; with a tag, conditional ones."""
    request = venue.availability()
    if etag:
        request = request[:-2] + f"If-None-Match: {etag}\r\n\r\n".encode()
    return lambda _: request


def echo_posts(places: Sequence[Venue]) -> RequestOf:
    """To the yardstick: the same bodies and keys as :func:`reserving` sends."""
    seat_type = next(iter(places[0].quotas))
    body = {"items": [{"seat_type": seat_type, "quantity": 1}]}
    head, tail = keyed_request("POST", "/echo", "127.0.0.1", body)
    run = secrets.token_hex(12)
    return lambda number: head + f"{run}-{number}".encode() + tail


def echo_gets() -> RequestOf:
    request = plain_request("GET", "/echo", "127.0.0.1")
    return lambda _: request


def log_of(product: Product, venue: Venue) -> list[Entry]:
    """The seats stream of a conference by the audit feed."""

    async def read() -> list[Entry]:
        installation = Installation(product.target, 30.0, venue.organiser, venue.token)
        entries = [entry async for entry in installation.read_log(venue)]
        installation.close()
        return entries

    return asyncio.run(read())

"""Serves the OpenAPI description of the routes, made once."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

import msgspec

from gateway.calls import Answer, Call
from gateway.openapi import describe
from gateway.routes import Anyone, Route

PATH = "/api/v1/openapi.json"


def product_version() -> str:
    """The installed version; "0" when it runs from a source tree alone."""
    try:
        return version("contoso-conference")
    except PackageNotFoundError:
        return "0"


def route(routes: Iterable[Route]) -> Route:
    """The route that answers the description of these."""
    body = msgspec.json.encode(describe(routes, product_version()))

    async def show(_call: Call) -> Answer:
        return Answer(body)

    return Route("GET", PATH, show, Anyone(), "This description", {200: None})

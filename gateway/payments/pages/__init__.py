"""The pages on which orders are paid: HTML by Jinja2, everything from outside escaped."""

from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from aiohttp.web import Response
from jinja2 import DictLoader, Environment, StrictUndefined

from gateway.pages import HEADERS

_TYPE = {"Content-Type": "text/html; charset=utf-8"}


def html(template: str, *, foreign_script: str = "", **values: Any) -> Response:
    """A page nobody keeps; ``foreign_script``: the address of the one script of others that it may run."""
    headers = {**HEADERS, **_TYPE, "Cache-Control": "no-store"}
    if foreign_script:
        parts = urlsplit(foreign_script)
        origin = f"{parts.scheme}://{parts.netloc}"
        headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'self' {origin}; style-src 'self' 'unsafe-inline'; "
            f"connect-src 'self' {origin} https://api.stripe.com; frame-src {origin} https://hooks.stripe.com; "
            "img-src 'self' https://*.stripe.com; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
    body = _environment().get_template(template).render(**values)
    return Response(text=body, headers=headers)


def stripe_script() -> bytes:
    """The part of Stripe's form that is ours."""
    return (files(__package__) / "stripe.js").read_bytes()


@cache
def _environment() -> Environment:
    sources = {
        entry.name: entry.read_text("utf-8") for entry in files(__package__).iterdir() if entry.name.endswith(".html")
    }
    return Environment(loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined)

"""Pages for people, from files shipped here: a start page, and ``/docs``, which shows the API's description."""

from importlib.resources import files

from aiohttp.web import Response

from gateway.calls import Call
from gateway.routes import Anyone, Route

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "Server": "Contoso",
}
_TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


def page(path: str, name: str, summary: str) -> Route:
    """The route of one file; its bytes are read once, at the start."""
    body = (files(__package__) / name).read_bytes()
    headers = {"Content-Type": _TYPES[name.rpartition(".")[2]], **HEADERS}

    async def show(_call: Call) -> Response:
        return Response(body=body, headers=headers)

    return Route("GET", path, show, Anyone(), summary, {200: None})


def routes() -> tuple[Route, ...]:
    """All pages."""
    return (
        page("/", "start.html", "The start page"),
        page("/docs", "docs.html", "The API, for people"),
        page("/docs/docs.js", "docs.js", "Shows the description"),
        page("/docs/pages.css", "pages.css", "How pages look"),
        page("/reservations/{id}", "reservation.html", "Claim the seats that a mail offers"),
        page("/reservation.js", "reservation.js", "Shows, orders and gives back a reservation"),
        page("/invitations", "invitation.html", "Accept an invitation"),
        page("/password-resets", "password-reset.html", "Choose a new password"),
        page("/mailed-links.js", "mailed-links.js", "Sends what these two pages ask"),
    )

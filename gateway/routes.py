"""The table that everything comes from: a route says what it takes, who may use it and what it answers.

Router, OpenAPI description and role matrix are made of lists of ``Route``; a new resource
is a module with such a list.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Literal, NamedTuple

from gateway.replies import Role

SEGMENT_MAX = 128  # characters of one part of a path


class Anyone(NamedTuple):
    """No login."""


class Holder(NamedTuple):
    """The bearer of the token of the reservation or order in the path; to all others it does not exist.

    ``link``: the signed link of an order, as it stands in mails, is enough (for reading only).
    """

    of: Literal["reservation", "order"] = "reservation"
    link: bool = False


class SignedIn(NamedTuple):
    """Whoever has a valid session or API token; ``person``: a session only."""

    person: bool = False


class Member(NamedTuple):
    """A member of the organiser in the path, with at least this role; to other tenants nothing there exists."""

    least: Role


Policy = Anyone | Holder | SignedIn | Member
KeyUse = Literal["none", "accepted", "required"]


class Parameter(NamedTuple):
    """A query parameter or a header."""

    name: str
    description: str
    schema: Mapping[str, Any]
    place: Literal["query", "header"] = "query"


PAGE = (
    Parameter("cursor", "where the page starts: the `next` of the one before", {"type": "string"}),
    Parameter("limit", "how many", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
)


LINK = Parameter("link", "the signature of the link in a mail, instead of a token", {"type": "string"})


class Files(NamedTuple):
    """An answer that is a file of one of these media types; as JSON it is ``json``."""

    media_types: tuple[str, ...]
    json: Any = None


class Lists(NamedTuple):
    """An answer that is a page of these."""

    of: type


class Streams(Enum):
    """An answer that is a stream of events."""

    AVAILABILITY = "text/event-stream"


class Route(NamedTuple):
    """One method on one path, whose parts in braces are parameters.

    ``body`` is parsed as JSON into this type; ``bytes``: taken as it comes, whatever it is.
    ``answers`` gives each status its body; ``conflicts`` are problems of its own, beside those that follow
    from the rest (policy, key, body, version).
    """

    method: str
    path: str
    handler: Callable[[Any], Awaitable[Any]]
    policy: Policy
    summary: str
    answers: Mapping[int, Any]
    body: Any = None
    key: KeyUse = "none"
    parameters: tuple[Parameter, ...] = ()
    conflicts: tuple[str, ...] = ()
    if_match: bool = False
    commands: bool = False
    """Whether an entity is asked, which can be busy or leave the outcome unknown."""


class _Node:
    __slots__ = ("literals", "parameter", "parameter_name", "routes")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.parameter_name = ""
        self.routes: dict[str, Route] = {}


class Found(NamedTuple):
    """What a path names: its routes by method, and its parameters. No routes: nothing is there."""

    routes: Mapping[str, Route]
    parameters: dict[str, str]


_NOTHING = Found({}, {})


class Router:
    """Finds routes by path. A literal part goes before a parameter. Raises ``ValueError`` for a table that is wrong."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        self.routes = tuple(routes)
        for route in self.routes:
            if not isinstance(route.policy, Anyone | Holder | SignedIn | Member):
                raise ValueError(f"{route.method} {route.path} names no policy")
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        for part in route.path[1:].split("/"):
            if part.startswith("{"):
                if node.parameter is None:
                    node.parameter, node.parameter_name = _Node(), part[1:-1]
                if node.parameter_name != part[1:-1]:
                    raise ValueError(f"{route.path} calls {{{node.parameter_name}}} {part}")
                node = node.parameter
            else:
                node = node.literals.setdefault(part, _Node())
        if route.method in node.routes:
            raise ValueError(f"{route.method} {route.path} stands twice")
        node.routes[route.method] = route

    def find(self, path: str) -> Found:
        """What a raw path (not percent-decoded, without its query) names."""
        node, parameters = self._root, {}
        for part in path[1:].split("/"):
            following = node.literals.get(part)
            if following is None:
                if node.parameter is None or not part or len(part) > SEGMENT_MAX:
                    return _NOTHING
                parameters[node.parameter_name] = part
                following = node.parameter
            node = following
        return Found(node.routes, parameters) if node.routes else _NOTHING

"""The dispatcher: from a request to its route, through its policy and its body, to its handler and back.

Whatever goes wrong on the way is a problem document; an unexpected exception is logged with
the request's correlation id and answered 500 without a word of it.
"""

import logging
from time import perf_counter
from typing import Any

from aiohttp.web import BaseRequest, Response, StreamResponse

from gateway import bodies
from gateway.authority import bearer
from gateway.calls import Answer, Call, Parts
from gateway.idempotency import check_key
from gateway.ids import conference_of, conference_of_order
from gateway.intake import Correlations, check_head, check_media_type, query_of, read_body
from gateway.metrics import Metrics
from gateway.problems import Problem, not_found
from gateway.rendering import PRIVATE, PUBLIC, respond, respond_problem, version_of
from gateway.routes import Anyone, Holder, Member, Route, Router, SignedIn
from gateway.tenants import Principal

log = logging.getLogger(__name__)


class App:
    """Serves requests; ``__call__`` is what aiohttp's low-level server calls."""

    def __init__(self, router: Router, parts: Parts, metrics: Metrics) -> None:
        self.router, self.parts, self.metrics = router, parts, metrics
        self.correlations = Correlations()

    async def __call__(self, request: BaseRequest) -> StreamResponse:
        started = perf_counter()
        correlation = self.correlations.of(request.headers.get("X-Correlation-Id"))
        route: Route | None = None
        response: StreamResponse
        try:
            route, parameters = self._find(request)
            response = await self._serve(request, route, parameters, correlation)
        except Problem as problem:
            response = respond_problem(problem, correlation)
            _close_if_unread(request, response)
        except Exception:
            log.exception("a request failed", extra={"correlation": correlation})
            response = respond_problem(Problem("internal", "It was logged."), correlation)
            _close_if_unread(request, response)
        self.metrics.request(route.path if route else "none", request.method, response.status, perf_counter() - started)
        return response

    def _find(self, request: BaseRequest) -> tuple[Route, dict[str, str]]:
        check_head(request, self.parts.settings.request_head_bytes_max)
        found = self.router.find(request.rel_url.raw_path)
        if not found.routes:
            raise not_found("page")
        route = found.routes.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            allowed = ", ".join(sorted(found.routes))
            raise Problem("method-not-allowed", f"Here is {allowed} only.", headers={"Allow": allowed})
        return route, found.parameters

    async def _serve(
        self, request: BaseRequest, route: Route, parameters: dict[str, str], correlation: str
    ) -> StreamResponse:
        principal = await self._authorise(request, route, parameters)
        query = query_of(request)
        body = await self._body(request, route)
        expected = version_of(request.headers.get("If-Match")) if route.if_match else 0
        key, fingerprint = await self._key(request, route, parameters, principal, body)
        call = Call(
            request, route, parameters, query, correlation, self.parts, principal, body, key, fingerprint, expected
        )
        answer: Answer | StreamResponse = await route.handler(call)
        if isinstance(answer, StreamResponse):
            return answer
        return respond(request, answer, correlation, always(route))

    async def _authorise(self, request: BaseRequest, route: Route, parameters: dict[str, str]) -> Principal | None:
        authorization = request.headers.get("Authorization")
        match route.policy:
            case Anyone():
                return None
            case Holder() as holder:
                link = request.query.get("link") if holder.link else None
                self._check_holder(holder, parameters["id"], bearer(authorization), link)
                return None
            case SignedIn(person=person):
                signed_in = await self.parts.authority.principal(authorization)
                if person and signed_in.account is None:
                    raise Problem("not-allowed", "This needs a session: an API token is nobody.")
                return signed_in
            case Member(least=least):
                organiser = parameters["o"]
                principal = await self.parts.authority.member(authorization, organiser, least)
                if "slug" in parameters:
                    claim = await self.parts.slugs.claim(parameters["slug"])
                    if claim is None or claim.organiser != organiser:
                        raise not_found("conference")
                return principal

    def _check_holder(self, holder: Holder, identity: str, token: str | None, link: str | None) -> None:
        """Raises ``Problem`` for all but who bears the thing's token, or its signed link where that is enough."""
        if holder.of == "reservation":
            held = conference_of(identity) and token is not None and self.parts.tokens.fits(identity, token)
        else:
            keys = self.parts.order_keys
            held = conference_of_order(identity) and (
                (token is not None and keys.tokens.fits(identity, token))
                or (link is not None and keys.links.fits(identity, link))
            )
        if not held:
            raise not_found(holder.of)

    async def _body(self, request: BaseRequest, route: Route) -> Any:
        settings = self.parts.settings
        if request.method in ("GET", "HEAD") and not request.body_exists:
            return None
        if route.body not in (None, bytes):
            check_media_type(request)
        data = await read_body(request, settings.request_body_bytes_max, settings.body_timeout_ms / 1000)
        if route.body is bytes:
            return data
        if route.body is not None:
            return bodies.parse(route.body, data)
        if data.strip() not in (b"", b"{}"):
            raise Problem("malformed", "This call takes no body.")
        return None

    async def _key(
        self, request: BaseRequest, route: Route, parameters: dict[str, str], principal: Principal | None, body: Any
    ) -> tuple[bytes, bytes]:
        """The hashes of the idempotency key and of what is asked; a random key when the client sent none."""
        if not route.commands:
            return b"", b""
        idempotency = self.parts.idempotency
        text = None
        if route.key != "none":
            text = check_key(
                request.headers.get("Idempotency-Key"),
                required=route.key == "required",
                signed_in=principal is not None,
            )
        path = request.rel_url.raw_path
        asked = (body, request.headers.get("If-Match")) if route.if_match else body
        fingerprint = idempotency.fingerprint(request.method, path, asked)
        key = self.parts.ids.key() if text is None else idempotency.key(await self._scope(parameters), text)
        return key, fingerprint

    async def _scope(self, parameters: dict[str, str]) -> str:
        """A key's scope: the conference, or the organiser for creating one."""
        if "slug" in parameters:
            claim = await self.parts.slugs.claim(parameters["slug"])
            if claim is None:
                raise not_found("conference")
            return claim.conference
        if "id" in parameters:
            return conference_of(parameters["id"]) or conference_of_order(parameters["id"]) or ""
        return parameters.get("o", "")


def always(route: Route) -> dict[str, str]:
    """Headers of every answer of a route."""
    return PUBLIC if isinstance(route.policy, Anyone) and route.method == "GET" else PRIVATE


def _close_if_unread(request: BaseRequest, response: Response) -> None:
    """A connection whose request was not read to its end can't carry another."""
    if not request.content.is_eof():
        response.force_close()

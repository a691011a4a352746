"""Before and after the load: an organiser, conferences of the run's own, and their audit feed."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.loadtest.answers import Availability, read_availability, read_problem
from gateway.loadtest.client import Answer, Connection, Lost, Unreachable
from gateway.loadtest.feed import PAGE, Entry, read_page, understand
from gateway.loadtest.framing import Garbage, header
from gateway.loadtest.target import Target
from gateway.loadtest.venues import BASE, Venue, VenuePlan, keyed_request, plain_request

PAGES_MAX = 50_000
PATIENT_TRIES = 10
PATIENT_PAUSE_S = 0.5
RETRY_AFTER_S_MAX = 5.0


class NotAllowed(Exception):
    """The installation answered no to something that the load tester must do first; one sentence."""


class Installation:
    """One installation of the product, spoken to on one connection as an organiser."""

    def __init__(
        self, target: Target, timeout_s: float, organiser: str | None = None, token: str | None = None
    ) -> None:
        self._target = target
        self._timeout_s = timeout_s
        self._connection = Connection(target)
        self._turn = asyncio.Lock()
        self._organiser = organiser or ""
        self._token = token or ""

    def close(self) -> None:
        self._connection.close()

    async def sign_in(self) -> None:
        """Register an organiser of our own, unless one was given."""
        if self._token:
            return
        who = secrets.token_hex(8)
        body = {"name": f"Load test {who}", "email": f"load-{who}@example.org", "password": secrets.token_urlsafe(18)}
        made = await self._post(f"{BASE}/organisers", body, "register an organiser")
        self._organiser, self._token = _text(made, "id"), _text(made, "token")

    async def make(self, plan: VenuePlan, told: Callable[[str], None]) -> list[Venue]:
        """Create and publish the conferences of a plan."""
        run = secrets.token_hex(4)
        venues = []
        for index in range(plan.conferences):
            venues.append(await self._make_one(plan, index, f"load-{run}-{index}"))
            if plan.conferences > 10 and (index + 1) % 10 == 0:
                told(f"{index + 1} of {plan.conferences} conferences made")
        return venues

    async def _make_one(self, plan: VenuePlan, index: int, slug: str) -> Venue:
        day = datetime.now(UTC).date() + timedelta(days=90)
        conferences = f"{BASE}/organisers/{self._organiser}/conferences"
        await self._post(
            conferences,
            {
                "slug": slug,
                "name": f"Load test {slug}",
                "description": "Made by the load tester.",
                "starts_on": day.isoformat(),
                "ends_on": (day + timedelta(days=1)).isoformat(),
                "time_zone": "Europe/Berlin",
                "currency": "EUR",
                "wait_list": plan.policy,
                "hold_seconds": plan.hold_s,
                "offer_seconds": plan.offer_s,
                "seats_per_reservation_max": 0,
                "holds_per_client_max": 0,
            },
            "create a conference",
        )
        quotas: dict[str, int] = {}
        for number, quota in enumerate(plan.quotas, 1):
            seat_type = {
                "name": f"Seat {number}",
                "kind": "admission",
                "price": {"amount": 12500, "currency": "EUR"},
                "quota": quota,
            }
            made = await self._post(f"{conferences}/{slug}/seat-types", seat_type, "add a seat type")
            quotas[_text(made, "id")] = quota
        await self._post(f"{conferences}/{slug}/publish", None, "publish a conference")
        return Venue(
            index=index,
            organiser=self._organiser,
            slug=slug,
            quotas=quotas,
            policy=plan.policy,
            authority=self._target.authority,
            token=self._token,
        )

    async def availability(self, venue: Venue) -> Availability | None:
        """What is left now, or ``None`` while the installation does not say."""
        answer = await self._ask(venue.availability())
        return read_availability(answer) if answer.status == 200 else None

    async def read_log(self, venue: Venue) -> AsyncIterator[Entry]:
        """The seats stream of a conference, from its audit feed, page by page."""
        after = ""
        for _ in range(PAGES_MAX):
            answer = await self._ask_patiently(venue.feed(after, PAGE))
            self._expect(answer, 200, "read the audit feed")
            page = read_page(answer.body)
            for item in page.items:
                entry = understand(item)
                if entry is not None:
                    yield entry
            if not page.items:
                return
            if str(page.items[-1].cursor) == after:
                raise Garbage("an audit feed whose cursor stands still")
            after = str(page.items[-1].cursor)
        raise Garbage(f"an audit feed of more than {PAGES_MAX} pages")

    async def withdraw(self, venue: Venue) -> None:
        """Take a conference out of the public list again."""
        await self._post(f"{venue.path}/unpublish", None, "unpublish a conference")

    async def _post(self, path: str, body: object, doing: str) -> dict[str, Any]:
        key = secrets.token_hex(16)
        if body is None:
            request = plain_request("POST", path, self._target.authority, self._token, key)
        else:
            head, tail = keyed_request("POST", path, self._target.authority, body, self._token)
            request = head + key.encode() + tail
        answer = await self._ask_again_while_busy(request)
        self._expect(answer, 201, doing)
        try:
            made = json.loads(answer.body)
        except ValueError as problem:
            raise Garbage(f"a {answer.status} that is no JSON: {answer.body[:80]!r}") from problem
        if not isinstance(made, dict):
            raise Garbage(f"a {answer.status} that is no object: {answer.body[:80]!r}")
        return made

    async def _ask(self, request: bytes) -> Answer:
        try:
            async with asyncio.timeout(self._timeout_s):
                async with self._turn:
                    return await self._connection.ask(request)
        except TimeoutError as problem:
            raise Lost(f"no answer within {self._timeout_s:g} s") from problem

    async def _ask_again_while_busy(self, request: bytes) -> Answer:
        """For writes with a key: 503 and 429 ask for the same again, after a while."""
        answer = await self._ask(request)
        for _ in range(PATIENT_TRIES):
            if answer.status not in (429, 503):
                break
            after = header(answer.head, "retry-after") or ""
            await asyncio.sleep(min(float(after), RETRY_AFTER_S_MAX) if after.isdigit() else PATIENT_PAUSE_S)
            answer = await self._ask(request)
        return answer

    async def _ask_patiently(self, request: bytes) -> Answer:
        """For reads: a server that comes back is given the time to."""
        for _ in range(PATIENT_TRIES - 1):
            try:
                answer = await self._ask(request)
            except (Lost, Unreachable):
                await asyncio.sleep(PATIENT_PAUSE_S)
                continue
            if answer.status != 503:
                return answer
            await asyncio.sleep(PATIENT_PAUSE_S)
        return await self._ask(request)

    def _expect(self, answer: Answer, status: int, doing: str) -> None:
        if answer.status in (200, status):
            return
        problem = read_problem(answer)
        if answer.status == 401:
            raise NotAllowed(f"The token is not accepted by {self._target} (401 {problem.slug}).")
        said = f"{answer.status} {problem.slug}" + (f": {problem.detail}" if problem.detail else "")
        raise NotAllowed(f"Could not {doing} at {self._target}: it answered {said.rstrip('.')}.")


def _text(made: dict[str, Any], name: str) -> str:
    value = made.get(name)
    if not isinstance(value, str) or not value:
        raise Garbage(f"an answer without {name!r}: {json.dumps(made)[:80]}")
    return value

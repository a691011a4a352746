"""What a started system says on its standard output, and the demo conference of a new data directory.

The demo is made over HTTP like any other conference. Its sign-in is kept in the data
directory, readable by its owner only.
"""

import asyncio
import logging
import os
import secrets
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from config.settings import Settings

log = logging.getLogger(__name__)

SIGN_IN = "demo-sign-in.txt"
SLUG = "demo"
REQUEST_S_MAX = 30.0

CONFERENCE = {
    "slug": SLUG,
    "name": "Demo Conference",
    "tagline": "Seats to try",
    "description": "Made by the first start. Holds last 20 seconds, so that one can watch them expire.",
    "location": "Nowhere in particular",
    "starts_on": "2030-05-06",
    "ends_on": "2030-05-08",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "hold_seconds": 20,
}
SEAT_TYPES = (
    {"name": "Standard", "kind": "admission", "price": {"amount": 24_900, "currency": "EUR"}, "quota": 200},
    {"name": "Front row", "kind": "admission", "price": {"amount": 39_900, "currency": "EUR"}, "quota": 1},
    {
        "name": "Workshop",
        "kind": "event",
        "price": {"amount": 9_900, "currency": "EUR"},
        "quota": 20,
        "requires_admission": True,
    },
)


async def greet(settings: Settings) -> None:
    """Prints where the system serves; makes the demo first when the data directory is new."""
    address = f"http://{settings.gateway.address}"
    sign_in = settings.data / SIGN_IN
    if not sign_in.exists() and not _has_logs(settings):
        timeout = aiohttp.ClientTimeout(total=REQUEST_S_MAX)
        try:
            async with aiohttp.ClientSession(f"{address}/api/v1/", timeout=timeout) as session:
                made = await _make_demo(session)
            await asyncio.to_thread(_keep, settings, made)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:  # The system serves without it.
            log.error("demo-not-made", extra={"problem": str(problem)})
    print(f"Serving on {address} (pages at {address}/docs, operators at http://{settings.gateway.operator_address})")
    if sign_in.exists():
        print(f"Demo organiser's sign-in: {sign_in}\nReserve a seat of the demo conference:")
        print(f"  {_curl(address, await asyncio.to_thread(_seat_type_in, sign_in))}", flush=True)
    else:
        print(end="", flush=True)


def _has_logs(settings: Settings) -> bool:
    return any((settings.data / "logs").iterdir())


async def _make_demo(session: aiohttp.ClientSession) -> dict[str, str]:
    password = secrets.token_urlsafe(18)
    email = "demo@contoso.example"
    organiser = await _post(session, "organisers", {"name": "Contoso Demo", "email": email, "password": password})
    session.headers["Authorization"] = f"Bearer {organiser['token']}"
    conferences = f"organisers/{organiser['id']}/conferences"
    await _post(session, conferences, CONFERENCE)
    ids = [(await _post(session, f"{conferences}/{SLUG}/seat-types", each))["id"] for each in SEAT_TYPES]
    await _post(session, f"{conferences}/{SLUG}/publish", None)
    return {
        "organiser": organiser["id"],
        "email": email,
        "password": password,
        "conference": SLUG,
        "seat_type_standard": ids[0],
        "seat_type_front_row": ids[1],
        "seat_type_workshop": ids[2],
    }


async def _post(session: aiohttp.ClientSession, path: str, body: Any) -> dict[str, Any]:
    async with session.post(path, json=body, headers={"Idempotency-Key": str(uuid4())}) as answer:
        answer.raise_for_status()
        made: dict[str, Any] = await answer.json()
        return made


def _keep(settings: Settings, made: dict[str, str]) -> None:
    lines = "".join(f"{name}={value}\n" for name, value in made.items())
    descriptor = os.open(settings.data / SIGN_IN, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(lines)


def _seat_type_in(sign_in: Path) -> str:
    lines = dict(line.split("=", 1) for line in sign_in.read_text("utf-8").splitlines())
    return lines["seat_type_standard"]


def _curl(address: str, seat_type: str) -> str:
    body = f'{{"items": [{{"seat_type": "{seat_type}", "quantity": 1}}]}}'
    return (
        f"curl -s {address}/api/v1/conferences/{SLUG}/reservations -H 'Content-Type: application/json' "
        f"-H \"Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)\" -d '{body}'"
    )

"""The whole product as a stranger runs it: ``run.py serve`` in a process of its own, spoken to over HTTP."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
START_S_MAX = 60.0
WAIT_S_MAX = 30.0
POLL_S = 0.02
PORTS = (12_000, 32_000)  # Below Linux's ephemeral ports: the actors take those.


class Reply(NamedTuple):
    """An HTTP answer; ``body`` is its JSON, or its text when it is none."""

    status: int
    body: Any
    headers: dict[str, str]


def wait_until(condition: Callable[[], Any], seconds: float = WAIT_S_MAX, what: str = "the condition") -> Any:
    """Polls until ``condition()`` is true and returns it; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(POLL_S)
    return value


def free_port() -> int:
    """A port that nobody listens on now, and that the kernel gives to nobody who asks for any."""
    while True:
        port = random.randrange(*PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Product:
    """One running installation on a data directory; settings are environment variables."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port, self.operator_port = free_port(), free_port()
        self._settings = settings
        self.command = [sys.executable, str(ROOT / "run.py"), "serve"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it serves."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CONTOSO_")}
        environment |= {
            "CONTOSO_DATA": str(self.data),
            "CONTOSO_ADDRESS": f"127.0.0.1:{self.port}",
            "CONTOSO_OPERATOR_ADDRESS": f"127.0.0.1:{self.operator_port}",
            **self._settings,
        }
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self.command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        wait_until(self._serves, START_S_MAX, "the first answer")

    def set(self, **settings: str) -> None:
        """Changes settings for the next start."""
        self._settings = {**self._settings, **settings}

    @property
    def log(self) -> Path:
        """What it printed, over all its starts."""
        return self.data.with_suffix(".log")

    @property
    def supervisor(self) -> int:
        """Process id of ``run.py serve``."""
        assert self._process is not None
        return self._process.pid

    def _serves(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"it ended: {self.log.read_text()[-2000:]}"
        try:
            return self.call("GET", "/api/v1/conferences").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self) -> int:
        """Asks it to drain; its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        status = self._process.wait(WAIT_S_MAX)
        self._process = None
        return status

    def kill_all(self) -> None:
        """kill -9 of the whole group at once: a power cut as the processes see it."""
        assert self._process is not None
        for pid in (*self.processes().keys(), self._process.pid):
            kill(pid)
        self._process.wait(WAIT_S_MAX)
        self._process = None

    def reserve(self, slug: str, seat_type: str, *, key: str | None = None, **more: Any) -> Reply:
        """Asks for one seat; ``more`` goes into the body."""
        body = {"items": [{"seat_type": seat_type, "quantity": 1}], **more}
        return self.call("POST", f"/api/v1/conferences/{slug}/reservations", body, key=key or str(uuid4()))

    def reservation(self, told: Any) -> Reply:
        """A reservation as it stands; ``told`` is the body that made it."""
        return self.call("GET", f"/api/v1/reservations/{told['id']}", token=told["token"])

    def cancel(self, told: Any) -> Reply:
        """Gives a reservation back."""
        return self.call("DELETE", f"/api/v1/reservations/{told['id']}", token=told["token"], key=str(uuid4()))

    def processes(self) -> dict[int, str]:
        """Process id and name of everything below the supervisor."""
        return descendants(self.supervisor)

    def pids_of(self, name: str) -> list[int]:
        """Processes of this name (as ``ps -o comm`` shows it, cut to 15 characters)."""
        return [pid for pid, found in self.processes().items() if found == name[:15]]

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = WAIT_S_MAX,
    ) -> Reply:
        """One request on a connection of its own; ``body`` goes as JSON."""
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, json.loads(text) if is_json else text.decode("utf-8", "replace"), found)


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Product]:
    """A started product, ended hard afterwards if the test has not stopped it."""
    product = Product(data, **settings)
    try:
        product.start()
        yield product
    finally:
        if product._process is not None:
            product.kill_all()


def kill(pid: int) -> None:
    """kill -9, also of one that has just ended."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def descendants(root: int) -> dict[int, str]:
    """Process id and name of all below ``root``, without those that have ended."""
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid, (state, parent) = int(stat.parent.name), text.rpartition(")")[2].split()[:2]
        if state != "Z":
            names[pid] = text[text.index("(") + 1 : text.rindex(")")]
            children.setdefault(int(parent), []).append(pid)
    found: dict[int, str] = {}
    pending = [root]
    while pending:
        for pid in children.get(pending.pop(), []):
            found[pid] = names[pid]
            pending.append(pid)
    return found


class Organiser(NamedTuple):
    """A registered organiser and its owner's session."""

    product: Product
    id: str
    token: str

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        """A request of the owner's; ``path`` is below ``/api/v1/organisers/{o}/conferences``."""
        return self.product.call(
            method, f"/api/v1/organisers/{self.id}/conferences{path}", body, token=self.token, **more
        )

    def conference(self, slug: str, seats: dict[str, int], **details: Any) -> dict[str, str]:
        """Plans and publishes a conference; seat type ids by name."""
        plan = {
            "slug": slug,
            "name": slug.title(),
            "description": "",
            "starts_on": "2030-05-01",
            "ends_on": "2030-05-02",
            "time_zone": "Europe/Berlin",
            "currency": "EUR",
            **details,
        }
        made = self.call("POST", "", plan, key=str(uuid4()))
        assert made.status == 201, made
        ids = {}
        for name, quota in seats.items():
            seat_type = {
                "name": name,
                "kind": "admission",
                "price": {"amount": 12_500, "currency": plan["currency"]},
                "quota": quota,
            }
            added = self.call("POST", f"/{slug}/seat-types", seat_type, key=str(uuid4()))
            assert added.status == 201, added
            ids[name] = added.body["id"]
        published = self.call("POST", f"/{slug}/publish")
        assert published.status == 200, published
        return ids


def register(product: Product) -> Organiser:
    """A new organiser."""
    body = {"name": "Test", "email": f"{uuid4()}@example.org", "password": "correct horse battery"}
    made = product.call("POST", "/api/v1/organisers", body)
    assert made.status == 201, made
    return Organiser(product, made.body["id"], made.body["token"])

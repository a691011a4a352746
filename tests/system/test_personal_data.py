"""What people say of themselves stands in no file of the installation and in no log line, and can be taken back.

Everything that the HTTP interface takes about a person is planted in the running product; then every file of the data
directory is searched, SQLite's write-ahead logs too. Apart are the folder where mails go when no SMTP server is
configured (mails are for their readers), and texts that organisers publish: names of organisers, conferences, seats.
"""

import email
import email.policy
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pyotp
import pytest

from tests.support.product import ROOT, Product, Reply, running, wait_until

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system")]

MARK = "plantedperson"
PASSWORD = f"{MARK} word of passing"
MAIL_FOLDER = "mail"


def person(name: str) -> dict[str, str]:
    return {"name": f"{name} Plantedperson", "email": f"{name}.{MARK}@example.org"}


class Planted(NamedTuple):
    """A product in which people said who they are, what would let somebody in, and an order of theirs."""

    product: Product
    secrets: list[str]
    organiser: str
    owner: str
    slug: str
    order: str
    order_token: str


def done(reply: Reply, *statuses: int) -> Any:
    assert reply.status in (statuses or (200, 201, 202, 204)), reply
    return reply.body


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with running(tmp_path_factory.mktemp("planted") / "data", CONTOSO_LOGS_LEVEL="debug") as product:
        yield plant(product)


def plant(product: Product) -> Planted:
    secrets = [PASSWORD]
    registration = {"name": "Planters Ltd", "email": person("owner")["email"], "password": PASSWORD}
    made = done(product.call("POST", "/api/v1/organisers", registration))
    organiser, owner = made["id"], made["token"]
    mine, slug = f"/api/v1/organisers/{organiser}", f"planted-{uuid4().hex[:8]}"
    accounts(product, owner, mine, secrets)
    seat_type = conference(product, owner, mine, slug)
    order, order_token = customers(product, slug, seat_type, secrets)
    refund = {"amount": {"amount": 100, "currency": "EUR"}, "reason": f"Sorry, {person('reason')['name']}"}
    done(
        product.call("POST", f"{mine}/conferences/{slug}/orders/{order}/refund", refund, token=owner, key=str(uuid4()))
    )
    badly(product, owner, mine, slug)
    for path in ("attendees", "orders", "events", "wait-list", "reservations", "badges.pdf"):
        done(product.call("GET", f"{mine}/conferences/{slug}/{path}", token=owner))
    wait_until(lambda: len(list((product.data / MAIL_FOLDER).glob("*.eml"))) >= 3, what="the mails")
    secrets += [owner, *mailed(product.data / MAIL_FOLDER)]
    return Planted(product, secrets, organiser, owner, slug, order, order_token)


def mailed(folder: Path) -> list[str]:
    """What lets the readers of the mails in: the tokens of their links."""
    texts = []
    for path in folder.glob("*.eml"):
        text = email.message_from_bytes(path.read_bytes(), policy=email.policy.default).get_body(("plain",))
        assert text is not None
        texts.append(text.get_content())
    found = re.findall(r"http\S+[#=]([A-Za-z0-9_-]{32})(?![A-Za-z0-9_-])", "\n".join(texts))
    assert len(found) >= 3, texts
    return found


def accounts(product: Product, owner: str, mine: str, secrets: list[str]) -> None:
    """Everything about those who sign in."""
    me = "/api/v1/accounts/current"
    address = person("owner")["email"]
    invited = {"email": person("member")["email"], "role": "viewer"}
    done(product.call("POST", f"{mine}/members", invited, token=owner))
    done(product.call("GET", f"{mine}/members", token=owner))
    done(product.call("POST", "/api/v1/password-resets", {"email": address}))
    done(product.call("POST", "/api/v1/password-resets", {"email": person("unknown")["email"]}))
    done(product.call("POST", "/api/v1/sessions", {"email": address, "password": f"wrong {MARK}"}), 401)
    done(product.call("POST", "/api/v1/sessions", {"email": person("nobody")["email"], "password": PASSWORD}), 401)
    session = done(product.call("POST", "/api/v1/sessions", {"email": address, "password": PASSWORD}))["token"]
    offered = done(product.call("POST", f"{me}/second-factor", {"password": PASSWORD}, token=session))["secret"]
    other = {"name": "Others Ltd", "email": person("other")["email"], "password": PASSWORD}
    others = done(product.call("POST", "/api/v1/organisers", other))["token"]
    second = done(product.call("POST", f"{me}/second-factor", {"password": PASSWORD}, token=others))["secret"]
    code = {"code": pyotp.TOTP(second).now()}
    confirmed = done(product.call("PUT", f"{me}/second-factor", code, token=others))["token"]
    token = done(product.call("POST", f"{mine}/tokens", {"name": "desk", "role": "viewer"}, token=owner))["token"]
    done(product.call("GET", f"{mine}/conferences", token=token))
    hook = {"url": "https://93.184.216.34/hook", "events": ["order.confirmed"]}
    secret = done(product.call("POST", f"{mine}/webhooks", hook, token=owner))["secret"]
    secrets += [session, others, offered, second, confirmed, token, secret, secret.removeprefix("whsec_")]


def conference(product: Product, owner: str, mine: str, slug: str) -> str:
    """A published conference with two seats and its key personnel; the seat type's id."""
    plan = {
        "slug": slug,
        "name": "Planted",
        "description": "",
        "starts_on": "2031-05-01",
        "ends_on": "2031-05-02",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
    }
    root = f"{mine}/conferences"
    done(product.call("POST", root, plan, token=owner, key=f"{MARK}@example.org-{uuid4()}"))
    seat = {"name": "Regular", "kind": "admission", "price": {"amount": 12_500, "currency": "EUR"}, "quota": 2}
    added = done(product.call("POST", f"{root}/{slug}/seat-types", seat, token=owner, key=str(uuid4())))
    terms = {
        "papers": {"submission": "none"},
        "fee": {"per_seat": 50, "borne_by": "organiser"},
        "personnel": [{"role": "Program chair", **person("chair")}],
    }
    path, version = f"{root}/{slug}/characteristics", {"If-Match": f'"{added["version"]}"'}
    laid_down = done(product.call("PUT", path, terms, token=owner, headers=version))
    fields = {"badge_fields": {added["id"]: [{"name": "company", "label": "Company", "required": True}]}}
    version = {"If-Match": f'"{laid_down["version"]}"'}
    done(product.call("PATCH", f"{root}/{slug}/terms", fields, token=owner, headers=version))
    done(product.call("POST", f"{root}/{slug}/publish", token=owner))
    return str(added["id"])


def customers(product: Product, slug: str, seat_type: str, secrets: list[str]) -> tuple[str, str]:
    """A buyer with an attendee, and somebody who waits; the order's id and token."""
    reserve = f"/api/v1/conferences/{slug}/reservations"
    items = [{"seat_type": seat_type, "quantity": 2}]
    held = done(product.call("POST", reserve, {"items": items}, key=f"{uuid4()}-{MARK}@example.org"))
    wish = {"items": items, "if_short": "wait", "email": person("waiter")["email"]}
    waiting = done(product.call("POST", reserve, wish, key=str(uuid4())), 202)
    path, body = f"/api/v1/reservations/{held['id']}/order", {"buyer": person("buyer"), "payment": "sandbox"}
    order = done(product.call("POST", path, body, token=held["token"], key=str(uuid4())))
    pay(order["payment_url"])
    path, token = f"/api/v1/orders/{order['id']}", order["token"]
    wait_until(lambda: product.call("GET", path, token=token).body["status"] == "confirmed", what="the payment")
    attendee = {**person("attendee"), "badge": {"company": f"{MARK} and daughters"}}
    done(product.call("PUT", f"{path}/seats/1/attendee", attendee, token=token))
    found = {"email": person("buyer")["email"], "access_code": order["access_code"]}
    done(product.call("POST", "/api/v1/orders/find", found))
    done(product.call("POST", "/api/v1/orders/find", found | {"access_code": "AAAAA-AAAAA"}), 404)
    done(product.call("GET", f"{path}/tickets.pdf", token=token))
    secrets += [held["token"], waiting["token"], token, order["access_code"]]
    return order["id"], token


def pay(url: str) -> None:
    data = urllib.parse.urlencode({"outcome": "pay"}).encode()
    with urllib.request.urlopen(url, data, timeout=30) as answer:  # noqa: S310 - the product's own page
        answer.read()


def badly(product: Product, owner: str, mine: str, slug: str) -> None:
    """The same where it has no place: none of it may reach a log line."""
    address = person("misplaced")["email"]
    quoted = urllib.parse.quote(address)
    for method, path, body, headers in (
        ("GET", f"/api/v1/conferences?q={quoted}", None, {"User-Agent": address, "X-Correlation-Id": address}),
        ("GET", f"/api/v1/orders/{quoted}?link={quoted}", None, {"Referer": address, "X-Forwarded-For": address}),
        ("GET", f"/{quoted}", None, {"Cookie": f"who={address}"}),
        ("POST", "/api/v1/organisers", {"name": "x", "email": address, "password": "short", address: address}, {}),
        ("POST", f"/api/v1/conferences/{slug}/reservations", {"items": [{"seat_type": address}]}, {}),
        ("POST", f"{mine}/members", {"email": "x", "role": address}, {"Authorization": f"Bearer {address}"}),
        ("PUT", f"/api/v1/invitations/{MARK}", {"password": PASSWORD}, {}),
        ("PUT", f"/api/v1/password-resets/{MARK}", {"password": PASSWORD}, {}),
        ("POST", "/api/v1/payments/sandbox/notice", {"payer": address}, {"X-Signature": address}),
        ("POST", f"{mine}/conferences/{slug}/check-ins", {"code": address, "where": "door"}, {}),
    ):
        reply = product.call(method, path, body, token=owner, key=f"{MARK}-{uuid4()}", headers=headers)
        assert reply.status < 500, (path, reply)


def leaks(data: Path, log: Path, wanted: list[bytes]) -> list[tuple[str, bytes]]:
    """Where these words stand, in any case of letters."""
    files = [path for path in data.rglob("*") if path.is_file() and MAIL_FOLDER not in path.relative_to(data).parts]
    assert any(path.name.endswith("-wal") for path in files), "a running system has write-ahead logs"
    found = []
    for path in [*files, log]:
        content = path.read_bytes()
        lower = content.lower()
        found += [(path.name, word) for word in wanted if word in content or word.lower() in lower]
    return found


def test_no_file_and_no_log_line_holds_anything_about_a_person(planted: Planted) -> None:
    assert leaks(planted.product.data, planted.product.log, [MARK.encode()]) == []


def test_no_file_and_no_log_line_holds_what_lets_somebody_in(planted: Planted) -> None:
    words = [secret.encode() for secret in planted.secrets]
    assert leaks(planted.product.data, planted.product.log, words) == []


def test_the_search_finds_what_is_there(planted: Planted) -> None:
    mails = b"".join(path.read_bytes() for path in (planted.product.data / MAIL_FOLDER).glob("*.eml"))
    assert MARK.encode() in mails, "mails go to people"
    found = {name for name, _ in leaks(planted.product.data, planted.product.log, [planted.slug.encode()])}
    assert {"accounts.db-wal", "readmodels.db-wal"} & found


def told(planted: Planted, *arguments: str) -> str:
    """What a command says beside the running system."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONTOSO_")}
    environment["CONTOSO_DATA"] = str(planted.product.data)
    command = [sys.executable, str(ROOT / "run.py"), *arguments]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert ran.returncode == 0, ran
    return ran.stdout


@pytest.mark.parametrize("name", ["owner", "member", "waiter", "buyer", "attendee", "chair"])
def test_everybody_is_found_by_their_address(planted: Planted, name: str) -> None:
    document = json.loads(told(planted, "person", "export", "--email", person(name)["email"].upper()))
    assert document["subjects"]
    places = {
        kind for subject in document["subjects"] for kind in ("orders", "seats", "reservations") if kind in subject
    }
    assert places == {"waiter": {"reservations"}, "buyer": {"orders"}, "attendee": {"seats"}}.get(name, set())
    assert (document["account"] is not None) == (name in ("owner", "member"))


def test_whoever_is_erased_beside_the_running_system_is_gone_and_all_else_stays_whole(planted: Planted) -> None:
    path = f"/api/v1/orders/{planted.order}"
    mine = f"/api/v1/organisers/{planted.organiser}/conferences/{planted.slug}"
    before = planted.product.call("GET", path, token=planted.order_token).body
    assert before["seats"][0]["attendee"]["name"] == person("attendee")["name"]
    sales = planted.product.call("GET", f"{mine}/sales", token=planted.owner).body
    told(planted, "person", "erase", "--email", person("attendee")["email"])
    after = planted.product.call("GET", path, token=planted.order_token).body
    assert after["seats"][0]["attendee"] is None
    assert {**after, "seats": None} == {**before, "seats": None}
    assert planted.product.call("GET", f"{mine}/sales", token=planted.owner).body == sales
    document = json.loads(told(planted, "person", "export", "--email", person("attendee")["email"]))
    assert document == {"email": person("attendee")["email"], "account": None, "subjects": []}
    listed = planted.product.call("GET", f"{mine}/attendees", token=planted.owner)
    assert person("attendee")["email"] not in json.dumps(listed.body)

"""Invitations and password resets as people meet them: the link in the mail, the page behind it, and signing in."""

import email
import email.policy
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.product import register, running, wait_until

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("system")]

BOB = "bob@example.org"
CHOSEN, ANOTHER = "a password of my own", "another one of my own"


def link_to(address: str, page: str, folder: Path) -> tuple[str, str]:
    """The path and the secret part of the link to a page in the mail to somebody."""
    for path in folder.glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        text = mail.get_body(("plain",))
        assert text is not None
        link = re.search(rf"http\S+/{page}#\S+", text.get_content())
        if link and mail["To"] == address:
            parts = urlsplit(link[0])
            return parts.path, parts.fragment
    return "", ""


def test_an_invited_member_chooses_a_password_and_later_another(tmp_path: Path) -> None:
    with running(tmp_path / "data") as product:
        organiser, folder = register(product), product.data / "mail"
        members = f"/api/v1/organisers/{organiser.id}/members"
        invited = {"email": BOB, "role": "manager"}
        assert product.call("POST", members, invited, token=organiser.token).status == 201
        page, token = wait_until(
            lambda: next(filter(all, [link_to(BOB, "invitations", folder)]), None), what="the mail"
        )
        assert "mailed-links.js" in product.call("GET", page).body
        accepted = product.call("PUT", f"/api/v1/invitations/{token}", {"password": CHOSEN})
        assert (accepted.status, accepted.body["role"]) == (200, "manager")
        session = product.call("POST", "/api/v1/sessions", {"email": BOB, "password": CHOSEN})
        assert session.body["organisers"] == [{"id": organiser.id, "name": "Test", "role": "manager"}]

        assert product.call("POST", "/api/v1/password-resets", {"email": BOB}).status == 202
        page, token = wait_until(
            lambda: next(filter(all, [link_to(BOB, "password-resets", folder)]), None), what="the other mail"
        )
        assert "mailed-links.js" in product.call("GET", page).body
        assert product.call("PUT", f"/api/v1/password-resets/{token}", {"password": ANOTHER}).status == 204
        root = f"/api/v1/organisers/{organiser.id}/conferences"
        wait_until(lambda: product.call("GET", root, token=session.body["token"]).status == 401, 3.0, "the end of it")
        assert product.call("POST", "/api/v1/sessions", {"email": BOB, "password": CHOSEN}).status == 401
        assert product.call("POST", "/api/v1/sessions", {"email": BOB, "password": ANOTHER}).status == 201

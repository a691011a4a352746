"""People are exported, erased and sealed under a new key, in the files of an installation."""

import base64
import json
from pathlib import Path

import pytest

import run
from storage.accounts import Member
from storage.exclusive import alone
from storage.keys import KeyRefused, open_keys
from storage.sqlite.accounts import SqliteAccounts
from storage.sqlite.vault import SqliteVault
from storage.sqlite.webhooks import SqliteWebhooks
from storage.webhooks import Subscription, Webhook

ANA = {"name": "Ana Plantedname", "email": "ana.planted@example.org"}
PLANTED = (b"Plantedname", b"ana.planted", b"example.org")
HOOK = Webhook("w1", "o1", "https://example.com/", ("order.confirmed",), 0)


class Installation:
    """The stores of one, opened as long as a test needs them."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def accounts(self, key: bytes | None = None) -> SqliteAccounts:
        return SqliteAccounts(self.data / "accounts.db", key or open_keys(self.data).vault())

    def vault(self, key: bytes | None = None) -> SqliteVault:
        return SqliteVault(self.data / "vault.db", key or open_keys(self.data).vault())

    def webhooks(self, key: bytes | None = None) -> SqliteWebhooks:
        return SqliteWebhooks(self.data / "webhooks.db", key or open_keys(self.data).vault())

    def on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.data.rglob("*")) if path.is_file())


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Ana is a customer of two organisers, and a member of one."""
    monkeypatch.setenv("CONTOSO_DATA", str(tmp_path))
    made = Installation(tmp_path)
    accounts = made.accounts()
    one = accounts.register("One", "owner@example.com", "hash", b"1", 1_000)
    two = accounts.register("Two", "other@example.com", "hash", b"2", 1_000)
    assert one is not None
    assert two is not None
    ana = accounts.add_member(one, ANA["email"], "viewer")
    assert isinstance(ana, Member)
    accounts.accept_member(one, ana.account)
    vault = made.vault()
    vault.keep("buyer", ANA, one)
    vault.keep("attendee", ANA | {"badge.diet": "vegan"}, two)
    vault.keep("mail", {"email": "ANA.Planted@example.org"})
    vault.keep("bob", {"name": "Bob", "email": "bob@example.com"}, one)
    webhooks = made.webhooks()
    webhooks.add(HOOK, "whsec_secret")
    for store in (accounts, vault, webhooks):
        store.close()
    return made


def organiser(installation: Installation, name: str) -> str:
    accounts = installation.accounts()
    found = next(each for each in accounts.organisers() if accounts.organiser(each) == name)
    accounts.close()
    return found


def test_a_person_is_exported_from_everywhere(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["person", "export", "--email", "Ana.Planted@Example.org"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["account"]["roles"] == {organiser(installation, "One"): "viewer"}
    fields = {each["subject"]: each["fields"] for each in document["subjects"]}
    assert fields == {
        "buyer": ANA,
        "attendee": ANA | {"badge.diet": "vegan"},
        "mail": {"email": "ANA.Planted@example.org"},
    }


def test_an_organiser_exports_its_own_customer_only(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["person", "export", "--email", ANA["email"], "--organiser", organiser(installation, "Two")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["account"] is None
    assert [each["subject"] for each in document["subjects"]] == ["attendee"]


def test_a_person_is_erased_from_everywhere(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["person", "erase", "--email", ANA["email"]]) == 0
    assert "3 subjects" in capsys.readouterr().out
    assert run.main(["person", "export", "--email", ANA["email"]]) == 0
    assert json.loads(capsys.readouterr().out) == {"email": ANA["email"], "account": None, "subjects": []}
    vault = installation.vault()
    assert vault.get("buyer") is vault.get("attendee") is None
    assert vault.get("bob") is not None
    vault.close()


def test_an_organiser_erases_its_own_customer_only(installation: Installation) -> None:
    assert run.main(["person", "erase", "--email", ANA["email"], "--organiser", organiser(installation, "One")]) == 0
    vault, accounts = installation.vault(), installation.accounts()
    assert vault.get("buyer") is None
    assert vault.get("attendee") is not None
    account = accounts.find(ANA["email"])
    assert account is not None
    assert accounts.memberships(account.id) == []
    vault.close()
    accounts.close()


def test_the_last_owner_is_not_erased_and_said_to_be(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["person", "erase", "--email", "owner@example.com"]) == 1
    assert organiser(installation, "One") in capsys.readouterr().err


def test_no_file_holds_what_the_vault_was_given(installation: Installation) -> None:
    assert not [planted for planted in PLANTED if planted in installation.on_disk()]


def test_a_new_key_leaves_everything_readable_and_the_old_one_opens_nothing(installation: Installation) -> None:
    old = open_keys(installation.data).vault()
    assert run.main(["vault", "rotate"]) == 0
    new = open_keys(installation.data).vault()
    assert new != old
    vault, accounts, webhooks = installation.vault(), installation.accounts(), installation.webhooks()
    assert vault.get("buyer") == ANA
    assert vault.find_by_email(organiser(installation, "One"), ANA["email"]) == ["buyer"]
    assert accounts.find(ANA["email"]) is not None
    assert webhooks.subscription("w1") == Subscription(HOOK, "whsec_secret")
    for store in (vault, accounts, webhooks):
        store.close()
    accounts = installation.accounts(old)
    assert accounts.find(ANA["email"]) is None
    accounts.close()


def test_a_rotation_that_was_stopped_is_ended_by_the_next(installation: Installation) -> None:
    key, fresh = open_keys(installation.data).next_vault()
    vault = installation.vault(key)
    vault.rotate(fresh)  # … and then the power went, before the accounts' turn.
    vault.close()
    with pytest.raises(KeyRefused, match="run vault rotate again"):
        open_keys(installation.data).vault()
    assert run.main(["vault", "rotate"]) == 0
    assert open_keys(installation.data).vault() == fresh
    vault, accounts = installation.vault(), installation.accounts()
    assert vault.get("buyer") == ANA
    assert accounts.find(ANA["email"]) is not None
    vault.close()
    accounts.close()


def test_nothing_is_rotated_beside_a_running_system(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    with alone(installation.data):
        assert run.main(["vault", "rotate"]) == 1
    assert "running" in capsys.readouterr().err


def test_the_key_may_come_from_the_environment(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    key, fresh = open_keys(installation.data).vault(), bytes(range(32))
    (installation.data / "keys" / "vault").unlink()
    monkeypatch.setenv("CONTOSO_VAULT_KEY", base64.b64encode(key).decode())
    assert run.main(["vault", "rotate"]) == 1, "the new key is missing"
    monkeypatch.setenv("CONTOSO_VAULT_NEXT_KEY", base64.b64encode(fresh).decode())
    assert run.main(["vault", "rotate"]) == 0
    vault = installation.vault(fresh)
    assert vault.get("buyer") == ANA
    vault.close()
    assert not (installation.data / "keys" / "vault").exists()


def test_a_lost_second_factor_is_forgotten(installation: Installation) -> None:
    accounts = installation.accounts()
    account = accounts.find(ANA["email"])
    assert account is not None
    accounts.set_totp(account.id, "SECRET")
    accounts.close()
    assert run.main(["person", "forget-second-factor", "--email", ANA["email"]]) == 0
    assert run.main(["person", "forget-second-factor", "--email", "nobody@example.org"]) == 1
    accounts = installation.accounts()
    found = accounts.account(account.id)
    assert found is not None
    assert found.totp_secret is None
    accounts.close()


def test_where_nothing_is_installed_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTOSO_DATA", str(tmp_path / "nothing"))
    assert run.main(["person", "export", "--email", ANA["email"]]) == 1
    assert run.main(["vault", "rotate"]) == 1
    assert not (tmp_path / "nothing").exists()

"""What is known of a person, and forgetting them: ``run.py person``; a new key for it all: ``run.py vault rotate``.

A person is whoever has an e-mail address: subjects of the vault (buyers, attendees, who waits, key personnel, receivers
of mails), and an account. Erasing destroys their keys with the rows; logs, counts and statements hold opaque ids only
and stay whole. All but the rotation works beside a running system, which believes a session for a second at most.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import msgspec

from config.settings import Settings
from gateway.personal_places import Places, finder, nowhere
from storage.accounts import Accounts, LastOwner
from storage.exclusive import Running, alone
from storage.failures import Unavailable
from storage.keys import KeyRefused, decoded, open_keys
from storage.sqlite.accounts import SqliteAccounts
from storage.sqlite.vault import SqliteVault
from storage.sqlite.webhooks import SqliteWebhooks
from storage.vault import Unreadable, Vault

OK: Final = 0
WRONG: Final = 1
NO_SCOPE: Final = ""
"""The vault's scope of people who are no organiser's customers."""


class Subject(NamedTuple):
    """A subject of the vault, and whose customer it is."""

    organiser: str
    subject: str


def export(settings: Settings, email: str, organiser: str | None) -> int:
    """Prints all that is known of a person as JSON."""
    with _told(), _opened(settings) as (accounts, vault):
        document = known(accounts, vault, email, organiser, finder(settings.data / "readmodels.db"))
        print(msgspec.json.format(msgspec.json.encode(document)).decode())
        return OK
    return WRONG


def erase(settings: Settings, email: str, organiser: str | None) -> int:
    """Forgets a person, and says how much was forgotten (without a name: who asks knows it)."""
    with _told(), _opened(settings) as (accounts, vault):
        subjects = [
            subject for subject in subjects_of(accounts, vault, email, organiser) if vault.erase(subject.subject)
        ]
        print(f"{len(subjects)} subjects of the vault were erased.")
        return _erase_account(accounts, vault, email, organiser)
    return WRONG


def known(
    accounts: Accounts,
    vault: Vault,
    email: str,
    organiser: str | None,
    places_of: Callable[[str], Places] = nowhere,
) -> dict[str, Any]:
    """What is known of a person, to one organiser or in the whole installation."""
    document: dict[str, Any] = {"email": email, "account": None, "subjects": []}
    account = accounts.find(email)
    if account is not None:
        memberships = accounts.memberships(account.id)
        roles = {each.organiser: each.role for each in memberships if organiser in (None, each.organiser)}
        if roles or organiser is None:
            second_factor = account.totp_secret is not None
            document["account"] = {"id": account.id, "second_factor": second_factor, "roles": roles}
    for found in subjects_of(accounts, vault, email, organiser):
        document["subjects"].append(
            {
                "organiser": found.organiser,
                "subject": found.subject,
                "fields": vault.get(found.subject),
                **places_of(found.subject),
            }
        )
    return document


def subjects_of(accounts: Accounts, vault: Vault, email: str, organiser: str | None) -> list[Subject]:
    """The subjects with this address; with an organiser, its own only."""
    scopes = [NO_SCOPE, *accounts.organisers()] if organiser is None else [organiser]
    return [Subject(scope, subject) for scope in scopes for subject in vault.find_by_email(scope, email)]


def _erase_account(accounts: Accounts, vault: Vault, email: str, organiser: str | None) -> int:
    """The account, unless it is needed; with an organiser, its membership there only."""
    account = accounts.find(email)
    if account is None:
        return OK
    if organiser is not None:
        outcome = accounts.remove_member(organiser, account.id)
        done = "The membership was removed."
    else:
        outcome = accounts.erase_account(account.id)
        done = "The account was erased."
    if isinstance(outcome, LastOwner):
        print(f"The account stays: it is the last owner of {', '.join(outcome.organisers)}.", file=sys.stderr)
        return WRONG
    if outcome:
        print(done)
    return OK


def forget_second_factor(settings: Settings, email: str) -> int:
    """For somebody who has lost it: from now on the password is enough."""
    with _told(), _opened(settings) as (accounts, _vault):
        account = accounts.find(email)
        if account is None:
            print("There is no account with this address.", file=sys.stderr)
            return WRONG
        accounts.set_totp(account.id, None)
        print("The account has no second factor any more; all its sessions have ended.")
        return OK
    return WRONG


def rotate(settings: Settings) -> int:
    """Wraps all keys of subjects, accounts and webhooks under a new one; stopped, it is ended by running it again."""
    data, keys = settings.data, open_keys(settings.data)
    with _told(), alone(data):
        in_settings = bool(settings.vault.key)
        if in_settings and not settings.vault.next_key:
            print("The vault's key is a setting: give the new one as CONTOSO_VAULT_NEXT_KEY.", file=sys.stderr)
            return WRONG
        if in_settings:
            key, fresh = decoded(settings.vault.key), decoded(settings.vault.next_key)
        else:
            key, fresh = keys.next_vault()
        count = 0
        for name, kind in (("vault", SqliteVault), ("accounts", SqliteAccounts), ("webhooks", SqliteWebhooks)):
            store = kind(data / f"{name}.db", key)
            try:
                count += store.rotate(fresh)
            finally:
                store.close()
        if in_settings:
            print(f"{count} keys are wrapped under the new key: it is CONTOSO_VAULT_KEY from now on.")
        else:
            keys.end_vault_rotation()
            print(f"{count} keys are wrapped under a new key. Backups from before need the old one, which is gone.")
        return OK
    return WRONG


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Accounts, Vault]]:
    if not (settings.data / "accounts.db").exists():
        raise Running(f"There is no installation in {settings.data}.")
    key = open_keys(settings.data, settings.vault.key).vault()
    accounts = SqliteAccounts(settings.data / "accounts.db", key)
    try:
        vault = SqliteVault(settings.data / "vault.db", key)
        try:
            yield accounts, vault
        finally:
            vault.close()
    finally:
        accounts.close()


@contextmanager
def _told() -> Iterator[None]:
    """Tells what keeps a command from its work; the command then goes on behind the block."""
    try:
        yield
    except (Running, Unavailable, Unreadable, KeyRefused) as problem:
        print(f"run.py: {problem}", file=sys.stderr)

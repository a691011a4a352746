"""The port for organisers, the people who sign in, and what lets them in: low-rate facts in ordinary transactions.

Tokens are given as SHA-256 hashes and passwords as the hashes that the gateway makes: what lets
somebody in is never stored. Addresses and second factors are sealed, under a key per account as in the vault; an
address is compared as ``storage.addresses.normal_address`` has it. Times come from the caller. Every method may
raise ``storage.failures.Unavailable``.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

Role = Literal["viewer", "box_office", "manager", "owner"]
LinkKind = Literal["invitation", "reset"]

MEMBERS_PER_ORGANISER_MAX = 500
TOKENS_PER_ORGANISER_MAX = 100
SESSIONS_PER_ACCOUNT_MAX = 20
"""Whoever signs in once more loses the session that would have ended first."""
LINKS_PER_ACCOUNT_MAX = 20
"""Whoever is sent one more of a kind loses the link that would have ended first."""

NEVER_MS = 2**62
"""When an API token expires."""


class Account(NamedTuple):
    """A person who can sign in; ``password_hash`` is None until an invitation is accepted.

    ``totp_offered`` is a second factor that is not confirmed yet.
    """

    id: str
    password_hash: str | None
    email: str = ""
    totp_secret: str | None = None
    totp_offered: str | None = None


class Principal(NamedTuple):
    """Who a token stands for: an account's session, or an API token (``token``: its id) of one organiser."""

    account: str | None
    roles: Mapping[str, Role]
    expires_at_ms: int
    token: str | None = None


class Membership(NamedTuple):
    """An organiser that an account is a member of."""

    organiser: str
    name: str
    role: Role


class Member(NamedTuple):
    """A member of an organiser; ``pending`` until the invitation is accepted."""

    account: str
    email: str
    role: Role
    pending: bool


class ApiToken(NamedTuple):
    """An organiser's API token, without what lets it in."""

    id: str
    name: str
    role: Role
    created_at_ms: int
    last_used_at_ms: int | None


class Link(NamedTuple):
    """What was sent to an account's address, to be used once: an invitation to ``organiser``, or a password reset."""

    kind: LinkKind
    account: str
    organiser: str | None
    expires_at_ms: int


class Claim(NamedTuple):
    """Whose a slug is, and of which conference."""

    slug: str
    conference: str
    organiser: str


class Claimed(NamedTuple):
    """The slug is this conference's; a repeated key gets the conference of the first time."""

    claim: Claim


class Taken(NamedTuple):
    """The slug is another conference's."""

    claim: Claim


class KeyReused(NamedTuple):
    """The organiser used this key before, for something else."""

    key: bytes


class TooMany(NamedTuple):
    """Refused: the organiser has as many as are allowed."""

    limit: int


class LastOwner(NamedTuple):
    """Refused: nobody could give roles any more. ``organisers``: of which they are the last owner."""

    account: str
    organisers: tuple[str, ...] = ()


class People(Protocol):
    """Organisers and their members."""

    def register(self, name: str, email: str, password_hash: str, token_hash: bytes, expires_at_ms: int) -> str | None:
        """A new organiser with its owner and the owner's session; its id, or ``None`` when the address is known."""
        ...

    def organiser(self, organiser: str) -> str | None:
        """Its name."""
        ...

    def organisers(self) -> list[str]:
        """The ids of all."""
        ...

    def find(self, email: str) -> Account | None: ...
    def account(self, account: str) -> Account | None: ...

    def memberships(self, account: str) -> list[Membership]:
        """All organisers of one account, by name; not those whose invitation is open."""
        ...

    def members(self, organiser: str) -> list[Member]:
        """All members of one organiser, by address."""
        ...

    def add_member(self, organiser: str, email: str, role: Role) -> Member | TooMany:
        """Adds whoever has this address, pending, making an account without password when there is none.

        Whoever is pending already gets the new role; a member is answered as they are.
        """
        ...

    def accept_member(self, organiser: str, account: str) -> bool:
        """No longer pending; False when they are no member."""
        ...

    def set_role(self, organiser: str, account: str, role: Role) -> bool | LastOwner:
        """False when they are no member."""
        ...

    def remove_member(self, organiser: str, account: str) -> bool | LastOwner:
        """False when they were no member."""
        ...

    def set_password(self, account: str, password_hash: str) -> None:
        """Also ends all sessions and reset links of the account."""
        ...

    def offer_totp(self, account: str, secret: str) -> None:
        """Keeps a second factor that the account is to confirm, in place of one offered before."""
        ...

    def set_totp(self, account: str, secret: str | None) -> None:
        """Sets the second factor, or ends it; also ends all sessions of the account and what was offered."""
        ...

    def use_totp_step(self, account: str, step: int) -> bool:
        """True once for each time step and never for an older one: a code that was seen does not work again."""
        ...

    def erase_account(self, account: str) -> bool | LastOwner:
        """Removes the account with its key and all that is theirs; False when there was none."""
        ...


class Credentials(Protocol):
    """Sessions, API tokens and mailed links."""

    def open_session(self, account: str, token_hash: bytes, expires_at_ms: int) -> None: ...
    def close_session(self, token_hash: bytes) -> None: ...
    def close_sessions(self, account: str) -> None: ...

    def principal(self, token_hash: bytes, now_ms: int) -> Principal | None:
        """Who this token stands for, unless it is unknown, revoked or over."""
        ...

    def add_token(self, organiser: str, token: ApiToken, token_hash: bytes) -> TooMany | None: ...

    def tokens(self, organiser: str) -> list[ApiToken]:
        """By the time they were made."""
        ...

    def revoke_token(self, organiser: str, token: str) -> bool:
        """False when the organiser has no such token."""
        ...

    def note_token_use(self, token: str, at_ms: int) -> None: ...
    def add_link(self, link: Link, token_hash: bytes) -> None: ...

    def find_link(self, token_hash: bytes, kind: LinkKind, now_ms: int) -> Link | None:
        """The link, still to be used: None when unknown, of another kind, over or used."""
        ...

    def use_link(self, token_hash: bytes, kind: LinkKind, now_ms: int) -> Link | None:
        """The link, once: None when unknown, of another kind, over or used."""
        ...

    def drop_expired(self, now_ms: int) -> None:
        """Removes sessions and links that are over."""
        ...


class Slugs(Protocol):
    """The names of conferences in addresses, unique in the installation."""

    def claim_slug(
        self, slug: str, organiser: str, conference: str, key: bytes, fingerprint: bytes
    ) -> Claimed | Taken | KeyReused:
        """Takes a slug; the same key with the same fingerprint gets the first answer again."""
        ...

    def claim(self, slug: str, organiser: str, conference: str) -> Claim:
        """Takes the slug for the conference, unless it is taken: answers whose it is now."""
        ...

    def claimed(self, slug: str) -> Claim | None: ...
    def claim_of(self, conference: str) -> Claim | None: ...

    def claims(self, organiser: str | None = None, after: str = "", limit: int = 200) -> list[Claim]:
        """By slug, those after the given one; of every organiser when none is named."""
        ...


class Accounts(People, Credentials, Slugs, Protocol):
    """All of it, in one store."""

    def close(self) -> None: ...

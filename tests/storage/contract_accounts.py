"""What every adapter of the accounts promises. A test module subclasses it and says what ``accounts`` are."""

import pytest

from storage.accounts import (
    LINKS_PER_ACCOUNT_MAX,
    MEMBERS_PER_ORGANISER_MAX,
    NEVER_MS,
    SESSIONS_PER_ACCOUNT_MAX,
    TOKENS_PER_ORGANISER_MAX,
    Account,
    Accounts,
    ApiToken,
    Claim,
    Claimed,
    KeyReused,
    LastOwner,
    Link,
    Member,
    Membership,
    Principal,
    Taken,
    TooMany,
)

ANA = "ana@example.org"


def hashed(name: str) -> bytes:
    return name.encode().ljust(32, b".")


def registered(accounts: Accounts, name: str = "Contoso", email: str = ANA) -> tuple[str, str]:
    """A new organiser and its owner's account."""
    organiser = accounts.register(name, email, f"hash of {email}", hashed(f"first session of {email}"), 1_000)
    assert organiser is not None
    account = accounts.find(email)
    assert account is not None
    return organiser, account.id


class AccountsContract:
    """Subclasses give the fixture ``accounts``: an empty store."""

    @pytest.fixture
    def accounts(self) -> Accounts:
        raise NotImplementedError

    def test_registering_makes_an_owner_who_is_signed_in(self, accounts: Accounts) -> None:
        organiser, account = registered(accounts)
        assert accounts.organiser(organiser) == "Contoso"
        assert accounts.find(ANA) == accounts.account(account) == Account(account, f"hash of {ANA}", ANA)
        assert accounts.memberships(account) == [Membership(organiser, "Contoso", "owner")]
        assert accounts.members(organiser) == [Member(account, ANA, "owner", pending=False)]
        token = hashed(f"first session of {ANA}")
        assert accounts.principal(token, 999) == Principal(account, {organiser: "owner"}, 1_000)

    def test_an_address_registers_once_however_it_is_spelled(self, accounts: Accounts) -> None:
        organiser, account = registered(accounts, email=" Ana@Example.ORG")
        assert accounts.register("Other", "ANA@example.org ", "other", hashed("other"), 1_000) is None
        found = accounts.find("aNa@eXample.org")
        assert found == Account(account, "hash of  Ana@Example.ORG", ANA)
        assert accounts.memberships(account) == [Membership(organiser, "Contoso", "owner")]
        assert accounts.principal(hashed("other"), 0) is None

    def test_whoever_is_unknown_is_absent(self, accounts: Accounts) -> None:
        assert accounts.find(ANA) is None
        assert accounts.account("a") is None
        assert accounts.organiser("o") is None
        assert accounts.principal(hashed("x"), 0) is None
        assert accounts.memberships("a") == []
        assert accounts.members("o") == []
        assert accounts.tokens("o") == []

    def test_a_session_ends_at_its_time_and_when_it_is_closed(self, accounts: Accounts) -> None:
        _organiser, account = registered(accounts)
        for name, ends in (("one", 50), ("two", 80), ("three", 80)):
            accounts.open_session(account, hashed(name), ends)
        assert accounts.principal(hashed("one"), 49) is not None
        assert accounts.principal(hashed("one"), 50) is None
        accounts.close_session(hashed("two"))
        assert accounts.principal(hashed("two"), 0) is None
        assert accounts.principal(hashed("three"), 0) is not None
        accounts.close_sessions(account)
        assert accounts.principal(hashed("three"), 0) is None

    def test_the_session_that_ends_first_makes_room_for_one_too_many(self, accounts: Accounts) -> None:
        _organiser, account = registered(accounts)
        accounts.close_sessions(account)
        for number in range(SESSIONS_PER_ACCOUNT_MAX):
            accounts.open_session(account, hashed(f"{number}"), 100 + number)
        accounts.open_session(account, hashed("short"), 10)
        known = [number for number in range(SESSIONS_PER_ACCOUNT_MAX) if accounts.principal(hashed(f"{number}"), 0)]
        assert known == list(range(1, SESSIONS_PER_ACCOUNT_MAX))
        assert accounts.principal(hashed("short"), 0) is not None

    def test_what_is_over_is_dropped(self, accounts: Accounts) -> None:
        _organiser, account = registered(accounts)
        accounts.open_session(account, hashed("long"), 2_000)
        accounts.add_link(Link("reset", account, None, 1_000), hashed("link"))
        accounts.drop_expired(1_000)
        assert accounts.principal(hashed(f"first session of {ANA}"), 0) is None
        assert accounts.use_link(hashed("link"), "reset", 0) is None
        assert accounts.principal(hashed("long"), 0) is not None

    def test_a_new_password_ends_all_sessions(self, accounts: Accounts) -> None:
        _organiser, account = registered(accounts)
        accounts.set_password(account, "new")
        assert accounts.principal(hashed(f"first session of {ANA}"), 0) is None
        found = accounts.find(ANA)
        assert found is not None
        assert found.password_hash == "new"

    def test_an_invited_member_is_pending_until_the_invitation_is_accepted(self, accounts: Accounts) -> None:
        organiser, _owner = registered(accounts)
        bob = accounts.add_member(organiser, "Bob@example.org", "viewer")
        assert isinstance(bob, Member)
        assert bob == Member(bob.account, "bob@example.org", "viewer", pending=True)
        assert accounts.find("bob@example.org") == Account(bob.account, None, "bob@example.org")
        accounts.set_password(bob.account, "hash")
        accounts.open_session(bob.account, hashed("bob"), 100)
        assert [member.pending for member in accounts.members(organiser)] == [False, True]
        assert accounts.principal(hashed("bob"), 0) == Principal(bob.account, {}, 100)
        assert accounts.memberships(bob.account) == []
        assert accounts.accept_member(organiser, bob.account) is True
        assert accounts.accept_member("other", bob.account) is False
        assert [member.pending for member in accounts.members(organiser)] == [False, False]
        assert accounts.principal(hashed("bob"), 0) == Principal(bob.account, {organiser: "viewer"}, 100)

    def test_an_invitation_gives_a_member_no_other_role(self, accounts: Accounts) -> None:
        organiser, ana = registered(accounts)
        assert accounts.add_member(organiser, ANA, "viewer") == Member(ana, ANA, "owner", pending=False)
        bob = accounts.add_member(organiser, "bob@example.org", "viewer")
        assert isinstance(bob, Member)
        assert accounts.add_member(organiser, "bob@example.org", "manager") == bob._replace(role="manager")

    def test_a_pending_owner_is_no_owner_yet(self, accounts: Accounts) -> None:
        organiser, ana = registered(accounts)
        accounts.add_member(organiser, "bob@example.org", "owner")
        assert accounts.remove_member(organiser, ana) == LastOwner(ana, (organiser,))

    def test_one_account_has_a_role_in_each_organiser(self, accounts: Accounts) -> None:
        first, ana = registered(accounts, "First")
        second, bob = registered(accounts, "Second", "bob@example.org")
        assert accounts.add_member(second, ANA, "manager") == Member(ana, ANA, "manager", pending=True)
        accounts.accept_member(second, ana)
        assert accounts.memberships(ana) == [
            Membership(first, "First", "owner"),
            Membership(second, "Second", "manager"),
        ]
        assert [member.account for member in accounts.members(second)] == [ana, bob]
        principal = accounts.principal(hashed(f"first session of {ANA}"), 0)
        assert principal is not None
        assert principal.roles == {first: "owner", second: "manager"}

    def test_a_removed_member_may_nothing_there_any_more(self, accounts: Accounts) -> None:
        organiser, ana = registered(accounts)
        bob = accounts.add_member(organiser, "bob@example.org", "owner")
        assert isinstance(bob, Member)
        accounts.accept_member(organiser, bob.account)
        assert accounts.remove_member(organiser, ana) is True
        assert accounts.remove_member(organiser, ana) is False
        assert accounts.principal(hashed(f"first session of {ANA}"), 0) == Principal(ana, {}, 1_000)

    def test_the_last_owner_stays(self, accounts: Accounts) -> None:
        organiser, ana = registered(accounts)
        accounts.add_member(organiser, "bob@example.org", "manager")
        assert accounts.remove_member(organiser, ana) == LastOwner(ana, (organiser,))
        assert accounts.set_role(organiser, ana, "manager") == LastOwner(ana, (organiser,))
        assert accounts.set_role(organiser, ana, "owner") is True
        assert accounts.set_role(organiser, "nobody", "viewer") is False
        assert accounts.memberships(ana) == [Membership(organiser, "Contoso", "owner")]

    def test_an_organiser_has_a_bounded_number_of_members(self, accounts: Accounts) -> None:
        organiser, _ana = registered(accounts)
        for number in range(MEMBERS_PER_ORGANISER_MAX - 1):
            assert isinstance(accounts.add_member(organiser, f"{number}@example.org", "viewer"), Member)
        assert accounts.add_member(organiser, "more@example.org", "viewer") == TooMany(MEMBERS_PER_ORGANISER_MAX)
        assert accounts.find("more@example.org") is None
        assert isinstance(accounts.add_member(organiser, "1@example.org", "manager"), Member)

    def test_a_time_step_of_the_second_factor_counts_once(self, accounts: Accounts) -> None:
        _organiser, ana = registered(accounts)
        accounts.offer_totp(ana, "OFFERED")
        offered = accounts.account(ana)
        assert offered is not None
        assert (offered.totp_secret, offered.totp_offered) == (None, "OFFERED")
        accounts.set_totp(ana, "SECRET")
        found = accounts.account(ana)
        assert found is not None
        assert found.totp_secret == "SECRET"
        assert accounts.principal(hashed(f"first session of {ANA}"), 0) is None
        assert [accounts.use_totp_step(ana, step) for step in (7, 7, 6, 8)] == [True, False, False, True]

    def test_an_api_token_opens_its_organiser_until_it_is_revoked(self, accounts: Accounts) -> None:
        organiser, _ana = registered(accounts)
        other, _bob = registered(accounts, "Other", "bob@example.org")
        token = ApiToken("t1", "desk", "box_office", 5, None)
        assert accounts.add_token(organiser, token, hashed("token")) is None
        assert accounts.principal(hashed("token"), 10**15) == Principal(None, {organiser: "box_office"}, NEVER_MS, "t1")
        accounts.note_token_use("t1", 77)
        assert accounts.tokens(organiser) == [token._replace(last_used_at_ms=77)]
        assert accounts.revoke_token(other, "t1") is False
        assert accounts.revoke_token(organiser, "t1") is True
        assert accounts.principal(hashed("token"), 0) is None
        assert accounts.tokens(organiser) == []

    def test_an_organiser_has_a_bounded_number_of_tokens(self, accounts: Accounts) -> None:
        organiser, _ana = registered(accounts)
        for number in range(TOKENS_PER_ORGANISER_MAX):
            assert (
                accounts.add_token(organiser, ApiToken(f"t{number}", "", "viewer", number, None), b"%d" % number)
                is None
            )
        more = ApiToken("more", "", "viewer", 0, None)
        assert accounts.add_token(organiser, more, hashed("more")) == TooMany(TOKENS_PER_ORGANISER_MAX)

    def test_a_mailed_link_works_once_in_its_time_for_its_purpose(self, accounts: Accounts) -> None:
        organiser, ana = registered(accounts)
        link = Link("invitation", ana, organiser, 500)
        accounts.add_link(link, hashed("link"))
        assert accounts.use_link(hashed("link"), "reset", 100) is None
        assert accounts.find_link(hashed("link"), "invitation", 499) == link
        assert accounts.find_link(hashed("link"), "invitation", 500) is None
        assert accounts.find_link(hashed("link"), "reset", 100) is None
        assert accounts.use_link(hashed("link"), "invitation", 500) is None
        assert accounts.use_link(hashed("link"), "invitation", 499) == link
        assert accounts.use_link(hashed("link"), "invitation", 100) is None

    def test_a_new_password_ends_the_other_ways_to_one(self, accounts: Accounts) -> None:
        organiser, ana = registered(accounts)
        accounts.add_link(Link("reset", ana, None, 500), hashed("reset"))
        accounts.add_link(Link("invitation", ana, organiser, 500), hashed("invitation"))
        accounts.set_password(ana, "new")
        assert accounts.find_link(hashed("reset"), "reset", 0) is None
        assert accounts.find_link(hashed("invitation"), "invitation", 0) is not None

    def test_an_account_has_a_bounded_number_of_links(self, accounts: Accounts) -> None:
        _organiser, ana = registered(accounts)
        for number in range(LINKS_PER_ACCOUNT_MAX + 1):
            accounts.add_link(Link("reset", ana, None, 500 + number), b"%d" % number)
        assert accounts.find_link(b"0", "reset", 0) is None
        assert accounts.find_link(b"1", "reset", 0) is not None

    def test_a_removed_members_invitation_is_void(self, accounts: Accounts) -> None:
        organiser, _ana = registered(accounts)
        bob = accounts.add_member(organiser, "bob@example.org", "viewer")
        assert isinstance(bob, Member)
        accounts.add_link(Link("invitation", bob.account, organiser, 500), hashed("link"))
        assert accounts.remove_member(organiser, bob.account) is True
        assert accounts.use_link(hashed("link"), "invitation", 0) is None

    def test_an_erased_account_is_gone_with_all_that_is_its_own(self, accounts: Accounts) -> None:
        organiser, ana = registered(accounts)
        bob = accounts.add_member(organiser, "bob@example.org", "owner")
        assert isinstance(bob, Member)
        accounts.add_link(Link("reset", bob.account, None, 500), hashed("link"))
        accounts.open_session(bob.account, hashed("bob"), 100)
        assert accounts.erase_account(bob.account) is True
        assert accounts.erase_account(bob.account) is False
        assert accounts.find("bob@example.org") is None
        assert accounts.principal(hashed("bob"), 0) is None
        assert accounts.use_link(hashed("link"), "reset", 0) is None
        assert [member.account for member in accounts.members(organiser)] == [ana]

    def test_the_last_owner_is_not_erased(self, accounts: Accounts) -> None:
        organiser, ana = registered(accounts)
        assert accounts.erase_account(ana) == LastOwner(ana, (organiser,))
        assert accounts.organisers() == [organiser]
        assert accounts.find(ANA) is not None

    def test_a_slug_is_one_conferences_in_the_whole_installation(self, accounts: Accounts) -> None:
        mine = Claim("devdays", "c1", "o1")
        assert accounts.claim_slug("devdays", "o1", "c1", b"key 1", b"body 1") == Claimed(mine)
        assert accounts.claim_slug("devdays", "o2", "c2", b"key 1", b"body 1") == Taken(mine)
        assert accounts.claim_slug("devdays", "o1", "c3", b"key 2", b"body 1") == Taken(mine)
        assert accounts.claim("devdays", "o2", "c2") == mine
        assert accounts.claimed("devdays") == accounts.claim_of("c1") == mine
        assert accounts.claimed("other") is accounts.claim_of("c2") is None

    def test_a_repeated_key_gets_the_first_conference_again(self, accounts: Accounts) -> None:
        accounts.claim_slug("devdays", "o1", "c1", b"key", b"body")
        assert accounts.claim_slug("devdays", "o1", "c2", b"key", b"body") == Claimed(Claim("devdays", "c1", "o1"))
        assert accounts.claim_slug("other", "o1", "c2", b"key", b"other body") == KeyReused(b"key")
        assert accounts.claim_slug("other", "o2", "c2", b"key", b"body") == Claimed(Claim("other", "c2", "o2"))

    def test_claims_are_listed_page_by_page(self, accounts: Accounts) -> None:
        for number in range(5):
            accounts.claim(f"s{number}", f"o{number % 2}", f"c{number}")
        assert [claim.slug for claim in accounts.claims("o0", limit=2)] == ["s0", "s2"]
        assert [claim.slug for claim in accounts.claims("o0", after="s2")] == ["s4"]
        assert [claim.slug for claim in accounts.claims(after="s0", limit=3)] == ["s1", "s2", "s3"]

"""What a gateway remembers is bounded and does not grow old: versions told, slugs, tokens, failures."""

import asyncio
from typing import cast

from gateway.acknowledged import Acknowledged
from gateway.attempts import NAMES_MAX, Attempts
from gateway.authority import Authority, bearer, hash_of
from gateway.slugs import Slugs
from gateway.tenants import Accounts, Claim, Principal
from gateway.workers import Workers
from tests.gateway.fakes import FakeEntities, FakeViews


class CountedAccounts:
    """The two questions that are remembered, and how often each was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.claims: dict[str, Claim] = {}
        self.principals: dict[bytes, Principal] = {}

    def claimed(self, slug: str) -> Claim | None:
        self.asked.append(slug)
        return self.claims.get(slug)

    def principal(self, token_hash: bytes, _now_ms: int) -> Principal | None:
        self.asked.append(token_hash)
        return self.principals.get(token_hash)


def test_the_newest_version_told_is_remembered_and_the_oldest_name_forgotten() -> None:
    told = Acknowledged(remembered_max=2)
    told.note("a", 5)
    told.note("a", 3)
    assert (told.version("a"), told.version("b")) == (5, 0)
    told.note("b", 1)
    told.note("a", 6)
    told.note("c", 1)
    assert (told.version("a"), told.version("b"), told.version("c")) == (6, 0, 1)


def test_whoever_fails_too_often_waits_until_the_minute_is_over() -> None:
    now = [0.0]
    attempts = Attempts(2, lambda: now[0])
    attempts.failed("a")
    assert attempts.wait_s("a") == 0
    attempts.failed("a")
    assert 0 < attempts.wait_s("a") <= 61
    assert attempts.wait_s("b") == 0
    now[0] = 61.0
    assert attempts.wait_s("a") == 0
    attempts.failed("a")
    assert attempts.wait_s("a") == 0
    for number in range(NAMES_MAX + 10):
        attempts.failed(str(number))
    assert len(attempts._failures) <= NAMES_MAX


async def test_a_slug_is_asked_for_once_and_an_unknown_one_once_a_second(runner: asyncio.Runner) -> None:
    now, accounts = [0.0], CountedAccounts()
    workers = Workers("test", 1, 4)
    slugs = Slugs(cast(Accounts, accounts), FakeViews(FakeEntities()), workers, lambda: now[0])
    assert await slugs.claim("a") is None
    assert await slugs.claim("a") is None
    assert accounts.asked == ["a"]
    accounts.claims["a"] = Claim("a", "c1", "o1")
    now[0] = 1.5
    assert await slugs.claim("a") == Claim("a", "c1", "o1")
    assert await slugs.claim("a") == slugs.known("a")
    assert accounts.asked == ["a", "a"]
    workers.close()


async def test_what_a_token_stands_for_is_believed_for_a_while_unless_it_is_revoked(runner: asyncio.Runner) -> None:
    now, accounts, workers = [1_000], CountedAccounts(), Workers("test", 1, 4)
    authority = Authority(cast(Accounts, accounts), workers, lambda: now[0], cache_ms=1_000, cached_max=2)
    accounts.principals[hash_of("t")] = Principal("a", {"o": "viewer"}, 10_000)
    await authority.principal("Bearer t")
    await authority.principal("bearer t")
    assert len(accounts.asked) == 1
    now[0] = 2_001
    await authority.principal("Bearer t")
    assert len(accounts.asked) == 2
    authority.forget(hash_of("t"))
    await authority.principal("Bearer t")
    assert len(accounts.asked) == 3
    for number in range(5):
        await authority._look_up(str(number).encode())
    assert len(authority._known) <= 2
    workers.close()


def test_a_bearer_is_a_bearer_and_has_bounds() -> None:
    assert bearer("Bearer  abc ") == "abc"
    for none in (None, "", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer " + "x" * 201):
        assert bearer(none) is None

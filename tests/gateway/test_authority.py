"""What a token stands for is remembered for a moment, and never beyond a revocation here."""

import asyncio
from collections.abc import Iterator

import pytest

from gateway.authority import USE_NOTED_EVERY_MS, Authority, bearer, fresh_api_token, fresh_token, hash_of
from gateway.problems import Problem
from gateway.workers import Workers
from storage.accounts import ApiToken, Principal
from storage.sqlite.accounts import SqliteAccounts

CACHE_MS = 1_000


class Slow(SqliteAccounts):
    """Accounts whose answer to "who is this" is on its way until ``arrive`` is called."""

    def __init__(self) -> None:
        super().__init__(None, bytes(32))
        self.noted: list[int] = []
        self.asked = 0

    def principal(self, token_hash: bytes, now_ms: int) -> Principal | None:
        self.asked += 1
        return super().principal(token_hash, now_ms)

    def note_token_use(self, token: str, at_ms: int) -> None:
        self.noted.append(at_ms)
        super().note_token_use(token, at_ms)


class Bench:
    """An authority with a clock that a test sets, and a token of an organiser."""

    def __init__(self, cached_max: int = 100) -> None:
        self.accounts, self.workers, self.now_ms = Slow(), Workers("test", 1, 10), 10_000_000
        self.authority = Authority(
            self.accounts, self.workers, lambda: self.now_ms, cache_ms=CACHE_MS, cached_max=cached_max
        )
        organiser = self.accounts.register("Ada", "ada@example.org", "hash", b"session", 2**60)
        assert organiser is not None
        self.organiser, self.token = organiser, fresh_api_token()
        self.accounts.add_token(organiser, ApiToken("t1", "desk", "viewer", 0, None), hash_of(self.token))

    async def ask(self, token: str | None = None) -> Principal:
        return await self.authority.principal(f"Bearer {token or self.token}")


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.workers.close()
    bench.accounts.close()


async def test_a_token_is_asked_for_once_in_a_while(bench: Bench, runner: asyncio.Runner) -> None:
    for _ in range(3):
        assert (await bench.ask()).roles == {bench.organiser: "viewer"}
    assert bench.accounts.asked == 1
    bench.now_ms += CACHE_MS
    await bench.ask()
    assert bench.accounts.asked == 2


async def test_what_was_revoked_while_it_was_asked_for_is_not_remembered(bench: Bench, runner: asyncio.Runner) -> None:
    asking = asyncio.create_task(bench.ask())
    await asyncio.sleep(0)  # It waits for the accounts now.
    bench.authority.forget()
    bench.accounts.revoke_token(bench.organiser, "t1")
    await asyncio.wait([asking])
    asking.exception()
    with pytest.raises(Problem, match="not-authenticated"):
        await bench.ask()


async def test_an_api_tokens_use_is_noted_once_a_minute(bench: Bench, runner: asyncio.Runner) -> None:
    began = bench.now_ms
    for _ in range(4):
        await bench.ask()
        bench.now_ms += USE_NOTED_EVERY_MS // 2
    assert bench.accounts.noted == [began, began + USE_NOTED_EVERY_MS]


async def test_a_sessions_use_is_not_noted(bench: Bench, runner: asyncio.Runner) -> None:
    token = fresh_token()
    account = bench.accounts.find("ada@example.org")
    assert account is not None
    bench.accounts.open_session(account.id, hash_of(token), 2**60)
    assert (await bench.ask(token)).account == account.id
    assert bench.accounts.noted == []


async def test_what_is_remembered_is_bounded(runner: asyncio.Runner) -> None:
    bench = Bench(cached_max=3)
    for number in range(10):
        with pytest.raises(Problem, match="not-authenticated"):
            await bench.ask(f"made-up-{number}")
    assert len(bench.authority._known) == 3
    bench.workers.close()
    bench.accounts.close()


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer   abc ", "abc"),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearer " + "a" * 201, None),
        ("", None),
        (None, None),
    ],
)
def test_a_token_comes_as_bearer_only(header: str | None, token: str | None) -> None:
    assert bearer(header) == token

"""Slows guessing down: who has failed too often lately is refused before any work is done.

An attempt counts as failed from its start until it has succeeded: many that are made at the same time are many.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.attempts import Attempts
from gateway.calls import Call
from gateway.problems import Problem
from storage.addresses import normal_address


def client_of(call: Call) -> str:
    """The client behind a call, as its keyed hash."""
    forwarded = ",".join(call.request.headers.getall("X-Forwarded-For", ()))
    return call.parts.clients.of(call.request.remote or "", forwarded)


def names_of(call: Call, email: str) -> tuple[str, str]:
    """Under what an attempt for an address is counted: its network, and its account however it is spelled."""
    return "client " + client_of(call), "e-mail " + normal_address(email)


def slow_down(call: Call, *names: str) -> None:
    """Refuses whoever failed too often lately. Raises ``Problem`` (too-many-requests)."""
    _refuse(max(call.parts.attempts.wait_s(name) for name in names), "Too many attempts failed.")


def _refuse(wait_s: int, why: str) -> None:
    if wait_s:
        raise Problem("too-many-requests", f"{why} Try again in {wait_s} s.", headers={"Retry-After": str(wait_s)})


@contextmanager
def attempt(call: Call, *names: str) -> Iterator[None]:
    """One attempt, which fails with any exception. Raises ``Problem`` (too-many-requests) instead of beginning it."""
    slow_down(call, *names)
    for name in names:
        call.parts.attempts.failed(name)
    try:
        yield
    except Problem as problem:
        if problem.status < 500:
            raise
        _forgive(call, names)  # We were busy: nobody guessed anything.
        raise
    _forgive(call, names)


def _forgive(call: Call, names: tuple[str, ...]) -> None:
    for name in names:
        call.parts.attempts.succeeded(name)


def count(attempts: Attempts, *names: str) -> None:
    """One more of what is bounded whether it succeeds or not. Raises ``Problem`` (too-many-requests)."""
    _refuse(max(attempts.wait_s(name) for name in names), "That was asked too often.")
    for name in names:
        attempts.failed(name)

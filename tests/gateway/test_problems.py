"""Every refusal and failure has exactly one problem document."""

from typing import get_args

import msgspec
import pytest

from actors.messages.refusals import Reason, Refused
from gateway.ports import Busy, EntityFailure, OutcomeUnknown, Unavailable, UnknownStream
from gateway.problems import PROBLEMS, Problem, invalid, of_failure, of_refusal


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_refusal_becomes_a_problem_that_is_no_server_error(reason: Reason) -> None:
    refused = Refused(reason, "Why.", available={"st1": 2}, number=3, subject="st1")
    problem = of_refusal(refused)
    assert problem.status < 500 or problem.slug in ("busy", "outcome-unknown")
    document = msgspec.json.decode(problem.body())
    assert document["type"] == f"/problems/{problem.slug}"
    assert document["detail"] == "Why."
    assert set(document) - {"type", "title", "status", "detail"} == set(PROBLEMS[problem.slug].members)


@pytest.mark.parametrize(
    ("failure", "slug"),
    [
        (Busy("x"), "busy"),
        (Unavailable("x"), "busy"),
        (OutcomeUnknown("x"), "outcome-unknown"),
        (UnknownStream("x"), "not-found"),
    ],
)
def test_every_failure_says_what_is_known_of_the_outcome(failure: EntityFailure, slug: str) -> None:
    assert of_failure(failure).slug == slug


def test_whoever_shall_come_again_is_told_when() -> None:
    assert of_failure(Busy("x")).headers["Retry-After"] == "1"
    assert "Retry-After" not in invalid("name", "too long").headers


def test_an_invalid_field_is_named() -> None:
    assert msgspec.json.decode(invalid("items.0", "expected an object").body())["errors"] == [
        {"field": "items.0", "problem": "expected an object"}
    ]


def test_a_problem_without_a_kind_is_a_bug() -> None:
    with pytest.raises(KeyError):
        Problem("no-such", "")

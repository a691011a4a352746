"""The form of an answer is the one that ``Accept`` likes best, and JSON when it does not care."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from gateway.negotiation import CSV_TYPE, PDF_TYPE, file, preferred
from gateway.rendering import JSON_TYPE

ALL = (JSON_TYPE, CSV_TYPE, PDF_TYPE)


def asked(accept: str | None) -> str:
    headers = {} if accept is None else {"Accept": accept}
    return preferred(cast("Any", SimpleNamespace(request=SimpleNamespace(headers=headers))), ALL)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON_TYPE),
        ("*/*", JSON_TYPE),
        ("text/csv", CSV_TYPE),
        ("TEXT/CSV;q=0.5, */*;q=0.1", CSV_TYPE),
        ("text/*", CSV_TYPE),
        ("application/pdf, application/json;q=0.9", PDF_TYPE),
        ("*/*, text/csv", CSV_TYPE),
        ("image/png", JSON_TYPE),
        ("text/csv;q=x", JSON_TYPE),
        ("text/csv;q=0, application/json;q=0.1", JSON_TYPE),
        (",,;;", JSON_TYPE),
        ("text/csv," * 5_000, CSV_TYPE),
    ],
)
def test_the_best_liked_is_chosen(accept: str | None, chosen: str) -> None:
    assert asked(accept) == chosen


def test_a_file_is_saved_under_its_name_and_never_guessed_at() -> None:
    answer = file(b"x", CSV_TYPE, "a.csv", charset="utf-8")
    assert answer.headers == {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": 'attachment; filename="a.csv"',
        "X-Content-Type-Options": "nosniff",
    }

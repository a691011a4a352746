"""Lists as CSV, formulas defused."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents.spreadsheets import ROWS_PER_CHUNK, AttendeeRow, attendees_csv, table_csv


def read(chunks: list[bytes]) -> list[list[str]]:
    return list(csv.reader(StringIO(b"".join(chunks).decode(), newline="")))


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "=cmd|' /C calc'!A0"]
)
def test_a_formula_is_shown_as_text(formula: str) -> None:
    ((cell,),) = read(list(table_csv(["name"], [[formula]])))[1:]
    assert cell[0] == "'"


@given(st.text(max_size=50))
def test_no_text_begins_like_a_formula_or_breaks_its_row(text: str) -> None:
    rows = read(list(table_csv(["name", "seat"], [[text, "s1"]])))
    assert len(rows) == 2
    assert rows[1][1] == "s1"
    assert not rows[1][0].startswith(("=", "+", "@", "|", "%", "\t", "\r", "\n"))


def test_amounts_stay_numbers() -> None:
    assert read(list(table_csv(["fee"], [[-500]])))[1] == ["-500"]


def test_the_attendee_list_has_a_column_for_each_extra_field() -> None:
    row = AttendeeRow("o1", "s1", "General", "valid", 'Ana; "A"', "ana@example.com", {"company": "=Contoso"})
    assert read(list(attendees_csv([row], ["company", "diet"]))) == [
        ["order", "seat", "seat_type", "status", "name", "email", "checked_in_at", "company", "diet"],
        ["o1", "s1", "General", "valid", 'Ana; "A"', "ana@example.com", "", "'=Contoso", ""],
    ]


def test_a_long_list_comes_in_chunks() -> None:
    chunks = list(table_csv(["n"], ([number] for number in range(2 * ROWS_PER_CHUNK + 1))))
    assert len(chunks) == 3
    assert len(read(chunks)) == 2 * ROWS_PER_CHUNK + 2
